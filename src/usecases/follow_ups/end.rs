//! Ends a follow-up.

use super::{FollowUp, view};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::follow_up::FollowUpEnd;
use crate::domain::id::FollowUpId;
use crate::domain::version;

/// Ends a follow-up: done with an outcome, or called off with a reason.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Stale`; `Invalid` on `outcome`; `Conflict` with code `follow_up_over`.
pub async fn end(app: &App, actor: &Actor, id: FollowUpId, seen: i32, command: FollowUpEnd) -> Result<FollowUp> {
    let reach = actor.reach(Action::FollowUpWrite)?;
    app.write(actor, move |tx| {
        let mut row = db::follow_ups::get(tx.conn, &reach, id)?;
        version::check(seen, row.version)?;
        let (state, outcome) = command.apply(row.state)?;
        row.state = state;
        row.outcome = Some(outcome);
        row.ended_by = tx.actor.user;
        row.ended_at = Some(tx.now);
        db::follow_ups::update(tx, &mut row)?;
        let ended = view(tx.conn, row)?;
        tx.audit_event("follow_up.ended", ("follow_up", &id), &serde_json::json!({ "state": ended.state, "outcome": ended.outcome }))?;
        Ok(ended)
    })
    .await
}
