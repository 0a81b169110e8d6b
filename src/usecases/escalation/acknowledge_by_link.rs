//! Acknowledges an escalation case by the link in its mail, without logging in.

use chrono::{DateTime, Utc};
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
use crate::domain::language::Language;
use crate::domain::masking::Masked;
use crate::domain::violation::ViolationClass;

/// Something that was found, without anything of the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkedFinding {
    /// Code of the violation's type; for a count the code of its rule.
    pub code: String,
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// The violation's class; absent for a count.
    pub class: Option<ViolationClass>,
    /// Whether it still stands.
    pub standing: bool,
    /// What the inspector remarks, with customer data masked.
    pub comment: Masked,
}

/// What the holder of a link gets to see of the case: enough to know what is acknowledged, and nothing of the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkedCase {
    /// The case.
    pub escalation_id: EscalationId,
    /// How far it is; it can be acknowledged while it is `open`.
    pub state: CaseState,
    /// The agent's name.
    pub agent: String,
    /// The team's name.
    pub team: String,
    /// What was found.
    pub findings: Vec<LinkedFinding>,
    /// The level that was told last, counted from 1.
    pub level: i32,
    /// When the case was opened.
    pub opened_at: DateTime<Utc>,
    /// Until when that level has to acknowledge; absent once somebody has, and once the chain is exhausted.
    pub due_at: Option<DateTime<Utc>>,
    /// Name of who acknowledged it; absent where nobody has.
    pub acknowledged_by: Option<String>,
    /// When.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// Whether the person whom the link was sent to is who acknowledged it.
    pub acknowledged_by_recipient: bool,
    /// Name of the person whom the link was sent to, and for whom it acknowledges.
    pub recipient: String,
    /// The language of that person.
    pub language: Language,
    /// The organisation's time zone, by its IANA name.
    pub time_zone: String,
}

/// The case behind a link, without doing anything.
///
/// # Errors
/// `NotFound` where the link is unknown; `Conflict` with code `link_expired`.
pub async fn look(app: &App, token: &str) -> Result<LinkedCase> {
    let (hash, now) = (auth::token_hash(token), app.clock.now());
    app.read(move |conn| {
        let (link, row) = of_link(conn, &hash, now)?;
        linked(conn, &link, &row)
    })
    .await
}

/// Acknowledges the case on behalf of the person whom the link was sent to. A second click changes nothing.
///
/// # Errors
/// `NotFound` where the link is unknown; `Forbidden` where its person may no longer log in; `Conflict` with code `link_expired`,
/// `already_acknowledged` (by somebody else) or `case_over`.
pub async fn acknowledge_by_link(app: &App, token: &str, origin: Origin) -> Result<LinkedCase> {
    let hash = auth::token_hash(token);
    // The service acts, on the word of the link; the history names the person.
    let actor = Actor { kind: ActorKind::Service, origin, ..Actor::service() };
    app.write(&actor, move |tx| {
        let (link, row) = of_link(tx.conn, &hash, tx.now)?;
        if row.acknowledged_by == Some(link.user_id) && link.used_at.is_some() {
            return linked(tx.conn, &link, &row);
        }
        if db::concerned::active_users(tx.conn, &[link.user_id])?.is_empty() {
            return Err(Refusal::forbidden("the person whom this link was sent to may no longer log in").into());
        }
        let row = store(tx, row, link.user_id, false, Some("by the link in the mail"))?;
        db::escalation_history::use_link(tx, &hash)?;
        linked(tx.conn, &link, &row)
    })
    .await
}

fn of_link(conn: &mut AnyConnection, hash: &str, now: DateTime<Utc>) -> Result<(LinkRow, EscalationRow)> {
    let unknown = || Refusal::not_found("link", "like this; open the case in the service instead");
    let link = db::escalation_history::find_link(conn, hash)?.ok_or_else(unknown)?;
    if link.expires_at <= now {
        return Err(Refusal::conflict("link_expired", "this link has expired; open the case in the service instead").into());
    }
    let row = db::escalations::find(conn, link.escalation_id)?.ok_or_else(unknown)?;
    Ok((link, row))
}

fn linked(conn: &mut AnyConnection, link: &LinkRow, row: &EscalationRow) -> Result<LinkedCase> {
    let concerned = db::concerned::of_agent(conn, row.agent_id)?;
    let recipient = db::users::named(conn, link.user_id)?.ok_or_else(|| Refusal::not_found("user", link.user_id))?;
    let acknowledged_by = match row.acknowledged_by {
        Some(who) => db::users::named(conn, who)?.map(|user| user.name),
        None => None,
    };
    let mut findings = Vec::new();
    for finding in db::escalations::findings(conn, &[row.id])? {
        let told = match finding.violation_id {
            Some(violation) => db::concerned::violation(conn, violation)?,
            None => None,
        };
        findings.push(LinkedFinding {
            name_zh: told.as_ref().map_or_else(|| finding.code.clone(), |it| it.name_zh.clone()),
            name_en: told.as_ref().map_or_else(|| finding.code.clone(), |it| it.name_en.clone()),
            comment: Masked::of(told.as_ref().map_or("", |it| &it.comment)),
            code: finding.code,
            class: finding.class,
            standing: finding.standing,
        });
    }
    Ok(LinkedCase {
        escalation_id: row.id,
        state: row.state,
        agent: concerned.agent,
        team: concerned.team,
        findings,
        level: row.level,
        opened_at: row.opened_at,
        due_at: row.due_at,
        acknowledged_by,
        acknowledged_at: row.acknowledged_at,
        acknowledged_by_recipient: row.acknowledged_by == Some(link.user_id),
        recipient: recipient.name,
        language: recipient.language,
        time_zone: db::organisation::load(conn)?.zone.name().to_owned(),
    })
}
