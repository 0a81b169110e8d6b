//! Sampling plans.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::schema::{agents, draws, grants, sampling_plans, scorecards, teams, users};
use super::sql_types::At;
use super::tx::{Tx, from_json, to_json};
use crate::domain::Refusal;
use crate::domain::access::Role;
use crate::domain::id::{AgentId, SamplingPlanId, ScorecardId, TeamId, UserId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::sampling::plan::PlanContent;
use crate::domain::sampling::sample::PlanState;

/// A plan as it is stored.
#[derive(Debug, Clone)]
pub struct PlanRow {
    /// The id.
    pub id: SamplingPlanId,
    /// Its name, which no other plan has.
    pub name: String,
    /// Whether it draws.
    pub state: PlanState,
    /// What it says.
    pub content: PlanContent,
    /// Rises with each change.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

type Columns = (SamplingPlanId, String, PlanState, String, i32, At, At);

const COLUMNS: (
    sampling_plans::id,
    sampling_plans::name,
    sampling_plans::state,
    sampling_plans::content,
    sampling_plans::version,
    sampling_plans::created_at,
    sampling_plans::updated_at,
) = (
    sampling_plans::id,
    sampling_plans::name,
    sampling_plans::state,
    sampling_plans::content,
    sampling_plans::version,
    sampling_plans::created_at,
    sampling_plans::updated_at,
);

fn row((id, name, state, content, version, created_at, updated_at): Columns) -> Result<PlanRow> {
    let content = from_json("sampling_plans.content", &content)?;
    Ok(PlanRow { id, name, state, content, version, created_at: created_at.0, updated_at: updated_at.0 })
}

fn name_taken(error: Error, name: &str) -> Error {
    error.or_unique("sampling_plans_name_unique", "sampling_plans.name", || {
        Refusal::conflict("name_taken", format!("there is already a sampling plan `{name}`"))
    })
}

/// Stores a new plan.
///
/// # Errors
/// `Conflict` with code `name_taken`.
pub fn insert(tx: &mut Tx<'_>, plan: &PlanRow) -> Result<()> {
    diesel::insert_into(sampling_plans::table)
        .values((
            sampling_plans::id.eq(plan.id),
            sampling_plans::name.eq(&plan.name),
            sampling_plans::state.eq(plan.state),
            sampling_plans::content.eq(to_json(&plan.content)?),
            sampling_plans::version.eq(plan.version),
            sampling_plans::created_at.eq(At(plan.created_at)),
            sampling_plans::updated_at.eq(At(plan.updated_at)),
        ))
        .execute(tx.conn)
        .map_err(|error| name_taken(error.into(), &plan.name))?;
    Ok(())
}

/// Stores a changed plan under its next version.
///
/// # Errors
/// `Conflict` with code `name_taken`.
pub fn update(tx: &mut Tx<'_>, plan: &PlanRow) -> Result<()> {
    diesel::update(sampling_plans::table.find(plan.id))
        .set((
            sampling_plans::name.eq(&plan.name),
            sampling_plans::state.eq(plan.state),
            sampling_plans::content.eq(to_json(&plan.content)?),
            sampling_plans::version.eq(plan.version),
            sampling_plans::updated_at.eq(At(plan.updated_at)),
        ))
        .execute(tx.conn)
        .map_err(|error| name_taken(error.into(), &plan.name))?;
    Ok(())
}

/// Deletes a plan that has never drawn.
///
/// # Errors
/// `Conflict` with code `plan_has_draws`.
pub fn delete(tx: &mut Tx<'_>, id: SamplingPlanId) -> Result<()> {
    let drawn: i64 = draws::table.filter(draws::plan_id.eq(id)).count().get_result(tx.conn)?;
    if drawn > 0 {
        return Err(Refusal::conflict("plan_has_draws", "this plan has drawn and stays as their record; pause it instead").into());
    }
    diesel::delete(sampling_plans::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// A plan.
///
/// # Errors
/// `NotFound`.
pub fn load(conn: &mut AnyConnection, id: SamplingPlanId) -> Result<PlanRow> {
    let found = sampling_plans::table.find(id).select(COLUMNS).first::<Columns>(conn).optional()?;
    found.map_or_else(|| Err(Refusal::not_found("sampling plan", id).into()), row)
}

/// The plan with this name.
///
/// # Errors
/// `NotFound`.
pub fn load_by_name(conn: &mut AnyConnection, name: &str) -> Result<PlanRow> {
    let found = sampling_plans::table.filter(sampling_plans::name.eq(name)).select(COLUMNS).first::<Columns>(conn).optional()?;
    found.map_or_else(|| Err(Refusal::not_found("sampling plan", format!("`{name}`")).into()), row)
}

/// A page of the plans, in the order of their making.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, state: Option<PlanState>, request: &PageRequest) -> Result<Page<PlanRow>> {
    let mut query = sampling_plans::table.select(COLUMNS).order(sampling_plans::id).limit(request.fetch()).into_boxed();
    if let Some(state) = state {
        query = query.filter(sampling_plans::state.eq(state));
    }
    if let Some(after) = &request.after {
        query = query.filter(sampling_plans::id.gt(SamplingPlanId(after.id)));
    }
    let rows = query.load::<Columns>(conn)?.into_iter().map(row).collect::<Result<Vec<_>>>()?;
    Ok(request.page(rows, |plan| (String::new(), plan.id.0)))
}

/// Every active plan.
///
/// # Errors
/// What the database says.
pub fn active(conn: &mut AnyConnection) -> Result<Vec<PlanRow>> {
    let query = sampling_plans::table.filter(sampling_plans::state.eq(PlanState::Active)).order(sampling_plans::id).select(COLUMNS);
    query.load::<Columns>(conn)?.into_iter().map(row).collect()
}

/// Of the ids in a plan, those that exist.
#[derive(Debug, Clone, Default)]
pub struct References {
    /// Teams.
    pub teams: HashSet<TeamId>,
    /// Agents.
    pub agents: HashSet<AgentId>,
    /// People who can log in and hold a role that grades.
    pub graders: HashSet<UserId>,
    /// Scorecards.
    pub scorecards: HashSet<ScorecardId>,
}

/// Looks up the ids in a plan.
///
/// # Errors
/// What the database says.
pub fn references(conn: &mut AnyConnection, content: &PlanContent) -> Result<References> {
    let mut known = References::default();
    for ids in content.population.teams.chunks(1000) {
        known.teams.extend(teams::table.filter(teams::id.eq_any(ids)).select(teams::id).load::<TeamId>(conn)?);
    }
    for ids in content.exclusions.agents.chunks(1000) {
        known.agents.extend(agents::table.filter(agents::id.eq_any(ids)).select(agents::id).load::<AgentId>(conn)?);
    }
    let inspectors: Vec<UserId> = content.inspectors.iter().map(|inspector| inspector.user_id).collect();
    for ids in inspectors.chunks(1000) {
        known.graders.extend(graders(conn, ids)?);
    }
    let wanted: Vec<ScorecardId> = content.scorecards.iter().map(|scorecard| scorecard.scorecard_id).collect();
    known.scorecards.extend(scorecards::table.filter(scorecards::id.eq_any(wanted)).select(scorecards::id).load::<ScorecardId>(conn)?);
    Ok(known)
}

/// Of these people, those who can log in and hold a role that grades.
///
/// # Errors
/// What the database says.
pub fn graders(conn: &mut AnyConnection, people: &[UserId]) -> Result<Vec<UserId>> {
    Ok(users::table
        .inner_join(grants::table)
        .filter(users::id.eq_any(people))
        .filter(users::active.eq(true))
        .filter(grants::role.eq_any([Role::Inspector, Role::QaManager]))
        .select(users::id)
        .distinct()
        .load(conn)?)
}
