//! Second, blind gradings of evaluations.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::connection::{AnyConnection, MultiBackend};
use super::error::Result;
use super::schema::{evaluations, grants, regrade_draws, regrades, users};
use super::sql_types::{At, OptionalAt};
use super::tx::{Tx, from_json, to_json};
use crate::domain::Refusal;
use crate::domain::access::{Reach, Role};
use crate::domain::evaluation::{AnswerSheet, Grading};
use crate::domain::id::{AgentId, EvaluationId, RegradeDrawId, RegradeId, UserId};
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::domain::regrade::{Difference, DifferenceDecision, RegradeState};

/// A second grading as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = regrades)]
pub struct RegradeRow {
    /// The id.
    pub id: RegradeId,
    /// The evaluation.
    pub evaluation_id: EvaluationId,
    /// Its period.
    pub period: Period,
    /// Who graded it first.
    pub first_inspector_id: UserId,
    /// Who grades it again; absent where there was nobody else.
    pub inspector_id: Option<UserId>,
    /// Until when it is to be graded again, a local day.
    pub due_on: NaiveDate,
    /// How far it is.
    pub state: RegradeState,
    /// The revision of the evaluation that it was compared with.
    pub revision: Option<i32>,
    /// The second sheet, as JSON.
    pub sheet: Option<String>,
    /// What differs, as JSON.
    pub differences: Option<String>,
    /// What was decided, as JSON.
    pub decisions: Option<String>,
    /// When it was chosen.
    #[diesel(deserialize_as = At)]
    pub created_at: DateTime<Utc>,
    /// When it was graded again.
    #[diesel(deserialize_as = OptionalAt)]
    pub graded_at: Option<DateTime<Utc>>,
    /// Who decided the differences.
    pub decided_by: Option<UserId>,
    /// When.
    #[diesel(deserialize_as = OptionalAt)]
    pub decided_at: Option<DateTime<Utc>>,
    /// Rises with each change.
    pub version: i32,
}

impl RegradeRow {
    /// What differs.
    ///
    /// # Errors
    /// `Damaged`.
    pub fn differences(&self) -> Result<Vec<Difference>> {
        self.differences.as_deref().map_or(Ok(Vec::new()), |text| from_json("regrades.differences", text))
    }

    /// What was decided.
    ///
    /// # Errors
    /// `Damaged`.
    pub fn decisions(&self) -> Result<Vec<DifferenceDecision>> {
        self.decisions.as_deref().map_or(Ok(Vec::new()), |text| from_json("regrades.decisions", text))
    }
}

/// The evaluations of a period that were not chosen yet, with who graded them.
///
/// # Errors
/// What the database says.
pub fn candidates(conn: &mut AnyConnection, period: Period) -> Result<Vec<(EvaluationId, UserId)>> {
    let chosen = regrades::table.filter(regrades::period.eq(period)).select(regrades::evaluation_id);
    Ok(evaluations::table
        .filter(evaluations::period.eq(period).and(evaluations::id.ne_all(chosen)))
        .order(evaluations::id)
        .select((evaluations::id, evaluations::inspector_id))
        .load(conn)?)
}

/// The inspectors who may log in.
///
/// # Errors
/// What the database says.
pub fn inspectors(conn: &mut AnyConnection) -> Result<Vec<UserId>> {
    Ok(grants::table
        .inner_join(users::table)
        .filter(users::active.eq(true).and(grants::role.eq(Role::Inspector)))
        .order(users::id)
        .select(users::id)
        .distinct()
        .load(conn)?)
}

/// The agent that a user is.
///
/// # Errors
/// What the database says.
pub fn agent_of(conn: &mut AnyConnection, user: UserId) -> Result<Option<AgentId>> {
    Ok(users::table.find(user).select(users::agent_id).first::<Option<AgentId>>(conn).optional()?.flatten())
}

/// Stores a choice, with the seed that repeats it.
///
/// # Errors
/// What the database says.
pub fn insert_draw(
    tx: &mut Tx<'_>,
    period: Period,
    percent: u32,
    seed: &[u8; 32],
    candidates: usize,
    chosen: usize,
) -> Result<RegradeDrawId> {
    let id = tx.id::<RegradeDrawId>();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    diesel::insert_into(regrade_draws::table)
        .values((
            regrade_draws::id.eq(id),
            regrade_draws::period.eq(period),
            regrade_draws::percent.eq(i32::try_from(percent).unwrap_or(100)),
            regrade_draws::seed.eq(seed.to_vec()),
            regrade_draws::candidates.eq(count(candidates)),
            regrade_draws::chosen.eq(count(chosen)),
            regrade_draws::drawn_by.eq(tx.actor.user),
            regrade_draws::drawn_at.eq(tx.at()),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

/// Stores that an evaluation is to be graded again.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, draw: RegradeDrawId, row: &RegradeRow) -> Result<()> {
    diesel::insert_into(regrades::table)
        .values((
            regrades::id.eq(row.id),
            regrades::draw_id.eq(draw),
            regrades::evaluation_id.eq(row.evaluation_id),
            regrades::period.eq(row.period),
            regrades::first_inspector_id.eq(row.first_inspector_id),
            regrades::inspector_id.eq(row.inspector_id),
            regrades::due_on.eq(row.due_on),
            regrades::state.eq(row.state),
            regrades::created_at.eq(At(row.created_at)),
            regrades::version.eq(row.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Stores the second grade beside what it was compared with.
///
/// # Errors
/// What the database says.
pub fn store_grade(
    tx: &mut Tx<'_>,
    row: &mut RegradeRow,
    sheet: &AnswerSheet,
    grading: &Grading,
    differences: &[Difference],
) -> Result<()> {
    row.version = row.version.saturating_add(1);
    row.sheet = Some(to_json(sheet)?);
    row.differences = Some(to_json(differences)?);
    diesel::update(regrades::table.find(row.id))
        .set((
            regrades::state.eq(row.state),
            regrades::revision.eq(row.revision),
            regrades::sheet.eq(row.sheet.as_deref()),
            regrades::grading.eq(to_json(grading)?),
            regrades::differences.eq(row.differences.as_deref()),
            regrades::graded_at.eq(row.graded_at.map(At)),
            regrades::decided_at.eq(row.decided_at.map(At)),
            regrades::version.eq(row.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Stores what was decided about the differences.
///
/// # Errors
/// What the database says.
pub fn store_decisions(tx: &mut Tx<'_>, row: &mut RegradeRow, decisions: &[DifferenceDecision]) -> Result<()> {
    row.version = row.version.saturating_add(1);
    row.decisions = Some(to_json(decisions)?);
    diesel::update(regrades::table.find(row.id))
        .set((
            regrades::state.eq(row.state),
            regrades::decisions.eq(row.decisions.as_deref()),
            regrades::decided_by.eq(row.decided_by),
            regrades::decided_at.eq(row.decided_at.map(At)),
            regrades::version.eq(row.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

type Boxed = diesel::helper_types::IntoBoxed<'static, regrades::table, MultiBackend>;

/// All for who sees the whole centre, else those that are the actor's own to grade.
fn within(reach: &Reach) -> Boxed {
    let query = regrades::table.into_boxed();
    if reach.all { query } else { query.filter(regrades::inspector_id.eq_any(reach.user)) }
}

/// The second grading with this id, if it is within reach.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut AnyConnection, reach: &Reach, id: RegradeId) -> Result<RegradeRow> {
    within(reach)
        .filter(regrades::id.eq(id))
        .select(RegradeRow::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(|| Refusal::not_found("second grading", id).into())
}

/// Second gradings within reach, the newest first, one page, with one row more where there is a next page.
///
/// # Errors
/// What the database says.
pub fn page(
    conn: &mut AnyConnection,
    reach: &Reach,
    state: Option<RegradeState>,
    period: Option<Period>,
    page: &PageRequest,
) -> Result<Vec<RegradeRow>> {
    let mut query = within(reach).order(regrades::id.desc()).limit(page.fetch());
    if let Some(state) = state {
        query = query.filter(regrades::state.eq(state));
    }
    if let Some(period) = period {
        query = query.filter(regrades::period.eq(period));
    }
    if let Some(after) = &page.after {
        query = query.filter(regrades::id.lt(RegradeId(after.id)));
    }
    Ok(query.select(RegradeRow::as_select()).load(conn)?)
}
