//! Takes an operating breach back; the ledger follows.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Breach, charge};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::appeal::Subject;
use crate::domain::id::BreachId;
use crate::domain::masking::checked_prose;
use crate::domain::{Refusal, version};
use crate::usecases::mail;

/// Why a breach is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// Why, 1 to 2,000 characters.
    pub reason: String,
}

/// Takes the breach back, and its fine with it: a reversal while the period is open, an adjustment afterwards.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Stale`; `Invalid` on `reason`; `Conflict` with code `breach_not_standing` or `under_appeal`.
pub async fn withdraw(app: &App, actor: &Actor, id: BreachId, seen: i32, command: Withdrawal) -> Result<Breach> {
    let reach = actor.reach(Action::ComplaintWrite)?;
    let reason = checked_prose("reason", &command.reason, 2_000)?;
    app.write(actor, move |tx| {
        let mut row = db::breaches::get(tx.conn, &reach, id)?;
        version::check(seen, row.version)?;
        let withdrawn = row.status().withdraw()?;
        if db::appeals::about(tx.conn, Subject::Breach(id))?.iter().any(|appeal| appeal.state.is_pending()) {
            let message = "an appeal against this operating breach waits for its decision; take it back afterwards";
            return Err(Refusal::conflict("under_appeal", message).into());
        }
        let before = row.clone();
        row.set(withdrawn);
        row.ended_by = tx.actor.user;
        row.ended_at = Some(tx.now);
        row.reason = Some(reason.clone());
        db::breaches::update(tx, &mut row)?;
        tx.audit("breach.withdrawn", ("breach", &id), Some(&before), Some(&row), Some(&reason))?;
        charge(tx, &row)?;
        mail::charges::breach(tx, &row)?;
        Ok(row)
    })
    .await
}
