//! Appeals with their points, and the decisions about them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::{AnyConnection, MultiBackend};
use super::error::Result;
use super::ordering::Ordering;
use super::schema::{appeal_decisions, appeal_points, appeals, complaints, evaluations};
use super::scope;
use super::sql_types::{At, OptionalAt};
use super::tx::{Tx, from_json, to_json};
use crate::domain::access::Reach;
use crate::domain::appeal::{AppealState, DecisionInput, PointOutcome, PointTarget, Subject};
use crate::domain::id::{AgentId, AppealId, BreachId, ComplaintId, ConversationId, EvaluationId, UserId, ViolationId};
use crate::domain::list_order::{AppealOrder, Sort};
use crate::domain::page::PageRequest;
use crate::domain::period::Period;

/// An appeal as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = appeals)]
pub struct AppealRow {
    /// The id.
    pub id: AppealId,
    /// The evaluation that is challenged.
    pub evaluation_id: Option<EvaluationId>,
    /// The complaint.
    pub complaint_id: Option<ComplaintId>,
    /// The operating breach.
    pub breach_id: Option<BreachId>,
    /// The agent.
    pub agent_id: AgentId,
    /// The period of what is challenged.
    pub period: Period,
    /// Why.
    pub body: String,
    /// How far it is.
    pub state: AppealState,
    /// Who made it.
    pub made_by: UserId,
    /// When.
    #[diesel(deserialize_as = At)]
    pub made_at: DateTime<Utc>,
    /// Until when it is to be decided.
    #[diesel(deserialize_as = At)]
    pub due_at: DateTime<Utc>,
    /// Why it went to the second instance.
    pub second_body: Option<String>,
    /// Who asked for the second instance.
    pub second_by: Option<UserId>,
    /// When.
    #[diesel(deserialize_as = OptionalAt)]
    pub second_at: Option<DateTime<Utc>>,
    /// When it was decided last.
    #[diesel(deserialize_as = OptionalAt)]
    pub decided_at: Option<DateTime<Utc>>,
    /// When the deciders were reminded of it.
    #[diesel(deserialize_as = OptionalAt)]
    pub reminded_at: Option<DateTime<Utc>>,
    /// When it was said that it is overdue.
    #[diesel(deserialize_as = OptionalAt)]
    pub overdue_at: Option<DateTime<Utc>>,
    /// Rises with each change.
    pub version: i32,
}

/// Stores a new appeal.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, row: &AppealRow) -> Result<()> {
    diesel::insert_into(appeals::table)
        .values((
            appeals::id.eq(row.id),
            appeals::evaluation_id.eq(row.evaluation_id),
            appeals::complaint_id.eq(row.complaint_id),
            appeals::breach_id.eq(row.breach_id),
            appeals::agent_id.eq(row.agent_id),
            appeals::period.eq(row.period),
            appeals::body.eq(&row.body),
            appeals::state.eq(row.state),
            appeals::made_by.eq(row.made_by),
            appeals::made_at.eq(At(row.made_at)),
            appeals::due_at.eq(At(row.due_at)),
            appeals::version.eq(row.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Stores how far an appeal is; its version rises.
///
/// # Errors
/// What the database says.
pub fn update(tx: &mut Tx<'_>, row: &mut AppealRow) -> Result<()> {
    row.version = row.version.saturating_add(1);
    diesel::update(appeals::table.find(row.id))
        .set((
            appeals::state.eq(row.state),
            appeals::due_at.eq(At(row.due_at)),
            appeals::second_body.eq(row.second_body.as_deref()),
            appeals::second_by.eq(row.second_by),
            appeals::second_at.eq(row.second_at.map(At)),
            appeals::decided_at.eq(row.decided_at.map(At)),
            appeals::reminded_at.eq(row.reminded_at.map(At)),
            appeals::overdue_at.eq(row.overdue_at.map(At)),
            appeals::version.eq(row.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

type Boxed = diesel::helper_types::IntoBoxed<'static, appeals::table, MultiBackend>;

/// Those of agents within reach, and those about what the actor has graded.
fn within(reach: &Reach) -> Boxed {
    let mut query = appeals::table.into_boxed();
    if !reach.all {
        let about_graded =
            appeals::evaluation_id.is_not_null().and(appeals::evaluation_id.assume_not_null().eq_any(
                evaluations::table.filter(evaluations::inspector_id.eq_any(reach.user.filter(|_| reach.own))).select(evaluations::id),
            ));
        query = query.filter(scope::agents(appeals::agent_id, reach).or(about_graded));
    }
    query
}

/// The appeal with this id, if it is within reach.
///
/// # Errors
/// What the database says.
pub fn find_within(conn: &mut AnyConnection, reach: &Reach, id: AppealId) -> Result<Option<AppealRow>> {
    Ok(within(reach).filter(appeals::id.eq(id)).select(AppealRow::as_select()).first(conn).optional()?)
}

/// The appeal with this id, whatever the reach.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, id: AppealId) -> Result<Option<AppealRow>> {
    Ok(appeals::table.find(id).select(AppealRow::as_select()).first(conn).optional()?)
}

/// Which appeals are wanted.
#[derive(Debug, Clone, Default)]
pub struct AppealFilter {
    /// In this state.
    pub state: Option<AppealState>,
    /// Of this agent.
    pub agent_id: Option<AgentId>,
    /// About something of this period.
    pub period: Option<Period>,
    /// About this evaluation.
    pub evaluation_id: Option<EvaluationId>,
    /// In which order.
    pub sort: Sort<AppealOrder>,
}

/// Appeals within reach, one page, with one row more where there is a next page.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, reach: &Reach, filter: &AppealFilter, page: &PageRequest) -> Result<Vec<AppealRow>> {
    let ordering = Ordering::from(filter.sort);
    let mut query = within(reach).order(ordering.clause()).limit(page.fetch());
    if let Some(state) = filter.state {
        query = query.filter(appeals::state.eq(state));
    }
    if let Some(agent) = filter.agent_id {
        query = query.filter(appeals::agent_id.eq(agent));
    }
    if let Some(period) = filter.period {
        query = query.filter(appeals::period.eq(period));
    }
    if let Some(evaluation) = filter.evaluation_id {
        query = query.filter(appeals::evaluation_id.eq(evaluation));
    }
    if let Some(after) = &page.after {
        query = query.filter(ordering.after(AppealId(after.id)));
    }
    Ok(query.select(AppealRow::as_select()).load(conn)?)
}

/// The appeals about the same thing, the newest first.
///
/// # Errors
/// What the database says.
pub fn about(conn: &mut AnyConnection, subject: Subject) -> Result<Vec<AppealRow>> {
    let query: Boxed = appeals::table.into_boxed().order(appeals::id.desc());
    let query = match subject {
        Subject::Evaluation(id) => query.filter(appeals::evaluation_id.eq(id)),
        Subject::Complaint(id) => query.filter(appeals::complaint_id.eq(id)),
        Subject::Breach(id) => query.filter(appeals::breach_id.eq(id)),
    };
    Ok(query.select(AppealRow::as_select()).load(conn)?)
}

const PENDING: [AppealState; 2] = [AppealState::Open, AppealState::SecondInstance];

/// How many appeals about something of a period wait for a decision: they stand in the way of its close.
///
/// # Errors
/// What the database says.
pub fn pending_of_period(conn: &mut AnyConnection, period: Period) -> Result<u64> {
    let count: i64 = appeals::table.filter(appeals::period.eq(period).and(appeals::state.eq_any(PENDING))).count().get_result(conn)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Whether an appeal about an evaluation waits for a decision: then its evidence must not be purged and it cannot be corrected.
///
/// # Errors
/// What the database says.
pub fn is_pending(conn: &mut AnyConnection, evaluation: EvaluationId) -> Result<bool> {
    let query = appeals::table.filter(appeals::evaluation_id.eq(evaluation).and(appeals::state.eq_any(PENDING)));
    Ok(diesel::select(diesel::dsl::exists(query.select(appeals::id))).get_result(conn)?)
}

/// Whether a conversation is evidence in an appeal that waits for a decision: by an evaluation of it, or by a complaint about it. Then neither
/// it nor its recordings must be purged.
///
/// # Errors
/// What the database says.
pub fn holds(conn: &mut AnyConnection, conversation: ConversationId) -> Result<bool> {
    let evaluated = evaluations::table.filter(evaluations::conversation_id.eq(conversation)).select(evaluations::id.nullable());
    let complained = complaints::table.filter(complaints::conversation_id.eq(conversation)).select(complaints::id.nullable());
    let query = appeals::table
        .filter(appeals::state.eq_any(PENDING))
        .filter(appeals::evaluation_id.eq_any(evaluated).or(appeals::complaint_id.eq_any(complained)));
    Ok(diesel::select(diesel::dsl::exists(query.select(appeals::id))).get_result(conn)?)
}

/// Whether an appeal was made about something, and not taken back: from then on only its decision changes it.
///
/// # Errors
/// What the database says.
pub fn was_made(conn: &mut AnyConnection, subject: Subject) -> Result<bool> {
    Ok(about(conn, subject)?.iter().any(|appeal| appeal.state != AppealState::Withdrawn))
}

/// The appeals that wait for a decision and of which a letter is due: before `soon` a first reminder, and at `now` that the time is over. The
/// earliest first.
///
/// # Errors
/// What the database says.
pub fn to_remind(conn: &mut AnyConnection, now: DateTime<Utc>, soon: DateTime<Utc>, limit: i64) -> Result<Vec<AppealRow>> {
    Ok(appeals::table
        .filter(appeals::state.eq_any(PENDING).and(appeals::due_at.le(At(soon))).and(appeals::overdue_at.is_null()))
        .filter(appeals::reminded_at.is_null().or(appeals::due_at.le(At(now))))
        .order((appeals::due_at, appeals::id))
        .limit(limit)
        .select(AppealRow::as_select())
        .load(conn)?)
}

/// A point as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = appeal_points)]
pub struct PointRow {
    /// The appeal.
    pub appeal_id: AppealId,
    /// Its place, from 0.
    pub position: i32,
    /// What it is against, as JSON.
    pub target: String,
    /// The item.
    pub item_code: Option<String>,
    /// The violation.
    pub violation_id: Option<ViolationId>,
    /// The violation's type when it was challenged.
    pub type_code: Option<String>,
    /// Who made the finding.
    pub found_by: Option<UserId>,
    /// What is said about it.
    pub body: String,
    /// What became of it last.
    pub outcome: Option<PointOutcome>,
}

impl PointRow {
    /// What it is against.
    ///
    /// # Errors
    /// `Damaged`.
    pub fn target(&self) -> Result<PointTarget> {
        from_json("appeal_points.target", &self.target)
    }
}

/// Stores a point.
///
/// # Errors
/// What the database says.
pub fn insert_point(tx: &mut Tx<'_>, row: &PointRow) -> Result<()> {
    diesel::insert_into(appeal_points::table)
        .values((
            appeal_points::appeal_id.eq(row.appeal_id),
            appeal_points::position.eq(row.position),
            appeal_points::target.eq(&row.target),
            appeal_points::item_code.eq(row.item_code.as_deref()),
            appeal_points::violation_id.eq(row.violation_id),
            appeal_points::type_code.eq(row.type_code.as_deref()),
            appeal_points::found_by.eq(row.found_by),
            appeal_points::body.eq(&row.body),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The points of some appeals, in their order.
///
/// # Errors
/// What the database says.
pub fn points(conn: &mut AnyConnection, ids: &[AppealId]) -> Result<Vec<PointRow>> {
    Ok(appeal_points::table
        .filter(appeal_points::appeal_id.eq_any(ids))
        .order((appeal_points::appeal_id, appeal_points::position))
        .select(PointRow::as_select())
        .load(conn)?)
}

/// Notes what became of a point.
///
/// # Errors
/// What the database says.
pub fn set_outcome(tx: &mut Tx<'_>, appeal: AppealId, position: i32, outcome: PointOutcome) -> Result<()> {
    diesel::update(appeal_points::table.find((appeal, position))).set(appeal_points::outcome.eq(outcome)).execute(tx.conn)?;
    Ok(())
}

/// A decision as it is stored.
#[derive(Debug, Clone)]
pub struct DecisionRow {
    /// The instance, 1 or 2.
    pub instance: i32,
    /// What was decided.
    pub content: DecisionInput,
    /// What it changed, before and after, as JSON.
    pub effect: serde_json::Value,
    /// The revision of the evaluation that it made, where it changed it.
    pub revision: Option<i32>,
    /// Who decided.
    pub decided_by: UserId,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// Stores a decision.
///
/// # Errors
/// What the database says.
pub fn insert_decision(tx: &mut Tx<'_>, appeal: AppealId, row: &DecisionRow) -> Result<()> {
    diesel::insert_into(appeal_decisions::table)
        .values((
            appeal_decisions::appeal_id.eq(appeal),
            appeal_decisions::instance.eq(row.instance),
            appeal_decisions::content.eq(to_json(&row.content)?),
            appeal_decisions::effect.eq(to_json(&row.effect)?),
            appeal_decisions::revision.eq(row.revision),
            appeal_decisions::decided_by.eq(row.decided_by),
            appeal_decisions::decided_at.eq(At(row.decided_at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The decisions on an appeal, the first instance first.
///
/// # Errors
/// What the database says.
pub fn decisions(conn: &mut AnyConnection, appeal: AppealId) -> Result<Vec<DecisionRow>> {
    let rows: Vec<(i32, String, String, Option<i32>, UserId, At)> = appeal_decisions::table
        .filter(appeal_decisions::appeal_id.eq(appeal))
        .order(appeal_decisions::instance)
        .select((
            appeal_decisions::instance,
            appeal_decisions::content,
            appeal_decisions::effect,
            appeal_decisions::revision,
            appeal_decisions::decided_by,
            appeal_decisions::decided_at,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(instance, content, effect, revision, decided_by, decided_at)| {
            let content = from_json("appeal_decisions.content", &content)?;
            let effect = from_json("appeal_decisions.effect", &effect)?;
            Ok(DecisionRow { instance, content, effect, revision, decided_by, decided_at: decided_at.0 })
        })
        .collect()
}
