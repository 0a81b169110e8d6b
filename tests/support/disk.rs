//! A small file system of a test's own, which the test may fill.
//!
//! It is a tmpfs in a mount name space of one process. Programs that are to use it are started within that name space; this process, and a
//! PostgreSQL, reach it through `/proc`. It goes when the process goes that holds it, however the tests end.
//!
//! Where `unshare` and `mount` are not allowed the tests that want it say so and pass; with `ASSAY_REQUIRE=mount` they fail instead.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::postgres::{lesser_user, required};
use super::program::assay_by;

/// Mounts `$1` bytes at `$2`, says `ready`, and does what its standard input says until nobody holds that any more.
const HOLDER: &str = r#"
    mount -t tmpfs -o "size=$1" tmpfs "$2" && cd "$2" && echo ready || exit 1
    while read -r order bytes; do
        case $order in
            fill) cat /dev/zero >ballast 2>/dev/null; truncate -s "-$bytes" ballast ;;
            room) rm ballast ;;
        esac
        echo ready
    done
"#;

/// A file system of a few megabytes.
pub struct SmallDisk {
    holder: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    place: tempfile::TempDir,
}

impl SmallDisk {
    /// One that holds `size`, such as `32m`. `None`, said loudly, where that is not allowed.
    pub fn new(size: &str) -> Option<Self> {
        Self::of(size, None)
    }

    /// One that belongs to the user as whom the private PostgreSQL runs.
    pub fn for_postgres(size: &str) -> Option<Self> {
        Self::of(size, lesser_user().filter(|_| rustix::process::geteuid().is_root()))
    }

    fn of(size: &str, owner: Option<(u32, u32)>) -> Option<Self> {
        // In /tmp whatever TMPDIR says: others must be able to enter it.
        let place = tempfile::Builder::new().prefix("assay-disk-").tempdir_in("/tmp").unwrap();
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "sh", "-c", HOLDER, "sh", size]).arg(place.path());
        if let Some((uid, gid)) = owner {
            std::os::unix::fs::chown(place.path(), Some(uid), Some(gid)).unwrap();
            command.uid(uid).gid(gid).current_dir("/tmp");
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let made = command.spawn().ok().and_then(|mut holder| {
            let (orders, answers) = (holder.stdin.take(), BufReader::new(holder.stdout.take().unwrap()));
            let mut disk = Self { holder, orders, answers, place };
            disk.answer().then_some(disk)
        });
        if made.is_none() {
            assert!(!required("mount"), "ASSAY_REQUIRE names mount, but unshare and mount are not allowed here");
            let thread = std::thread::current();
            // Not eprintln!, which the test harness swallows where the test passes.
            drop(writeln!(
                std::io::stderr(),
                "SKIPPED: {} (unshare and mount are not allowed here)",
                thread.name().unwrap_or("a full disk")
            ));
        }
        made
    }

    fn answer(&mut self) -> bool {
        let mut line = String::new();
        self.answers.read_line(&mut line).is_ok() && line.trim() == "ready"
    }

    fn order(&mut self, order: &str) {
        writeln!(self.orders.as_mut().unwrap(), "{order}").unwrap();
        assert!(self.answer(), "the disk is there: {order}");
    }

    /// Takes all the room but so many bytes, which are whole pages of 4 KiB.
    pub fn fill_but(&mut self, bytes: u64) {
        self.order(&format!("fill {bytes}"));
    }

    /// Takes all the room that is left.
    pub fn fill(&mut self) {
        self.fill_but(0);
    }

    /// Gives back what was taken.
    pub fn make_room(&mut self) {
        self.order("room");
    }

    /// Where it lies for programs within its name space.
    pub fn path(&self) -> &Path {
        self.place.path()
    }

    /// Where it lies for everybody else. Not for programs that resolve links before they open files.
    pub fn outside(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{}", self.holder.id(), self.path().display()))
    }

    /// The program, which finds this disk by its path.
    pub fn assay(&self, folder: &Path, arguments: &[&str]) -> Command {
        let holder = self.holder.id().to_string();
        let enter = ["nsenter", "--target", &holder, "--user", "--mount", "--preserve-credentials"];
        // Whoever enters a mount name space stands at its root.
        let place = folder.to_str().unwrap();
        let by: Vec<&str> = enter.into_iter().chain(["sh", "-c", r#"cd "$0" && exec "$@""#, place]).collect();
        let mut command = assay_by(&by, folder);
        command.args(arguments);
        command
    }

    /// The files that lie on it, by their paths below it and without what fills it.
    pub fn files(&self) -> Vec<PathBuf> {
        let root = self.outside();
        let mut files = below(&root);
        files.iter_mut().for_each(|file| *file = file.strip_prefix(&root).unwrap().to_owned());
        files.retain(|file| file != Path::new("ballast"));
        files.sort();
        files
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        self.orders = None;
        drop(self.holder.wait());
    }
}

/// The files below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] }).collect()
}
