//! Acknowledges an escalation case.

use super::{EscalationCase, letters, whole};
use crate::app::App;
use crate::db::escalations::EscalationRow;
use crate::db::{self, Result, Tx};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::escalation::{EventKind, acknowledge as decide};
use crate::domain::id::{EscalationId, UserId};

/// Takes the case on, so that its clock stops: by somebody whom it was sent to, or by somebody who may end it.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Conflict` with code `already_acknowledged` or `case_over`.
pub async fn acknowledge(app: &App, actor: &Actor, id: EscalationId) -> Result<EscalationCase> {
    actor.may(Action::EscalationAcknowledge)?;
    let reach = actor.reach(Action::EscalationRead)?;
    let who = actor.person()?;
    let acting = actor.clone();
    let may_end = actor.may(Action::EscalationSanction).is_ok();
    app.write_once(actor, "escalations.acknowledge", &id, move |tx| {
        let row = db::escalations::find_within(tx.conn, &reach, id)?.ok_or_else(|| Refusal::not_found("escalation case", id))?;
        let row = store(tx, row, who, may_end, None)?;
        whole(tx.conn, row, &acting)
    })
    .await
}

/// Stores that somebody took the case on.
pub(super) fn store(tx: &mut Tx<'_>, mut row: EscalationRow, who: UserId, may_end: bool, how: Option<&str>) -> Result<EscalationRow> {
    let told = db::escalation_history::told(tx.conn, row.id)?;
    let status = decide(&row.status()?, who, &told, may_end)?;
    row.set(&status)?;
    row.acknowledged_by = Some(who);
    row.acknowledged_at = Some(tx.now);
    db::escalations::update(tx, &mut row)?;
    db::escalation_history::add_by(tx, row.id, EventKind::Acknowledged, row.level, Some(who), how)?;
    tx.audit_event("escalation.acknowledged", ("escalation", &row.id), &serde_json::json!({ "by": who, "level": row.level }))?;
    letters::announce(tx, &row, EventKind::Acknowledged)?;
    Ok(row)
}
