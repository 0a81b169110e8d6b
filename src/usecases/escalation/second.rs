//! The second pair of eyes: approves a proposed sanction, or declines it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sanction::{found, store};
use super::{EscalationCase, whole};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::escalation::{EventKind, second as decide};
use crate::domain::id::EscalationId;
use crate::domain::masking::checked_prose;

/// What the second person says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondDecision {
    /// Whether the proposed sanction is approved.
    pub approve: bool,
    /// Why, 1 to 2,000 characters.
    pub reason: String,
}

/// Approves or declines the proposed sanction; only by somebody else than the one who proposed it.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Stale`; `Invalid` on `reason`; `Conflict` with code `no_sanction_proposed`.
pub async fn second(app: &App, actor: &Actor, id: EscalationId, seen: i32, command: SecondDecision) -> Result<EscalationCase> {
    let reach = actor.reach(Action::EscalationSanction)?;
    let who = actor.person()?;
    let acting = actor.clone();
    let reason = checked_prose("reason", &command.reason, 2_000)?;
    app.write(actor, move |tx| {
        let mut row = found(tx, &reach, id, seen)?;
        let (status, event) = decide(&row.status()?, who, command.approve)?;
        row.set(&status)?;
        if event == EventKind::SanctionDeclined {
            db::escalation_history::add(tx, id, event, row.level, Some(&reason))?;
            db::escalations::update(tx, &mut row)?;
            tx.audit_event("escalation.sanction_declined", ("escalation", &id), &serde_json::json!({ "reason": reason }))?;
        } else {
            store(tx, &mut row, event)?;
        }
        whole(tx.conn, row, &acting)
    })
    .await
}
