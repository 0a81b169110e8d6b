//! Imports of files by page: a file is handed in and kept, a run brings it in while nobody needs to look, and its report stays.
//!
//! The file lies beside the recordings (`recordings.folder`), which all instances share, so that any of them can begin a run again; what is
//! known of the run is in the database.

pub mod accept;
pub mod begin;
pub mod discard;
mod kept;
pub mod list;
pub mod run;
pub mod show;
pub mod tidy;
pub mod watch;

use crate::domain::Refused;
use crate::domain::access::{Action, Actor};
use crate::domain::import_run::ImportKind;

/// Whether somebody may import files of a kind, as the imports themselves ask.
///
/// # Errors
/// `Forbidden`.
pub fn permit(actor: &Actor, kind: ImportKind) -> Refused<()> {
    match kind {
        ImportKind::Vendors => actor.may_everywhere(Action::PeopleWrite),
        ImportKind::Teams | ImportKind::Agents => actor.may(Action::PeopleWrite),
        ImportKind::Users => actor.may_everywhere(Action::UserWrite),
        ImportKind::Attendance => actor.may(Action::AttendanceWrite),
        ImportKind::Complaints | ImportKind::Breaches => actor.may(Action::ComplaintWrite),
        ImportKind::Conversations => actor.may(Action::ConversationImport),
    }
}
