//! Acknowledges an escalation case by the link in its mail, without logging in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::acknowledge::store;
use crate::app::App;
use crate::auth;
use crate::db::escalation_history::LinkRow;
use crate::db::escalations::EscalationRow;
use crate::db::{self, AnyConnection, Result};
use crate::domain::Refusal;
use crate::domain::access::{Actor, ActorKind, Origin};
use crate::domain::escalation::CaseState;
use crate::domain::id::EscalationId;

/// What the holder of a link gets to see of the case: enough to know what is acknowledged, and nothing of the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkedCase {
    /// The case.
    pub escalation_id: EscalationId,
    /// How far it is.
    pub state: CaseState,
    /// The agent's name.
    pub agent: String,
    /// Codes of what was found.
    pub findings: Vec<String>,
}

/// The case behind a link, without doing anything.
///
/// # Errors
/// `NotFound` where the link is unknown or has expired.
pub async fn look(app: &App, token: &str) -> Result<LinkedCase> {
    let (hash, now) = (auth::token_hash(token), app.clock.now());
    app.read(move |conn| {
        let (_, row) = of_link(conn, &hash, now)?;
        linked(conn, &row)
    })
    .await
}

/// Acknowledges the case on behalf of the person whom the link was sent to. A second click changes nothing.
///
/// # Errors
/// `NotFound` where the link is unknown or has expired; `Forbidden` where its person may no longer log in; `Conflict` with code `case_over`.
pub async fn acknowledge_by_link(app: &App, token: &str, origin: Origin) -> Result<LinkedCase> {
    let hash = auth::token_hash(token);
    // The service acts, on the word of the link; the history names the person.
    let actor = Actor { kind: ActorKind::Service, origin, ..Actor::service() };
    app.write(&actor, move |tx| {
        let (link, row) = of_link(tx.conn, &hash, tx.now)?;
        if row.acknowledged_by == Some(link.user_id) && link.used_at.is_some() {
            return linked(tx.conn, &row);
        }
        if db::concerned::active_users(tx.conn, &[link.user_id])?.is_empty() {
            return Err(Refusal::forbidden("the person whom this link was sent to may no longer log in").into());
        }
        let row = store(tx, row, link.user_id, false, Some("by the link in the mail"))?;
        db::escalation_history::use_link(tx, &hash)?;
        linked(tx.conn, &row)
    })
    .await
}

fn of_link(conn: &mut AnyConnection, hash: &str, now: chrono::DateTime<chrono::Utc>) -> Result<(LinkRow, EscalationRow)> {
    let unknown = || Refusal::not_found("link", "like this; it may have expired: open the case in the service instead");
    let link = db::escalation_history::find_link(conn, hash)?.filter(|link| link.expires_at > now).ok_or_else(unknown)?;
    let row = db::escalations::find(conn, link.escalation_id)?.ok_or_else(unknown)?;
    Ok((link, row))
}

fn linked(conn: &mut AnyConnection, row: &EscalationRow) -> Result<LinkedCase> {
    Ok(LinkedCase {
        escalation_id: row.id,
        state: row.state,
        agent: db::concerned::of_agent(conn, row.agent_id)?.agent,
        findings: db::escalations::findings(conn, &[row.id])?.into_iter().map(|finding| finding.code).collect(),
    })
}
