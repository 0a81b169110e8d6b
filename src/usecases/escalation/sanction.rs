//! Ends an escalation case with a sanction, or proposes one where four eyes are wanted.

use super::{EscalationCase, letters, whole};
use crate::app::App;
use crate::db::escalations::EscalationRow;
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::escalation::{EscalationPolicy, EventKind, Sanction, end};
use crate::domain::id::EscalationId;
use crate::domain::{Refusal, version};
use crate::usecases::fines::post_for_source;

/// Ends the case. A sanction that the policy wants four eyes for is proposed, and waits for a second person.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Stale`; `Invalid` with every field at fault; `Conflict` with code `case_over` or `sanction_proposed`.
pub async fn sanction(app: &App, actor: &Actor, id: EscalationId, seen: i32, command: Sanction) -> Result<EscalationCase> {
    let reach = actor.reach(Action::EscalationSanction)?;
    let who = actor.person()?;
    let acting = actor.clone();
    let sanction = command.checked()?;
    app.write(actor, move |tx| {
        let mut row = found(tx, &reach, id, seen)?;
        let (policy, _) = db::settings::load::<EscalationPolicy>(tx.conn)?;
        let (status, event) = end(&row.status()?, who, sanction.clone(), &policy)?;
        row.set(&status)?;
        if row.acknowledged_by.is_none() {
            row.acknowledged_by = Some(who);
            row.acknowledged_at = Some(tx.now);
        }
        store(tx, &mut row, event)?;
        whole(tx.conn, row, &acting)
    })
    .await
}

pub(super) fn found(tx: &mut Tx<'_>, reach: &Reach, id: EscalationId, seen: i32) -> Result<EscalationRow> {
    let row = db::escalations::find_within(tx.conn, reach, id)?.ok_or_else(|| Refusal::not_found("escalation case", id))?;
    version::check(seen, row.version)?;
    Ok(row)
}

/// Stores what became of the case, and what follows from it.
pub(super) fn store(tx: &mut Tx<'_>, row: &mut EscalationRow, event: EventKind) -> Result<()> {
    let sanction = row.sanction()?;
    if event == EventKind::Ended {
        row.ended_by = tx.actor.user;
        row.ended_at = Some(tx.now);
    }
    db::escalations::update(tx, row)?;
    let reason = sanction.as_ref().map(|it| it.reason.as_str());
    db::escalation_history::add(tx, row.id, event, row.level, reason)?;
    tx.audit(&format!("escalation.{event}"), ("escalation", &row.id), None::<&()>, sanction.as_ref(), reason)?;
    if let (EventKind::Ended, Some(sanction)) = (event, &sanction) {
        post_for_source::sanction_fine(tx, row, sanction.amount_minor)?;
        letters::notice(tx, row, sanction)?;
    }
    letters::announce(tx, row, event)?;
    if event == EventKind::SanctionProposed {
        return letters::to_approvers(tx, row);
    }
    letters::to_told(tx, row, event)
}
