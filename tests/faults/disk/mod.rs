//! A disk full: that of the database, of the recordings, of the mails, of what is put down for a while, or of a copy. And the largest file reached. A clear
//! answer, nothing half done, and all is well when there is room.

mod copies;
mod import;
mod mail;
mod postgres;
mod recordings;
mod temporary;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use assay::app::App;
use assay::config::Config;

use crate::support::disk::SmallDisk;
use crate::support::inspectors::{Book, Event, at_work, fits, office, program};
use crate::support::program::{Serving, assay, assay_by, complained};
use crate::support::sampling::Centre;
use crate::support::{Client, Response, TestApp};

const INSPECTORS: usize = 3;
const AGENTS: usize = 6;
const EACH: usize = 4;
/// How many requests are refused before there is room again.
const REFUSALS: usize = 12;

/// What happens to the disk while inspectors grade.
trait Trouble {
    /// Takes the room.
    fn fill(&mut self);
    /// Whether this is how somebody is to be refused.
    fn is_told(&self, answer: &Response) -> bool;
    /// Whether somebody who only reads is answered meanwhile.
    const READS: bool = true;
    /// Gives the room back.
    fn make_room(&mut self);
}

/// Three inspectors grade; after some submissions the room is gone, and after some refusals it is there again.
fn graded_through<T: Trouble>(city: &Centre, url: &str, trouble: &mut T) -> Book {
    let (mut book, mut refused) = (Book::default(), 0);
    std::thread::scope(|scope| {
        for event in at_work(scope, city, url) {
            match event {
                Event::Stored(done) => {
                    book.note(done);
                    if book.0.len() == INSPECTORS {
                        trouble.fill();
                    }
                }
                Event::Refused(answer) => {
                    refused += 1;
                    assert_eq!(answer.header("retry-after"), Some("5"));
                    assert!(trouble.is_told(&answer), "{} {}", answer.status, answer.text());
                    if refused == REFUSALS {
                        if T::READS {
                            city.inspectors.iter().for_each(|(_, client)| {
                                Client::new(url, client.token()).get("samples?limit=1").expect(200);
                            });
                        }
                        trouble.make_room();
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

/// Whether an answer is a refusal of this status and code.
fn says(answer: &Response, status: u16, code: &str) -> bool {
    answer.status == status && answer.json()["code"] == code
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

impl Trouble for SmallDisk {
    fn fill(&mut self) {
        SmallDisk::fill(self);
    }

    fn is_told(&self, answer: &Response) -> bool {
        says(answer, 507, "storage_full")
    }

    fn make_room(&mut self) {
        SmallDisk::make_room(self);
    }
}

#[test]
fn a_full_disk_is_said_and_survived() {
    let Some(mut disk) = SmallDisk::new("32m") else { return };
    let app = TestApp::sqlite();
    let city = office(&app, INSPECTORS, AGENTS, EACH);
    std::fs::copy(copy(&app), disk.outside().join("assay.db")).unwrap();
    let url = format!("sqlite:{}/assay.db", disk.path().display());
    let within = |disk: &SmallDisk, arguments: &[&str]| {
        let mut command = disk.assay(app.folder.path(), arguments);
        command.env("DATABASE_URL", &url);
        command
    };
    let serving = Serving::start(within(&disk, &["serve", "--port", "0"]));
    let book = graded_through(&city, &serving.url, &mut disk);
    fits(within(&disk, &["check"]));
    let after = app.folder.path().join("after.db");
    let saved = within(&disk, &["backup", after.to_str().unwrap()]).output().unwrap();
    assert!(saved.status.success(), "{}", complained(&saved));
    book.nothing_lost_or_twice(&look(&after));
}

/// Files of a service that cannot grow.
struct Limited<'a>(&'a Serving);

impl Limited<'_> {
    fn to(&self, bytes: &str) {
        let pid = self.0.child.id().to_string();
        let done = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:unlimited")]).status().unwrap();
        assert!(done.success());
    }
}

impl Trouble for Limited<'_> {
    fn fill(&mut self) {
        self.to("4096");
    }

    fn is_told(&self, answer: &Response) -> bool {
        says(answer, 503, "unavailable")
    }

    fn make_room(&mut self) {
        self.to("unlimited");
    }
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
    let book = graded_through(&city, &serving.url, &mut Limited(&serving));
    drop(serving);
    let mut check = assay(app.folder.path());
    check.arg("check").env("DATABASE_URL", format!("sqlite:{}", database.display()));
    fits(check);
    book.nothing_lost_or_twice(&look(&database));
}
