//! What a case says by mail and to webhooks. The customer's data is masked.

use std::collections::BTreeSet;

use chrono::Duration;
use serde_json::json;

use crate::auth;
use crate::db::escalations::EscalationRow;
use crate::db::{self, AnyConnection, Result, Tx};
use crate::domain::access::Role;
use crate::domain::escalation::{CaseState, EventKind, Sanction, SanctionKind};
use crate::domain::id::UserId;
use crate::domain::language::Language;
use crate::domain::mail::letters::{Escalation, Finding, Name, SanctionNotice};
use crate::domain::mail::{About, Letter, Post, Recipient};
use crate::domain::masking::Masked;
use crate::domain::violation::ErrorKind;
use crate::domain::webhook::{Announcement, Event};

/// For how long a link in a mail acknowledges.
const LINK_DAYS: i64 = 30;

/// The object kind of a case.
const ABOUT: &str = "escalation_case";

/// Writes to these people what happened to the case.
pub(super) fn write(tx: &mut Tx<'_>, row: &EscalationRow, people: &BTreeSet<UserId>, event: EventKind) -> Result<()> {
    let letter = letter(tx.conn, row)?;
    for user in people {
        let mut letter = letter.clone();
        if row.state == CaseState::Open {
            letter.acknowledge_path = Some(link(tx, row, *user)?);
        }
        let letter = match event {
            EventKind::Opened | EventKind::FindingAdded => Letter::EscalationOpened(letter),
            EventKind::Escalated | EventKind::ChainExhausted => Letter::EscalationRaised(letter),
            EventKind::SanctionProposed | EventKind::SanctionDeclined | EventKind::Acknowledged => Letter::EscalationDue(letter),
            EventKind::Ended | EventKind::FindingOverturned | EventKind::Closed => Letter::EscalationClosed(letter),
        };
        let post = Post {
            to: Recipient::User(*user),
            letter,
            dedupe: format!("{}:{}:{event}", row.id, row.version),
            about: vec![About::new(ABOUT, row.id)],
        };
        db::outbox::enqueue(tx, &post)?;
    }
    Ok(())
}

/// Writes to everybody who was told of the case what happened to it.
pub(super) fn to_told(tx: &mut Tx<'_>, row: &EscalationRow, event: EventKind) -> Result<()> {
    let people = db::escalation_history::told(tx.conn, row.id)?;
    write(tx, row, &people, event)
}

/// Writes to those who may approve a proposed sanction: the managers of the centre and of the agent's team, but not who proposed it.
pub(super) fn to_approvers(tx: &mut Tx<'_>, row: &EscalationRow) -> Result<()> {
    let mut people: BTreeSet<UserId> = db::recipients::everywhere(tx.conn, Role::QaManager)?.into_iter().collect();
    if let Some(team) = db::concerned::of_agent(tx.conn, row.agent_id)?.team_id() {
        people.extend(db::recipients::of_team(tx.conn, Role::QaManager, team)?);
    }
    people.retain(|user| row.proposed_by != Some(*user));
    write(tx, row, &people, EventKind::SanctionProposed)
}

/// Tells the webhooks what happened to the case.
pub(super) fn announce(tx: &mut Tx<'_>, row: &EscalationRow, event: EventKind) -> Result<()> {
    let named = match event {
        EventKind::Opened => Event::CaseOpened,
        EventKind::Acknowledged => Event::CaseAcknowledged,
        EventKind::Escalated | EventKind::ChainExhausted => Event::CaseRaised,
        EventKind::Ended | EventKind::Closed => Event::CaseClosed,
        EventKind::FindingAdded | EventKind::SanctionProposed | EventKind::SanctionDeclined | EventKind::FindingOverturned => return Ok(()),
    };
    let findings = db::escalations::findings(tx.conn, &[row.id])?;
    let sanction = row.sanction()?.filter(|_| row.state == CaseState::Ended);
    let data = json!({
        "escalation_id": row.id,
        "evaluation_id": row.evaluation_id,
        "agent_id": row.agent_id,
        "period": row.period,
        "state": row.state,
        "level": row.level,
        "due_at": row.due_at,
        "findings": findings.iter().map(|it| json!({ "code": it.code, "class": it.class, "trigger": it.rule })).collect::<Vec<_>>(),
        "sanctions": sanction.map(|it| it.kinds),
        "path": path(row),
    });
    let dedupe = format!("{}:{event}:{}", row.id, row.version);
    db::outbox::announce(tx, &Announcement { event: named, data, dedupe, about: vec![About::new(ABOUT, row.id)] })?;
    Ok(())
}

/// Sends the notice that a sanction demands to the addresses of its group (handbook 3.8).
pub(super) fn notice(tx: &mut Tx<'_>, row: &EscalationRow, sanction: &Sanction) -> Result<()> {
    if !sanction.kinds.contains(&SanctionKind::Notice) {
        return Ok(());
    }
    let concerned = db::concerned::of_agent(tx.conn, row.agent_id)?;
    let language: Language = db::organisation::load(tx.conn)?.language;
    let notice = SanctionNotice {
        group: Name::new("项目组", "the project group"),
        agent: concerned.agent,
        team: concerned.team,
        findings: findings(tx.conn, row)?,
        sanctions: sanction.kinds.iter().map(|kind| name(*kind)).collect(),
        facts: Masked::of(&sanction.reason),
        decided_at: tx.now,
    };
    for address in &sanction.notice_to {
        let post = Post {
            to: Recipient::Address { address: address.clone(), language },
            letter: Letter::SanctionNotice(notice.clone()),
            dedupe: row.id.to_string(),
            about: vec![About::new(ABOUT, row.id)],
        };
        db::outbox::enqueue(tx, &post)?;
    }
    Ok(())
}

fn path(row: &EscalationRow) -> String {
    format!("/escalations/{}", row.id)
}

/// A link that acknowledges the case for this person; only its hash is kept beside the mail itself.
fn link(tx: &mut Tx<'_>, row: &EscalationRow, user: UserId) -> Result<String> {
    let token = auth::new_token(tx.random());
    let expires_at = tx.now.checked_add_signed(Duration::days(LINK_DAYS)).unwrap_or(tx.now);
    db::escalation_history::add_link(tx, &auth::token_hash(&token), row.id, user, expires_at)?;
    Ok(format!("/escalations/links/{token}"))
}

fn letter(conn: &mut AnyConnection, row: &EscalationRow) -> Result<Escalation> {
    let concerned = db::concerned::of_agent(conn, row.agent_id)?;
    let sanction = row.sanction()?;
    let id = row.id.to_string();
    Ok(Escalation {
        case: id.get(id.len().saturating_sub(8)..).unwrap_or(&id).to_owned(),
        agent: concerned.agent,
        team: concerned.team,
        findings: findings(conn, row)?,
        level: row.level,
        level_name: Name::new(format!("第{}级", row.level), format!("level {}", row.level)),
        due_at: row.due_at,
        note: Masked::of(sanction.as_ref().map_or("", |it| &it.reason)),
        sanctions: sanction.iter().flat_map(|it| &it.kinds).map(|kind| name(*kind)).collect(),
        proposed: row.state == CaseState::Proposed,
        acknowledge_path: None,
        path: path(row),
    })
}

fn findings(conn: &mut AnyConnection, row: &EscalationRow) -> Result<Vec<Finding>> {
    let rows = db::escalations::findings(conn, &[row.id])?;
    let mut found = Vec::new();
    for it in rows.into_iter().filter(|it| it.standing || row.state.is_over()) {
        let told = match it.violation_id {
            Some(violation) => db::concerned::violation(conn, violation)?,
            None => None,
        };
        found.push(Finding {
            name: told.as_ref().map_or_else(|| Name::same(&*it.code), |told| Name::new(&*told.name_zh, &*told.name_en)),
            class: it.class.map(|class| class.to_string()),
            key: told.as_ref().is_some_and(|told| told.error_kind == ErrorKind::Key),
            comment: Masked::of(told.as_ref().map_or("", |told| &told.comment)),
        });
    }
    Ok(found)
}

fn name(kind: SanctionKind) -> Name {
    match kind {
        SanctionKind::Dismissal => Name::new("开除", "dismissal"),
        SanctionKind::Fine => Name::new("罚款", "fine"),
        SanctionKind::OfflineTraining => Name::new("下线培训", "offline for training"),
        SanctionKind::BonusZeroed => Name::new("奖金归零", "bonus zeroed"),
        SanctionKind::LegalAction => Name::new("追究刑事责任", "legal action"),
        SanctionKind::Notice => Name::new("全项目组/全司通告", "notice to the project group or the whole company"),
        SanctionKind::NoAction => Name::new("不处理", "no action"),
    }
}
