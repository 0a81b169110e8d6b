//! Shows an escalation case.

use super::{EscalationCase, whole};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::EscalationId;

/// A case with its chain and its history.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where the case is out of reach.
pub async fn show(app: &App, actor: &Actor, id: EscalationId) -> Result<EscalationCase> {
    let reach = actor.reach(Action::EscalationRead)?;
    let acting = actor.clone();
    app.read(move |conn| {
        let row = db::escalations::find_within(conn, &reach, id)?.ok_or_else(|| Refusal::not_found("escalation case", id))?;
        whole(conn, row, &acting)
    })
    .await
}
