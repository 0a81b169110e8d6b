//! What an appeal says by mail and to webhooks. The customer's data is masked.

use std::collections::BTreeSet;

use serde_json::json;

use crate::db::appeals::{AppealRow, DecisionRow, PointRow};
use crate::db::{self, AnyConnection, Result, Tx};
use crate::domain::access::Role;
use crate::domain::appeal::{AppealState, PointOutcome, PointTarget};
use crate::domain::id::UserId;
use crate::domain::mail::letters::{Appeal, Name, Point};
use crate::domain::mail::{About, Letter, Post, Recipient};
use crate::domain::masking::Masked;
use crate::domain::webhook::{Announcement, Event};

/// The object kind of an appeal.
const ABOUT: &str = "appeal";

/// Tells those who decide of a new appeal, or of one that has come to the second instance.
pub(super) fn submitted(tx: &mut Tx<'_>, row: &AppealRow) -> Result<()> {
    to_deciders(tx, row, Letter::AppealSubmitted)?;
    announce(tx, row, Event::AppealSubmitted, None)
}

/// Reminds those who decide.
pub(super) fn due(tx: &mut Tx<'_>, row: &AppealRow) -> Result<()> {
    to_deciders(tx, row, Letter::AppealDue)
}

/// Tells those who decide, and the administrators, that the time is over.
pub(super) fn overdue(tx: &mut Tx<'_>, row: &AppealRow) -> Result<()> {
    to_deciders(tx, row, Letter::AppealOverdue)?;
    let admins: BTreeSet<UserId> = db::recipients::everywhere(tx.conn, Role::Admin)?.into_iter().collect();
    to(tx, row, &admins, Letter::AppealOverdue, None)
}

/// Tells the agent, who made the appeal and who made the finding what was decided.
pub(super) fn decided(tx: &mut Tx<'_>, row: &AppealRow, decision: &DecisionRow) -> Result<()> {
    let mut people: BTreeSet<UserId> = [row.made_by].into();
    people.extend(db::recipients::user_of_agent(tx.conn, row.agent_id)?);
    people.extend(db::appeals::points(tx.conn, &[row.id])?.into_iter().filter_map(|point| point.found_by));
    to(tx, row, &people, Letter::AppealDecided, Some(decision))?;
    announce(tx, row, Event::AppealDecided, Some(decision))
}

fn to_deciders(tx: &mut Tx<'_>, row: &AppealRow, kind: fn(Appeal) -> Letter) -> Result<()> {
    let mut people: BTreeSet<UserId> = db::recipients::everywhere(tx.conn, Role::QaManager)?.into_iter().collect();
    if let Some(team) = db::concerned::of_agent(tx.conn, row.agent_id)?.team_id() {
        people.extend(db::recipients::of_team(tx.conn, Role::QaManager, team)?);
    }
    to(tx, row, &people, kind, None)
}

fn to(
    tx: &mut Tx<'_>,
    row: &AppealRow,
    people: &BTreeSet<UserId>,
    kind: fn(Appeal) -> Letter,
    decision: Option<&DecisionRow>,
) -> Result<()> {
    let letter = letter(tx.conn, row, decision)?;
    for user in people {
        let post = Post {
            to: Recipient::User(*user),
            letter: kind(letter.clone()),
            dedupe: format!("{}:{}", row.id, instance(row)),
            about: vec![About::new(ABOUT, row.id)],
        };
        db::outbox::enqueue(tx, &post)?;
    }
    Ok(())
}

fn instance(row: &AppealRow) -> i32 {
    if row.second_at.is_some() && row.state != AppealState::Withdrawn { 2 } else { 1 }
}

fn announce(tx: &mut Tx<'_>, row: &AppealRow, event: Event, decision: Option<&DecisionRow>) -> Result<()> {
    let data = json!({
        "appeal_id": row.id,
        "evaluation_id": row.evaluation_id,
        "complaint_id": row.complaint_id,
        "breach_id": row.breach_id,
        "agent_id": row.agent_id,
        "period": row.period,
        "state": row.state,
        "due_at": row.due_at,
        "effect": decision.map(|it| &it.effect),
    });
    let dedupe = format!("{}:{}", row.id, instance(row));
    db::outbox::announce(tx, &Announcement { event, data, dedupe, about: vec![About::new(ABOUT, row.id)] })?;
    Ok(())
}

fn letter(conn: &mut AnyConnection, row: &AppealRow, decision: Option<&DecisionRow>) -> Result<Appeal> {
    let concerned = db::concerned::of_agent(conn, row.agent_id)?;
    let mut points = Vec::new();
    for point in db::appeals::points(conn, &[row.id])? {
        let target = point.target()?;
        let outcome = decision.and_then(|it| it.content.points.iter().find(|it| it.target == target)).map(|it| outcome(it.outcome));
        let said = decision.map_or(point.body.as_str(), |it| &it.content.reason);
        points.push(Point { what: what(conn, &point, &target)?, outcome, reason: Masked::of(said) });
    }
    let id = row.id.to_string();
    Ok(Appeal {
        appeal: id.get(id.len().saturating_sub(8)..).unwrap_or(&id).to_owned(),
        agent: concerned.agent,
        period: row.period,
        instance: instance(row),
        text: Masked::of(row.second_body.as_deref().unwrap_or(&row.body)),
        points,
        due_at: row.state.is_pending().then_some(row.due_at),
        path: format!("/appeals/{}", row.id),
    })
}

fn what(conn: &mut AnyConnection, point: &PointRow, target: &PointTarget) -> Result<Name> {
    Ok(match target {
        PointTarget::Item { item } => Name::new(format!("评估项 {item}"), format!("item {item}")),
        PointTarget::Violation { violation_id } => match db::concerned::violation(conn, *violation_id)? {
            Some(violation) => Name::new(violation.name_zh, violation.name_en),
            None => Name::same(point.type_code.clone().unwrap_or_default()),
        },
        PointTarget::Whole => Name::new("整体", "the whole"),
    })
}

fn outcome(outcome: PointOutcome) -> Name {
    match outcome {
        PointOutcome::Upheld => Name::new("维持", "upheld"),
        PointOutcome::Overturned => Name::new("撤销", "overturned"),
        PointOutcome::Changed => Name::new("变更", "changed"),
    }
}
