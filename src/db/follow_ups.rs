//! Follow-ups.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::connection::{AnyConnection, MultiBackend};
use super::error::Result;
use super::ordering::Ordering;
use super::schema::{evaluation_items, evaluations, follow_ups, violations};
use super::scope;
use super::sql_types::{At, OptionalAt};
use super::tx::Tx;
use crate::domain::Refusal;
use crate::domain::access::Reach;
use crate::domain::evaluation::Outcome;
use crate::domain::follow_up::{FollowUpKind, FollowUpState};
use crate::domain::id::{AgentId, AppealId, EscalationId, EvaluationId, FollowUpId, UserId, ViolationId};
use crate::domain::list_order::{FollowUpOrder, Sort};
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::domain::violation::ViolationState;

/// A follow-up as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = follow_ups)]
pub struct FollowUpRow {
    /// The id.
    pub id: FollowUpId,
    /// The agent.
    pub agent_id: AgentId,
    /// What is done.
    pub kind: FollowUpKind,
    /// The evaluation that it comes from.
    pub evaluation_id: Option<EvaluationId>,
    /// The violation.
    pub violation_id: Option<ViolationId>,
    /// The escalation case.
    pub escalation_id: Option<EscalationId>,
    /// The appeal.
    pub appeal_id: Option<AppealId>,
    /// The period of what it comes from.
    pub period: Period,
    /// The item to watch for.
    pub item_code: Option<String>,
    /// The violation type to watch for.
    pub type_code: Option<String>,
    /// Who sees to it.
    pub owner_id: UserId,
    /// Until when.
    pub due_on: NaiveDate,
    /// What is to be done.
    pub body: String,
    /// How far it is.
    pub state: FollowUpState,
    /// What came of it.
    pub outcome: Option<String>,
    /// Who set it.
    pub made_by: UserId,
    /// When.
    #[diesel(deserialize_as = At)]
    pub made_at: DateTime<Utc>,
    /// Who ended it.
    pub ended_by: Option<UserId>,
    /// When.
    #[diesel(deserialize_as = OptionalAt)]
    pub ended_at: Option<DateTime<Utc>>,
    /// When its owner was reminded.
    #[diesel(deserialize_as = OptionalAt)]
    pub reminded_at: Option<DateTime<Utc>>,
    /// When its owner was told that it is overdue.
    #[diesel(deserialize_as = OptionalAt)]
    pub overdue_at: Option<DateTime<Utc>>,
    /// Rises with each change.
    pub version: i32,
}

/// Stores a new follow-up.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, row: &FollowUpRow) -> Result<()> {
    diesel::insert_into(follow_ups::table)
        .values((
            follow_ups::id.eq(row.id),
            follow_ups::agent_id.eq(row.agent_id),
            follow_ups::kind.eq(row.kind),
            follow_ups::evaluation_id.eq(row.evaluation_id),
            follow_ups::violation_id.eq(row.violation_id),
            follow_ups::escalation_id.eq(row.escalation_id),
            follow_ups::appeal_id.eq(row.appeal_id),
            follow_ups::period.eq(row.period),
            follow_ups::item_code.eq(row.item_code.as_deref()),
            follow_ups::type_code.eq(row.type_code.as_deref()),
            follow_ups::owner_id.eq(row.owner_id),
            follow_ups::due_on.eq(row.due_on),
            follow_ups::body.eq(&row.body),
            follow_ups::state.eq(row.state),
            follow_ups::made_by.eq(row.made_by),
            follow_ups::made_at.eq(At(row.made_at)),
            follow_ups::version.eq(row.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Stores what has become of a follow-up; its version rises.
///
/// # Errors
/// What the database says.
pub fn update(tx: &mut Tx<'_>, row: &mut FollowUpRow) -> Result<()> {
    row.version = row.version.saturating_add(1);
    diesel::update(follow_ups::table.find(row.id))
        .set((
            follow_ups::state.eq(row.state),
            follow_ups::outcome.eq(row.outcome.as_deref()),
            follow_ups::ended_by.eq(row.ended_by),
            follow_ups::ended_at.eq(row.ended_at.map(At)),
            follow_ups::reminded_at.eq(row.reminded_at.map(At)),
            follow_ups::overdue_at.eq(row.overdue_at.map(At)),
            follow_ups::version.eq(row.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

type Boxed = diesel::helper_types::IntoBoxed<'static, follow_ups::table, MultiBackend>;

/// Those of agents within reach, and those that the actor owns.
fn within(reach: &Reach) -> Boxed {
    let query = follow_ups::table.into_boxed();
    query.filter(scope::agents(follow_ups::agent_id, reach).or(follow_ups::owner_id.eq_any(reach.user)))
}

/// The follow-up with this id, if it is within reach.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut AnyConnection, reach: &Reach, id: FollowUpId) -> Result<FollowUpRow> {
    within(reach)
        .filter(follow_ups::id.eq(id))
        .select(FollowUpRow::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(|| Refusal::not_found("follow-up", id).into())
}

/// Which follow-ups are wanted.
#[derive(Debug, Clone, Default)]
pub struct FollowUpFilter {
    /// In this state.
    pub state: Option<FollowUpState>,
    /// About this agent.
    pub agent_id: Option<AgentId>,
    /// Of this owner.
    pub owner_id: Option<UserId>,
    /// In which order.
    pub sort: Sort<FollowUpOrder>,
}

/// Follow-ups within reach, one page, with one row more where there is a next page.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, reach: &Reach, filter: &FollowUpFilter, page: &PageRequest) -> Result<Vec<FollowUpRow>> {
    let ordering = Ordering::from(filter.sort);
    let mut query = within(reach).order(ordering.clause()).limit(page.fetch());
    if let Some(state) = filter.state {
        query = query.filter(follow_ups::state.eq(state));
    }
    if let Some(agent) = filter.agent_id {
        query = query.filter(follow_ups::agent_id.eq(agent));
    }
    if let Some(owner) = filter.owner_id {
        query = query.filter(follow_ups::owner_id.eq(owner));
    }
    if let Some(after) = &page.after {
        query = query.filter(ordering.after(FollowUpId(after.id)));
    }
    Ok(query.select(FollowUpRow::as_select()).load(conn)?)
}

/// The open follow-ups of which a letter is due: those due by the day `soon` whose owner was not reminded yet, and those that were due before
/// `today` and of which nobody was told that they are overdue.
///
/// # Errors
/// What the database says.
pub fn to_remind(conn: &mut AnyConnection, today: NaiveDate, soon: NaiveDate, limit: i64) -> Result<Vec<FollowUpId>> {
    let first = follow_ups::due_on.le(soon).and(follow_ups::reminded_at.is_null());
    let over = follow_ups::due_on.lt(today).and(follow_ups::overdue_at.is_null());
    Ok(follow_ups::table
        .filter(follow_ups::state.eq(FollowUpState::Open))
        .filter(first.or(over))
        .order((follow_ups::due_on, follow_ups::id))
        .limit(limit)
        .select(follow_ups::id)
        .load(conn)?)
}

/// The follow-up with this id, whatever the reach.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, id: FollowUpId) -> Result<Option<FollowUpRow>> {
    Ok(follow_ups::table.find(id).select(FollowUpRow::as_select()).first(conn).optional()?)
}

/// How many evaluations an agent has in a period, and on how many of them an item fails or a violation type stands.
///
/// # Errors
/// What the database says.
pub fn watched(
    conn: &mut AnyConnection,
    agent: AgentId,
    period: Period,
    item: Option<&str>,
    violation_type: Option<&str>,
) -> Result<(i64, i64)> {
    let of_agent = || evaluations::agent_id.eq(agent).and(evaluations::period.eq(period));
    let graded: i64 = evaluations::table.filter(of_agent()).count().get_result(conn)?;
    let mut found = 0_i64;
    if let Some(item) = item {
        found = evaluation_items::table
            .inner_join(evaluations::table)
            .filter(of_agent())
            .filter(evaluation_items::item_code.eq(item).and(evaluation_items::outcome.eq(Outcome::Fail)))
            .count()
            .get_result(conn)?;
    }
    if let Some(code) = violation_type {
        let standing: i64 = violations::table
            .filter(violations::agent_id.eq(agent).and(violations::period.eq(period)))
            .filter(violations::type_code.eq(code).and(violations::state.eq(ViolationState::Confirmed)))
            .count()
            .get_result(conn)?;
        found = found.saturating_add(standing);
    }
    Ok((graded, found))
}
