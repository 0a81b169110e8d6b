//! PostgreSQL's disk full, or that of its tables, or that of what it writes ahead.

use diesel::pg::PgConnection;
use diesel::{Connection, RunQueryDsl};

use super::{AGENTS, EACH, INSPECTORS, Trouble, graded_through, says};
use crate::support::disk::SmallDisk;
use crate::support::inspectors::{fits, office, program};
use crate::support::postgres::{Part, Server};
use crate::support::program::Serving;
use crate::support::{Response, TestApp};

/// A PostgreSQL whose tables have no room to grow. It goes on: only what needs more room is refused.
struct Tables(SmallDisk);

impl Trouble for Tables {
    fn fill(&mut self) {
        self.0.fill();
    }

    fn is_told(&self, answer: &Response) -> bool {
        says(answer, 507, "storage_full")
    }

    fn make_room(&mut self) {
        self.0.make_room();
    }
}

/// A PostgreSQL that cannot write ahead: it panics, and ends when it cannot even recover. Somebody makes room and starts it again.
struct Whole {
    server: Server,
    disk: SmallDisk,
    part: Part,
}

impl Trouble for Whole {
    const READS: bool = false;

    fn fill(&mut self) {
        self.disk.fill();
        if self.part == Part::Log {
            // Until what was prepared for writing ahead is used up.
            let mut connection = PgConnection::establish(&self.server.url("postgres")).unwrap();
            let next = || diesel::sql_query("SELECT pg_logical_emit_message(false, 'test', ''), pg_switch_wal()");
            let mut switched = 0;
            while next().execute(&mut connection).is_ok() {
                switched += 1;
                assert!(switched < 100, "it never noticed");
            }
        }
    }

    fn is_told(&self, answer: &Response) -> bool {
        [(507, "storage_full"), (503, "unavailable"), (503, "outcome_unknown")].iter().any(|(status, code)| says(answer, *status, code))
    }

    fn make_room(&mut self) {
        self.disk.make_room();
        self.server.wake();
    }
}

/// Inspectors grade on a database that gets into trouble, and everything fits afterwards.
fn graded_on<T: Trouble>(app: &TestApp, mut trouble: T) {
    let city = office(app, INSPECTORS, AGENTS, EACH);
    let mut command = program(app, &["serve", "--port", "0"]);
    command.env("ASSAY__DATABASE__TIMEOUT_SECONDS", "1");
    let serving = Serving::start(command);
    let book = graded_through(&city, &serving.url, &mut trouble);
    drop(serving);
    fits(program(app, &["check"]));
    book.nothing_lost_or_twice(&app.app);
}

#[test]
fn tables_that_cannot_grow_are_said_and_survived() {
    let Some(disk) = SmallDisk::for_postgres("64m") else { return };
    let Some(server) = Server::on(&disk, Part::Tables) else { return };
    graded_on(&TestApp::on(&server), Tables(disk));
}

#[test]
fn a_postgres_that_cannot_write_ahead_is_waited_for() {
    let Some(disk) = SmallDisk::for_postgres("96m") else { return };
    let Some(server) = Server::on(&disk, Part::Log) else { return };
    graded_on(&TestApp::on(&server), Whole { disk, server, part: Part::Log });
}

#[test]
fn a_full_disk_of_postgres_is_said_and_survived() {
    let Some(disk) = SmallDisk::for_postgres("128m") else { return };
    let Some(server) = Server::on(&disk, Part::Data) else { return };
    graded_on(&TestApp::on(&server), Whole { disk, server, part: Part::Data });
}
