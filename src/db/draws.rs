//! Draws: the immutable record of each execution of a plan.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::schema::draws;
use super::sql_types::At;
use super::tx::{Tx, from_json, to_json};
use crate::domain::Refusal;
use crate::domain::conversation::Channel;
use crate::domain::id::{DrawId, SamplingPlanId, ScorecardVersionId, UserId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::domain::sampling::assignment::InspectorFacts;
use crate::domain::sampling::plan::PlanContent;
use crate::domain::sampling::sample::{DrawKind, DrawState};
use crate::domain::sampling::shortfall::Excluded;

/// What a draw knew beside its population.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawFacts {
    /// Whether last period's shortfall was added to the quotas.
    pub carry_over: bool,
    /// The inspectors with their capacity and their conflicts; those who could not log in any more are not among them.
    pub inspectors: Vec<InspectorFacts>,
    /// The scorecard version for each channel.
    pub scorecards: Vec<DrawnScorecard>,
    /// When the samples are due; absent until drawn.
    pub due_on: Option<NaiveDate>,
    /// Whether inspectors do not see the agent.
    pub blind: bool,
}

/// The scorecard version with which a draw's conversations of a channel are graded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawnScorecard {
    /// The channel.
    pub channel: Channel,
    /// The scorecard version.
    pub scorecard_version_id: ScorecardVersionId,
}

/// What a draw came to, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawSummary {
    /// Agents looked at.
    pub agents: u32,
    /// Random samples.
    pub random: u32,
    /// Targeted samples.
    pub targeted: u32,
    /// Agents for whom a quota was not met.
    pub agents_short: u32,
    /// Samples missing from the quotas.
    pub missing: u32,
    /// Samples without an inspector because everybody would grade themselves or their own team.
    pub unassigned_conflict: u32,
    /// Samples without an inspector because of the share that one inspector may grade of an agent.
    pub unassigned_pair_share: u32,
    /// Samples without an inspector because nobody had capacity left.
    pub unassigned_capacity: u32,
}

/// A draw as it is stored.
#[derive(Debug, Clone)]
pub struct DrawRow {
    /// The id.
    pub id: DrawId,
    /// The plan.
    pub plan_id: SamplingPlanId,
    /// The version of the plan.
    pub plan_version: i32,
    /// The content of that version.
    pub plan: PlanContent,
    /// The period of its conversations and samples.
    pub period: Period,
    /// Regular or extra.
    pub kind: DrawKind,
    /// 1, or for extra draws which one.
    pub ordinal: i32,
    /// How far it has come.
    pub state: DrawState,
    /// The algorithm's name and version.
    pub algorithm: String,
    /// The seed.
    pub seed: Vec<u8>,
    /// What it committed to.
    pub seed_hash: String,
    /// Eligible conversations.
    pub population_count: Option<i64>,
    /// The digest over them.
    pub population_digest: Option<String>,
    /// What was left out.
    pub excluded: Option<Excluded>,
    /// The digest over the result.
    pub result_digest: Option<String>,
    /// What it knew.
    pub facts: DrawFacts,
    /// What it came to.
    pub summary: Option<DrawSummary>,
    /// Who drew; absent for the service itself.
    pub drawn_by: Option<UserId>,
    /// When it committed to its seed.
    pub committed_at: DateTime<Utc>,
    /// When population and result were fixed.
    pub drawn_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = draws)]
struct Stored {
    id: DrawId,
    plan_id: SamplingPlanId,
    plan_version: i32,
    plan_content: String,
    period: Period,
    kind: DrawKind,
    ordinal: i32,
    state: DrawState,
    algorithm: String,
    seed: Vec<u8>,
    seed_hash: String,
    population_count: Option<i64>,
    population_digest: Option<String>,
    exclusions: Option<String>,
    result_digest: Option<String>,
    facts: Option<String>,
    shortfall: Option<String>,
    drawn_by: Option<UserId>,
    committed_at: At,
    drawn_at: Option<At>,
}

impl Stored {
    fn row(self) -> Result<DrawRow> {
        Ok(DrawRow {
            id: self.id,
            plan_id: self.plan_id,
            plan_version: self.plan_version,
            plan: from_json("draws.plan_content", &self.plan_content)?,
            period: self.period,
            kind: self.kind,
            ordinal: self.ordinal,
            state: self.state,
            algorithm: self.algorithm,
            seed: self.seed,
            seed_hash: self.seed_hash,
            population_count: self.population_count,
            population_digest: self.population_digest,
            excluded: self.exclusions.map(|text| from_json("draws.exclusions", &text)).transpose()?,
            result_digest: self.result_digest,
            facts: from_json("draws.facts", self.facts.as_deref().unwrap_or("null"))?,
            summary: self.shortfall.map(|text| from_json("draws.shortfall", &text)).transpose()?,
            drawn_by: self.drawn_by,
            committed_at: self.committed_at.0,
            drawn_at: self.drawn_at.map(|at| at.0),
        })
    }
}

/// Stores the commitment: a draw that has a seed and nothing else yet.
///
/// # Errors
/// `Conflict` with code `draw_running` where somebody else has committed to the same draw at the same time.
pub fn insert(tx: &mut Tx<'_>, draw: &DrawRow) -> Result<()> {
    diesel::insert_into(draws::table)
        .values((
            draws::id.eq(draw.id),
            draws::plan_id.eq(draw.plan_id),
            draws::plan_version.eq(draw.plan_version),
            draws::plan_content.eq(to_json(&draw.plan)?),
            draws::period.eq(draw.period),
            draws::kind.eq(draw.kind),
            draws::ordinal.eq(draw.ordinal),
            draws::state.eq(draw.state),
            draws::algorithm.eq(&draw.algorithm),
            draws::seed.eq(&draw.seed),
            draws::seed_hash.eq(&draw.seed_hash),
            draws::facts.eq(to_json(&draw.facts)?),
            draws::drawn_by.eq(draw.drawn_by),
            draws::committed_at.eq(At(draw.committed_at)),
        ))
        .execute(tx.conn)
        .map_err(|error| {
            Error::from(error).or_unique("draws_ordinal_unique", "draws.plan_id, draws.period, draws.kind, draws.ordinal", running)
        })?;
    Ok(())
}

/// Stores what a committed draw came to.
///
/// # Errors
/// `Conflict` with code `draw_running` where another process has finished it meanwhile.
pub fn finish(tx: &mut Tx<'_>, draw: &DrawRow) -> Result<()> {
    let changed = diesel::update(draws::table.find(draw.id).filter(draws::state.eq(DrawState::Committed)))
        .set((
            draws::state.eq(DrawState::Drawn),
            draws::population_count.eq(draw.population_count),
            draws::population_digest.eq(draw.population_digest.as_deref()),
            draws::exclusions.eq(draw.excluded.as_ref().map(to_json).transpose()?),
            draws::result_digest.eq(draw.result_digest.as_deref()),
            draws::facts.eq(to_json(&draw.facts)?),
            draws::shortfall.eq(draw.summary.as_ref().map(to_json).transpose()?),
            draws::drawn_at.eq(draw.drawn_at.map(At)),
        ))
        .execute(tx.conn)?;
    if changed == 1 { Ok(()) } else { Err(running().into()) }
}

/// Another process is drawing.
pub fn running() -> Refusal {
    Refusal::conflict("draw_running", "a draw is being made at the moment; try again in a minute")
}

/// A draw.
///
/// # Errors
/// `NotFound`.
pub fn load(conn: &mut AnyConnection, id: DrawId) -> Result<DrawRow> {
    let found = draws::table.find(id).select(Stored::as_select()).first(conn).optional()?;
    found.map_or_else(|| Err(Refusal::not_found("draw", id).into()), Stored::row)
}

/// The draw of a plan for a period.
///
/// # Errors
/// What the database says.
pub fn regular(conn: &mut AnyConnection, plan: SamplingPlanId, period: Period) -> Result<Option<DrawRow>> {
    let query = draws::table.filter(draws::plan_id.eq(plan)).filter(draws::period.eq(period)).filter(draws::kind.eq(DrawKind::Regular));
    query.select(Stored::as_select()).first(conn).optional()?.map(Stored::row).transpose()
}

/// How many extra draws a plan has made for a period.
///
/// # Errors
/// What the database says.
pub fn extras(conn: &mut AnyConnection, plan: SamplingPlanId, period: Period) -> Result<i64> {
    let query = draws::table.filter(draws::plan_id.eq(plan)).filter(draws::period.eq(period)).filter(draws::kind.eq(DrawKind::Extra));
    Ok(query.count().get_result(conn)?)
}

/// Which draws are wanted.
#[derive(Debug, Clone, Default)]
pub struct DrawFilter {
    /// Of this plan.
    pub plan_id: Option<SamplingPlanId>,
    /// Of this period.
    pub period: Option<Period>,
}

/// A page of draws, the latest first.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, filter: &DrawFilter, request: &PageRequest) -> Result<Page<DrawRow>> {
    let mut query = draws::table.select(Stored::as_select()).order(draws::id.desc()).limit(request.fetch()).into_boxed();
    if let Some(plan) = filter.plan_id {
        query = query.filter(draws::plan_id.eq(plan));
    }
    if let Some(period) = filter.period {
        query = query.filter(draws::period.eq(period));
    }
    if let Some(after) = &request.after {
        query = query.filter(draws::id.lt(DrawId(after.id)));
    }
    let rows = query.load::<Stored>(conn)?.into_iter().map(Stored::row).collect::<Result<Vec<_>>>()?;
    Ok(request.page(rows, |draw| (String::new(), draw.id.0)))
}
