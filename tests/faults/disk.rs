//! The disk of the embedded database full, and the largest file reached: a clear answer, nothing half done, and all is well when there is room.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::channel;

use assay::app::App;
use assay::config::Config;

use crate::support::inspectors::{Book, Event, Inspector, fits, office, program};
use crate::support::program::{Serving, assay, assay_by, complained};
use crate::support::sampling::Centre;
use crate::support::{Client, TestApp, postgres};

const INSPECTORS: usize = 3;
const AGENTS: usize = 6;
const EACH: usize = 4;
/// How many requests are refused before there is room again.
const REFUSALS: usize = 12;

/// Three inspectors grade; after some submissions the room is gone, and after some refusals it is there again.
fn graded_through(city: &Centre, url: &str, fill: impl Fn(), make_room: impl Fn(), refusal: (u16, &str)) -> Book {
    let urls = [url.to_owned()];
    let (tell, told) = channel();
    let (mut book, mut refused) = (Book::default(), 0);
    std::thread::scope(|scope| {
        for (_, client) in &city.inspectors {
            let inspector = Inspector { urls: &urls, token: client.token().unwrap(), told: tell.clone() };
            scope.spawn(move || inspector.grade_all(0));
        }
        drop(tell);
        for event in told {
            match event {
                Event::Stored(done) => {
                    book.note(done);
                    if book.0.len() == INSPECTORS {
                        fill();
                    }
                }
                Event::Refused(answer) => {
                    refused += 1;
                    assert_eq!(answer.header("retry-after"), Some("5"));
                    assert_eq!(answer.clone().refused(refusal.0, refusal.1), answer.json()["detail"]);
                    if refused == REFUSALS {
                        // Reading goes on.
                        city.inspectors.iter().for_each(|(_, client)| {
                            Client::new(url, client.token()).get("samples?limit=1").expect(200);
                        });
                        make_room();
                    }
                }
                Event::Handed(_) => {}
                Event::Gone => panic!("the service went away"),
            }
        }
    });
    assert!(refused >= REFUSALS, "it was never full: {refused}");
    assert_eq!(book.0.len(), AGENTS * EACH, "in the end all are graded");
    book
}

/// The database of a test app, closed and alone in a file.
fn copy(app: &TestApp) -> PathBuf {
    let copy = app.folder.path().join("copy.db");
    let output = program(app, &["backup", "copy.db"]).output().unwrap();
    assert!(output.status.success(), "{}", complained(&output));
    copy
}

/// The application on a database, to look into it.
fn look(database: &Path) -> App {
    let mut config = Config::default();
    config.database.url = format!("sqlite:{}", database.display());
    App::new(config).unwrap()
}

/// Mounts a small file system in a name space of the process's own, and starts the service on a copy of the database in it.
const SMALL: &str = r#"mount -t tmpfs -o "size=$2" tmpfs "$1" && cp "$3" "$1/assay.db" && shift 3 && exec "$@""#;

/// Whether a process may mount a file system of its own here.
fn may_mount(at: &Path) -> bool {
    let mut command = Command::new("unshare");
    let tried = command.args(["--mount", "--map-root-user", "sh", "-c", "mount -t tmpfs tmpfs \"$0\""]).arg(at).output();
    tried.is_ok_and(|output| output.status.success())
}

#[test]
fn a_full_disk_is_said_and_survived() {
    let app = TestApp::sqlite();
    let disk = app.folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    if !may_mount(&disk) {
        assert!(!postgres::required("mount"), "ASSAY_REQUIRE names mount, but unshare and mount are not allowed here");
        drop(writeln!(std::io::stderr(), "SKIPPED: a full disk (unshare and mount are not allowed here)"));
        return;
    }
    let city = office(&app, INSPECTORS, AGENTS, EACH);
    let database = copy(&app);
    let disk = disk.to_str().unwrap();
    let by = ["unshare", "--mount", "--map-root-user", "sh", "-c", SMALL, "sh", disk, "32m", database.to_str().unwrap()];
    let mut command = assay_by(&by, app.folder.path());
    command.args(["serve", "--port", "0"]).env("DATABASE_URL", format!("sqlite:{disk}/assay.db"));
    let serving = Serving::start(command);
    // The same files as the service sees them.
    let inside = PathBuf::from(format!("/proc/{}/root{disk}", serving.child.id()));
    let ballast = inside.join("ballast");
    let fill = || {
        let mut file = std::fs::File::create(&ballast).unwrap();
        let full = (0..64 << 20 >> 12).find_map(|_| file.write_all(&[1; 4096]).err());
        assert_eq!(full.unwrap().kind(), std::io::ErrorKind::StorageFull);
    };
    let book = graded_through(&city, &serving.url, fill, || std::fs::remove_file(&ballast).unwrap(), (507, "storage_full"));
    // Where the service's files are, only a process in its name space finds them by their name.
    let pid = serving.child.id().to_string();
    let within = |arguments: &[&str]| {
        let by = ["nsenter", "--target", &pid, "--user", "--mount", "--preserve-credentials"];
        let mut command = assay_by(&by, app.folder.path());
        command.args(arguments).env("DATABASE_URL", format!("sqlite:{disk}/assay.db"));
        command
    };
    fits(within(&["check"]));
    let after = app.folder.path().join("after.db");
    let saved = within(&["backup", after.to_str().unwrap()]).output().unwrap();
    assert!(saved.status.success(), "{}", complained(&saved));
    book.nothing_lost_or_twice(&look(&after));
}

#[test]
fn a_file_that_cannot_grow_is_said_and_survived() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        drop(writeln!(std::io::stderr(), "SKIPPED: a file that cannot grow (prlimit is not installed)"));
        return;
    }
    let app = TestApp::sqlite();
    let city = office(&app, INSPECTORS, AGENTS, EACH);
    let database = copy(&app);
    let mut command = assay_by(&["sh", "-c", r#"trap "" XFSZ; exec "$@""#, "sh"], app.folder.path());
    command.args(["serve", "--port", "0"]).env("DATABASE_URL", format!("sqlite:{}", database.display()));
    let serving = Serving::start(command);
    let limit = |bytes: &str| {
        let pid = serving.child.id().to_string();
        let done = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:unlimited")]).status().unwrap();
        assert!(done.success());
    };
    let book = graded_through(&city, &serving.url, || limit("4096"), || limit("unlimited"), (503, "unavailable"));
    drop(serving);
    let mut check = assay(app.folder.path());
    check.arg("check").env("DATABASE_URL", format!("sqlite:{}", database.display()));
    fits(check);
    book.nothing_lost_or_twice(&look(&database));
}
