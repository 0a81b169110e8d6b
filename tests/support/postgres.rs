//! A private PostgreSQL for the tests: one cluster per test process, found among the machine's own programs, reached through a
//! socket in its own folder, gone when the process is gone, however it ends.
//!
//! Where PostgreSQL 15 or newer is not installed the tests that want it say so and pass; with `ASSAY_REQUIRE=postgres` in the
//! environment (a comma-separated list) they fail instead.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::pg::PgConnection;
use diesel::{Connection, RunQueryDsl};

use super::disk::SmallDisk;

/// The oldest PostgreSQL that the service supports.
const OLDEST: u32 = 15;

/// Starts the cluster in the current folder, says `ready`, waits until nobody holds its standard input any more, and cleans up. A line of
/// standard input is how it is to be restarted, or `wake` where that is only to be done if it is down. `$1` is the folder of the programs, `$2` the
/// cluster's own folder, `$3` what else is set, `$4` where its data lie, `$5` how else they are made.
const KEEPER: &str = r#"
    stop() { "$1/pg_ctl" stop -D "$4" -m immediate >>log 2>&1 </dev/null; cd /; rm -rf "$2"; }
    "$1/initdb" -D "$4" -U assay -A trust -E UTF8 --locale=C --no-sync $5 >log 2>&1 </dev/null &&
    "$1/pg_ctl" start -w -t 60 -D "$4" -l log -o "-c listen_addresses='' -c unix_socket_directories='$2' -c port=5432 \
        -c max_connections=300 -c fsync=off -c wal_level=minimal -c max_wal_senders=0 \
        -c autovacuum=off -c lc_messages=C $3" >>log 2>&1 </dev/null ||
    { tail -n 5 log | tr '\n' ' '; echo; stop "$1" "$2" "$3" "$4"; exit 1; }
    echo ready
    while read -r command; do
        case $command in
            wake) "$1/pg_ctl" status -D "$4" >>log || "$1/pg_ctl" restart -w -t 60 -D "$4" -l log >>log 2>&1 </dev/null ; echo ready ;;
            *) "$1/pg_ctl" restart -w -t 60 -D "$4" -l log -m "$command" >>log 2>&1 </dev/null && echo ready ;;
        esac
    done
    stop "$1" "$2" "$3" "$4"
"#;

/// What only matters where the machine itself may fail, or the server may be killed.
const CARELESS: &str = "-c synchronous_commit=off -c full_page_writes=off";

/// What of a cluster lies on a small disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Everything.
    Data,
    /// What it writes ahead.
    Log,
    /// The tables of the databases that tests make.
    Tables,
}

/// A private cluster.
pub struct Server {
    folder: PathBuf,
    /// Where new databases lie, if not with the rest.
    tablespace: Option<&'static str>,
    programs: PathBuf,
    made: AtomicU64,
    /// The keeper's standard input. It closes when this process ends, also by a crash, and the keeper then cleans up.
    held: Option<ChildStdin>,
    said: BufReader<ChildStdout>,
}

impl Server {
    /// A cluster of the test's own, which may be killed. `None` where PostgreSQL is not installed.
    ///
    /// # Panics
    /// Where it does not start although it is installed.
    pub fn own() -> Option<Self> {
        server()?;
        Some(start(&programs().unwrap(), "", None).unwrap_or_else(|why| panic!("a PostgreSQL of one's own did not start: {why}")))
    }

    /// A cluster of the test's own, a part of which lies on a disk that may be filled. `None` where PostgreSQL is not installed.
    ///
    /// # Panics
    /// Where it does not start although it is installed.
    pub fn on(disk: &SmallDisk, part: Part) -> Option<Self> {
        server()?;
        let small = "-c max_wal_size=4MB -c min_wal_size=2MB";
        let mut server = start(&programs().unwrap(), small, Some((disk, part)))
            .unwrap_or_else(|why| panic!("a PostgreSQL on a small disk did not start: {why}"));
        if part == Part::Tables {
            let mut connection = PgConnection::establish(&server.url("postgres")).unwrap();
            let made = format!("CREATE TABLESPACE small LOCATION '{}'", disk.outside().display());
            diesel::sql_query(made).execute(&mut connection).unwrap();
            server.tablespace = Some("small");
        }
        Some(server)
    }

    /// Sees to it that it is there again, where it ended by itself.
    pub fn wake(&mut self) {
        let begun = Instant::now();
        while PgConnection::establish(&self.url("postgres")).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "it starts again");
            self.order("wake");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Kills it in the midst of whatever it does, and starts it again.
    pub fn crash(&mut self) {
        self.order("immediate");
    }

    fn order(&mut self, order: &str) {
        writeln!(self.held.as_mut().unwrap(), "{order}").unwrap();
        let mut answer = String::new();
        self.said.read_line(&mut answer).unwrap();
        assert_eq!(answer.trim(), "ready", "it starts again");
    }

    /// One of PostgreSQL's own programs, to be run on `database`.
    pub fn tool(&self, name: &str, database: &str) -> Command {
        // What stands in PATH may be a link to one program of several.
        let starter = fs::canonicalize(self.programs.join("pg_ctl")).unwrap();
        let beside = starter.with_file_name(name);
        let mut command = Command::new(if beside.is_file() { beside.as_path() } else { Path::new(name) });
        command.env("PGHOST", &self.folder).env("PGUSER", "assay").env("PGDATABASE", database);
        command
    }

    /// The URL of a database of this cluster.
    pub fn url(&self, database: &str) -> String {
        format!("postgres:///{database}?host={}&user=assay", self.folder.display())
    }

    /// Makes a database that nobody else uses, empty or a copy of `template` (the name of a database without connections), and
    /// gives its URL. It goes with the cluster.
    pub fn fresh_database(&self, template: Option<&str>) -> String {
        let name = format!("test_{}", self.made.fetch_add(1, Ordering::Relaxed));
        self.create_database(&name, template);
        self.url(&name)
    }

    /// Makes a database with a name of the caller's choice, for use as a template, and gives its URL.
    pub fn create_database(&self, name: &str, template: Option<&str>) -> String {
        let mut connection = PgConnection::establish(&self.url("postgres")).expect("the private cluster answers");
        let template = template.unwrap_or("template0");
        let place = self.tablespace.map(|name| format!(" TABLESPACE {name}")).unwrap_or_default();
        diesel::sql_query(format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"{place}"))
            .execute(&mut connection)
            .unwrap_or_else(|error| panic!("CREATE DATABASE {name} TEMPLATE {template}: {error}"));
        self.url(name)
    }
}

impl Drop for Server {
    /// Waits until it has ended: the disk below it may go next.
    fn drop(&mut self) {
        self.held = None;
        drop(self.said.read_line(&mut String::new()));
    }
}

/// The cluster of this process, started by the first who asks. `None` where PostgreSQL is not installed.
///
/// # Panics
/// Where it does not start although it is installed, and where it is not installed although `ASSAY_REQUIRE` names `postgres`.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    match SERVER.get_or_init(|| programs().map_or_else(|| Err(String::new()), |programs| start(&programs, CARELESS, None))) {
        Ok(server) => Some(server),
        Err(why) if !why.is_empty() => panic!("the private PostgreSQL did not start: {why}"),
        Err(_) if required("postgres") => panic!("ASSAY_REQUIRE names postgres, but no PostgreSQL {OLDEST} or newer was found"),
        Err(_) => {
            let thread = std::thread::current();
            // Not eprintln!, which the test harness swallows where the test passes.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED on PostgreSQL: {} (no PostgreSQL {OLDEST} or newer in PATH or /usr/lib/postgresql/*/bin)",
                thread.name().unwrap_or("a test")
            );
            None
        }
    }
}

/// Whether `ASSAY_REQUIRE`, a comma-separated list, names `what`: a test that lacks it then fails and does not skip.
pub fn required(what: &str) -> bool {
    std::env::var("ASSAY_REQUIRE").is_ok_and(|list| list.split(',').any(|item| item.trim() == what))
}

/// The folder of the first PostgreSQL that is new enough: PATH first, then Debian's folders, the newest first.
fn programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.path().file_name()?.to_str()?.parse().ok())
        .map(|version: u32| (version, Path::new("/usr/lib/postgresql").join(version.to_string()).join("bin")))
        .collect();
    versions.sort();
    folders.extend(versions.into_iter().rev().map(|(_, folder)| folder));
    folders
        .into_iter()
        .filter(|folder| ["initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file()))
        .find(|folder| major_version(folder).is_some_and(|version| version >= OLDEST))
}

/// Reads `postgres (PostgreSQL) 15.14 (Debian …)`.
fn major_version(folder: &Path) -> Option<u32> {
    let answer = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    text.split_whitespace().nth(2)?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// A cluster of its own that listens on 127.0.0.1 as well and speaks TLS there with this certificate and key in PEM; with its port and the folder of
/// the two. `None` where PostgreSQL is not installed.
///
/// # Panics
/// Where it does not start.
pub fn over_tls(certificate: &str, key: &str) -> Option<(Server, u16, tempfile::TempDir)> {
    let programs = programs()?;
    let folder = tempfile::Builder::new().prefix("assay-tls-").tempdir_in("/tmp").unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for (name, content) in [("server.crt", certificate), ("server.key", key)] {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        if fs::metadata(&path).unwrap().uid() == 0 {
            let (uid, gid) = lesser_user().expect("a user for PostgreSQL");
            chown(&path, Some(uid), Some(gid)).unwrap();
        }
    }
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let at = folder.path().display();
    let settings =
        format!("-c listen_addresses=127.0.0.1 -c port={port} -c ssl=on -c ssl_cert_file={at}/server.crt -c ssl_key_file={at}/server.key");
    let server = start(&programs, &settings, None).unwrap_or_else(|why| panic!("PostgreSQL with TLS did not start: {why}"));
    Some((server, port, folder))
}

fn start(programs: &Path, settings: &str, small: Option<(&SmallDisk, Part)>) -> Result<Server, String> {
    // In /tmp whatever TMPDIR says: the path of a socket may have 107 bytes.
    let folder = tempfile::Builder::new().prefix("assay-pg-").tempdir_in("/tmp").map_err(|error| error.to_string())?.keep();
    let mut keeper = Command::new("sh");
    keeper.arg("-c").arg(KEEPER).arg("keeper").arg(programs).arg(&folder).arg(settings);
    let (data, made) = match small {
        None => ("data".to_owned(), String::new()),
        Some((disk, Part::Data)) => (format!("{}/data", disk.outside().display()), "--wal-segsize=1".to_owned()),
        Some((disk, Part::Log)) => ("data".to_owned(), format!("--wal-segsize=1 --waldir={}/log", disk.outside().display())),
        Some((_, Part::Tables)) => ("data".to_owned(), "--wal-segsize=1".to_owned()),
    };
    keeper.args([data, made]);
    keeper.current_dir(&folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        keeper.env_remove(name);
    }
    // A group of its own: an interrupt from the keyboard ends the tests, and the keeper only after them.
    keeper.process_group(0);
    if fs::metadata(&folder).map_err(|error| error.to_string())?.uid() == 0 {
        // PostgreSQL refuses to run as root.
        let (uid, gid) = lesser_user().ok_or("neither the user postgres nor nobody exists")?;
        chown(&folder, Some(uid), Some(gid)).map_err(|error| error.to_string())?;
        keeper.uid(uid).gid(gid);
    }
    let mut child = keeper.spawn().map_err(|error| format!("sh: {error}"))?;
    let held = child.stdin.take().ok_or("no standard input")?;
    let mut answer = String::new();
    let mut said = BufReader::new(child.stdout.take().ok_or("no standard output")?);
    said.read_line(&mut answer).map_err(|error| error.to_string())?;
    match answer.trim() {
        "ready" => Ok(Server { folder, tablespace: None, programs: programs.to_owned(), made: AtomicU64::new(0), held: Some(held), said }),
        "" => Err("it said nothing".to_owned()),
        why => Err(why.to_owned()),
    }
}

/// The user and group id of `postgres`, or else of `nobody`.
pub(super) fn lesser_user() -> Option<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    ["postgres", "nobody"].iter().find_map(|wanted| {
        let line = users.lines().find(|line| line.split(':').next() == Some(wanted))?;
        let mut ids = line.split(':').skip(2);
        Some((ids.next()?.parse().ok()?, ids.next()?.parse().ok()?))
    })
}
