//! Everything on one core: what asks, the service, and PostgreSQL.

use std::process::{Command, Stdio};

use assay::db::AnyConnection;
use assay::db::connection::{Opener, Purpose};
use diesel::prelude::*;
use diesel::sql_types::Integer;

use crate::support::TestApp;

/// Keeps this process, what it starts, and a PostgreSQL to one core until it is dropped. A statement then costs what it costs: on several cores each
/// of the dozen ways to the database and back also wakes an idle core, or does not, as the system has happened to place threads and connections.
pub struct OneCore {
    processes: Vec<u32>,
    cores: String,
}

impl OneCore {
    /// `None` where the system has no `taskset`, or does not say what the cores are.
    pub fn take(test: &TestApp) -> Option<Self> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let cores = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?.trim().to_owned();
        let first: String = cores.chars().take_while(char::is_ascii_digit).collect();
        let processes: Vec<u32> = [std::process::id()].into_iter().chain(postmaster(test)).collect();
        let taken = Self { processes, cores };
        taken.processes.iter().all(|process| keep_to(*process, &first)).then_some(taken)
    }
}

impl Drop for OneCore {
    fn drop(&mut self) {
        self.processes.iter().for_each(|process| {
            keep_to(*process, &self.cores);
        });
    }
}

/// Keeps a process and all its threads to these cores; says whether that was done.
fn keep_to(process: u32, cores: &str) -> bool {
    let mut command = Command::new("taskset");
    command.args(["-a", "-p", "-c", cores]).arg(process.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The process of PostgreSQL from which every connection's own comes.
fn postmaster(test: &TestApp) -> Option<u32> {
    let mut connection = Opener { address: test.app.db.address().clone(), purpose: Purpose::Read }.open().unwrap();
    let AnyConnection::Postgres(connection) = &mut connection else { return None };
    let backend: i32 = diesel::select(diesel::dsl::sql::<Integer>("pg_backend_pid()")).get_result(connection).unwrap();
    let status = std::fs::read_to_string(format!("/proc/{backend}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}
