//! The import of a file that was handed in at a page: a fact of its own, which goes on and ends although nobody looks.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::csv_table::LineFault;
use super::id::{ImportRunId, UserId};
use super::line_report::{LineChange, LineReport};
use super::refusal::{Refusal, Refused};
use super::words::words;

words! {
    /// What a file is about.
    ImportKind ("kind") {
        /// Agents.
        Agents = "agents",
        /// Worked days by agent and month.
        Attendance = "attendance",
        /// Operating breaches.
        Breaches = "breaches",
        /// Complaints.
        Complaints = "complaints",
        /// Conversations with their recordings.
        Conversations = "conversations",
        /// Teams.
        Teams = "teams",
        /// Users.
        Users = "users",
        /// Vendors.
        Vendors = "vendors",
    }
}

words! {
    /// How far a run is.
    RunState ("state") {
        /// It waits for its turn.
        Waiting = "waiting",
        /// Lines are being read and stored.
        Running = "running",
        /// It came to its end.
        Finished = "finished",
        /// It ended before its end. What was stored until then stays; the same file again goes on from there.
        BrokenOff = "broken_off",
    }
}

/// For how long a run may show no sign of life before its process is taken to be dead. A living one gives a sign every fifteen seconds.
pub const SILENCE: Duration = Duration::minutes(2);

/// For how long the file of a run that was not stored to its end is kept.
pub const KEPT: Duration = Duration::days(7);

/// The most files of one person that are kept at a time.
pub const MOST_KEPT: usize = 50;

/// What became of the lines of a file so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCounts {
    /// New.
    pub inserted: u64,
    /// Changed.
    pub updated: u64,
    /// There before, and the same.
    pub unchanged: u64,
    /// Refused.
    pub refused: u64,
}

impl RunCounts {
    /// How many lines were read.
    pub fn lines(self) -> u64 {
        [self.inserted, self.updated, self.unchanged, self.refused].into_iter().fold(0, u64::saturating_add)
    }
}

impl From<&LineReport> for RunCounts {
    fn from(report: &LineReport) -> Self {
        let LineReport { inserted, updated, unchanged, refused, .. } = *report;
        Self { inserted, updated, unchanged, refused }
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunProgress {
    /// What became of the lines so far.
    pub counts: RunCounts,
    /// How much of the file is done: lines of a table, bytes of a file of conversations.
    pub done: u64,
    /// How much there is of it; absent before the table was read.
    pub whole: Option<u64>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFault {
    /// Line of the file, counted from 1.
    pub line: u64,
    /// What the line is about, as far as it could be read; empty where it could not.
    pub about: String,
    /// The field at fault; empty where it is the whole line, or where the message names it.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl From<LineFault> for RunFault {
    fn from(fault: LineFault) -> Self {
        Self { line: fault.line, about: String::new(), field: fault.field, message: fault.message }
    }
}

/// The lines of a file one by one, as many as `limits.report_lines` allows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// What is wrong with the refused lines.
    pub faults: Vec<RunFault>,
    /// How many more faults there are.
    pub faults_left_out: u64,
    /// What was or would be inserted and updated; of a file of conversations they are only counted.
    pub changes: Vec<LineChange>,
    /// How many more changes there are.
    pub changes_left_out: u64,
}

impl From<LineReport> for RunReport {
    fn from(report: LineReport) -> Self {
        Self {
            faults: report.faults.into_iter().map(RunFault::from).collect(),
            faults_left_out: report.faults_left_out,
            changes: report.changes,
            changes_left_out: report.changes_left_out,
        }
    }
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRun {
    /// The id.
    pub id: ImportRunId,
    /// What the file is about.
    pub kind: ImportKind,
    /// What the browser called the file.
    pub file_name: String,
    /// How long it is.
    pub file_bytes: u64,
    /// Who handed it in.
    pub user_id: UserId,
    /// The name of that person.
    pub user: String,
    /// How far it is.
    pub state: RunState,
    /// Whether nothing is stored and the report only says what would happen.
    pub dry_run: bool,
    /// Rises whenever the run begins anew. Whoever works for an earlier attempt stops.
    pub attempt: i32,
    /// When it was handed in.
    pub created_at: DateTime<Utc>,
    /// When it last gave a sign of life.
    pub touched_at: DateTime<Utc>,
    /// When it came to its end.
    pub finished_at: Option<DateTime<Utc>>,
    /// How far it is.
    pub progress: RunProgress,
    /// Why it broke off, where that is known.
    pub why: Option<String>,
}

impl ImportRun {
    /// How far it is, as things stand now: one whose process died has broken off.
    pub fn state_at(&self, now: DateTime<Utc>) -> RunState {
        let silent = now.signed_duration_since(self.touched_at) > SILENCE;
        match self.state {
            RunState::Waiting | RunState::Running if silent => RunState::BrokenOff,
            state => state,
        }
    }

    /// Whether there is more to come of it: it is on its way, has broken off, or was only a preview. Its file is kept until then.
    pub fn is_open(&self) -> bool {
        self.dry_run || self.state != RunState::Finished
    }

    /// Whether it may begin now: a preview that is to be stored (`store`), or the same again where it broke off.
    ///
    /// # Errors
    /// `Conflict` with code `import_running` or `import_finished`.
    pub fn may_begin(&self, store: bool, now: DateTime<Utc>) -> Refused<()> {
        match self.state_at(now) {
            RunState::Waiting | RunState::Running => Err(Refusal::conflict("import_running", "this import is running; wait for its end")),
            RunState::Finished if !(self.dry_run && store) => {
                Err(Refusal::conflict("import_finished", "this import has come to its end; hand the file in again to import it once more"))
            }
            RunState::Finished | RunState::BrokenOff => Ok(()),
        }
    }
}

/// Which runs are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Those of this kind.
    pub kind: Option<ImportKind>,
    /// Those of this person.
    pub user: Option<UserId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(state: RunState, dry_run: bool) -> ImportRun {
        let at = DateTime::UNIX_EPOCH;
        ImportRun {
            id: ImportRunId(uuid::Uuid::nil()),
            kind: ImportKind::Agents,
            file_name: String::new(),
            file_bytes: 0,
            user_id: UserId(uuid::Uuid::nil()),
            user: String::new(),
            state,
            dry_run,
            attempt: 1,
            created_at: at,
            touched_at: at,
            finished_at: None,
            progress: RunProgress::default(),
            why: None,
        }
    }

    #[test]
    fn a_silent_run_has_broken_off_and_may_begin_again() {
        let (soon, late) = (DateTime::UNIX_EPOCH + SILENCE, DateTime::UNIX_EPOCH + SILENCE + Duration::seconds(1));
        for state in [RunState::Waiting, RunState::Running] {
            let run = run(state, false);
            assert_eq!((run.state_at(soon), run.state_at(late)), (state, RunState::BrokenOff));
            assert_eq!(run.may_begin(false, soon).unwrap_err().code, "import_running");
            assert!(run.may_begin(false, late).is_ok());
        }
        assert_eq!(run(RunState::Finished, false).state_at(late), RunState::Finished);
    }

    #[test]
    fn a_preview_is_stored_once_and_a_finished_import_not_again() {
        let now = DateTime::UNIX_EPOCH;
        assert!(run(RunState::Finished, true).may_begin(true, now).is_ok());
        assert_eq!(run(RunState::Finished, true).may_begin(false, now).unwrap_err().code, "import_finished");
        assert_eq!(run(RunState::Finished, false).may_begin(true, now).unwrap_err().code, "import_finished");
        assert!(run(RunState::BrokenOff, false).may_begin(false, now).is_ok());
        assert!(run(RunState::Finished, true).is_open() && !run(RunState::Finished, false).is_open());
    }
}
