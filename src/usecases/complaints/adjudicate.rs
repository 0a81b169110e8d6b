//! Adjudicates a complaint by its liability level; the ledger follows.

use super::{Complaint, charge};
use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::appeal::Subject;
use crate::domain::complaint::Adjudication;
use crate::domain::id::ComplaintId;
use crate::domain::{Refusal, version};
use crate::usecases::mail;

/// Upholds the complaint at a level, or dismisses it; again where more becomes known. The fine follows in the same transaction: a reversal
/// and a new line while the period is open, an adjustment in the open period afterwards; and so does the letter to the agent.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Stale`; `Invalid` with every field at fault; `Conflict` with code `complaint_overturned` or `under_appeal`; `Busy` while the
/// period is being closed.
pub async fn adjudicate(app: &App, actor: &Actor, id: ComplaintId, seen: i32, command: Adjudication) -> Result<Complaint> {
    let reach = actor.reach(Action::ComplaintWrite)?;
    let found = command.checked()?;
    app.write(actor, move |tx| {
        let row = db::complaints::get(tx.conn, &reach, id)?;
        version::check(seen, row.version)?;
        store(tx, row, &found)
    })
    .await
}

/// Stores what the desk finds.
pub(super) fn store(tx: &mut Tx<'_>, mut row: Complaint, found: &Adjudication) -> Result<Complaint> {
    if db::appeals::was_made(tx.conn, Subject::Complaint(row.id))? {
        let message = "an appeal was made against this complaint; from then on only its decision changes it";
        return Err(Refusal::conflict("under_appeal", message).into());
    }
    let before = row.clone();
    let status = row.status().adjudicate(found)?;
    (row.state, row.level) = (status.state, status.level);
    row.reason = Some(found.reason.clone());
    row.adjudicated_by = tx.actor.user;
    row.adjudicated_at = Some(tx.now);
    db::complaints::update(tx, &mut row)?;
    tx.audit("complaint.adjudicated", ("complaint", &row.id), Some(&before), Some(&row), Some(&found.reason))?;
    charge(tx, &row)?;
    mail::charges::complaint(tx, &row)?;
    Ok(row)
}
