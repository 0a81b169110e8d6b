//! What results are computed from, counted by the database, and the frozen results of closed periods.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::dsl::{count_star, exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use uuid::Uuid;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{agent_teams, agents, attendance, evaluations, period_agents, period_units, periods, team_ancestors, teams, vendors};
use super::scope;
use super::tx::{Tx, from_json, to_json};
use crate::domain::access::Reach;
use crate::domain::id::{AgentId, EvaluationId, SampleId, TeamId, VendorId};
use crate::domain::month_close::PeriodState;
use crate::domain::period::Period;
use crate::domain::results::Counts;
use crate::domain::results::report::{AgentReport, AgentResult, CountedEvaluation, Member, Unit, UnitKind, UnitResult};

/// Which agents' results are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Whose results may be seen.
    pub reach: Reach,
    /// Only this agent's.
    pub agent: Option<AgentId>,
    /// Only those of agents of this team and those below it.
    pub team: Option<TeamId>,
    /// Only those of agents of this vendor.
    pub vendor: Option<VendorId>,
}

impl Wanted {
    /// Everybody within reach.
    pub fn all(reach: Reach) -> Self {
        Self { reach, ..Self::default() }
    }

    /// Agents that may be seen as one's own and not by their team.
    fn own(&self) -> Option<AgentId> {
        self.reach.agent.filter(|_| self.reach.own)
    }
}

/// Agents with the team that they ended the period in, as of `day`: its last day, or today while it runs. Whoever joined a first team only
/// later is told of with that team.
///
/// # Errors
/// What the database says.
pub fn members(conn: &mut AnyConnection, day: NaiveDate, wanted: &Wanted) -> Result<Vec<Member>> {
    let (later, earlier) = diesel::alias!(agent_teams as later, agent_teams as earlier);
    let moved_later = later
        .filter(later.field(agent_teams::agent_id).eq(agent_teams::agent_id))
        .filter(later.field(agent_teams::from_date).le(day))
        .filter(later.field(agent_teams::from_date).gt(agent_teams::from_date));
    let was_elsewhere = earlier
        .filter(earlier.field(agent_teams::agent_id).eq(agent_teams::agent_id))
        .filter(earlier.field(agent_teams::from_date).lt(agent_teams::from_date));
    let mut query = agent_teams::table
        .inner_join(agents::table)
        .inner_join(teams::table)
        .filter(
            agent_teams::from_date.le(day).and(not(exists(moved_later))).or(agent_teams::from_date.gt(day).and(not(exists(was_elsewhere)))),
        )
        .order((agents::employee_no, agents::id))
        .select((
            agents::id,
            agents::employee_no,
            agents::name,
            agents::left_on,
            agent_teams::from_date,
            agent_teams::team_id,
            teams::vendor_id,
        ))
        .into_boxed();
    if !wanted.reach.all {
        query = query.filter(scope::teams(agent_teams::team_id, &wanted.reach).or(agents::id.eq_any(wanted.own())));
    }
    if let Some(agent) = wanted.agent {
        query = query.filter(agents::id.eq(agent));
    }
    if let Some(team) = wanted.team {
        let below = team_ancestors::table.filter(team_ancestors::ancestor_id.eq(team)).select(team_ancestors::team_id);
        query = query.filter(agent_teams::team_id.eq_any(below));
    }
    if let Some(vendor) = wanted.vendor {
        query = query.filter(teams::vendor_id.eq(vendor));
    }
    type Row = (AgentId, String, String, Option<NaiveDate>, NaiveDate, TeamId, Option<VendorId>);
    let rows: Vec<Row> = query.load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(agent_id, employee_no, name, left_on, since, team_id, vendor_id)| Member {
            agent_id,
            employee_no,
            name,
            left_on,
            since,
            team_id,
            vendor_id,
        })
        .collect())
}

/// n, K and N by agent: submitted evaluations of the period that count.
///
/// # Errors
/// What the database says.
pub fn counts(conn: &mut AnyConnection, period: Period, agent: Option<AgentId>) -> Result<BTreeMap<AgentId, Counts>> {
    let mut query = evaluations::table
        .group_by(evaluations::agent_id)
        .select((
            evaluations::agent_id,
            count_star(),
            sql::<BigInt>("CAST(SUM(evaluations.key_errors) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(evaluations.non_key_errors) AS BIGINT)"),
        ))
        .filter(evaluations::period.eq(period))
        .filter(evaluations::counts.eq(true))
        .into_boxed();
    if let Some(agent) = agent {
        query = query.filter(evaluations::agent_id.eq(agent));
    }
    let rows: Vec<(AgentId, i64, i64, i64)> = query.load(conn)?;
    let unsigned = |number: i64| u64::try_from(number).unwrap_or(0);
    Ok(rows
        .into_iter()
        .map(|(agent, n, key, non_key)| {
            (agent, Counts { evaluations: unsigned(n), key_errors: unsigned(key), non_key_errors: unsigned(non_key) })
        })
        .collect())
}

/// Imported attendance by agent, in days.
///
/// # Errors
/// What the database says.
pub fn attended(conn: &mut AnyConnection, period: Period, agent: Option<AgentId>) -> Result<BTreeMap<AgentId, u32>> {
    let mut query =
        attendance::table.filter(attendance::period.eq(period)).select((attendance::agent_id, attendance::worked_days)).into_boxed();
    if let Some(agent) = agent {
        query = query.filter(attendance::agent_id.eq(agent));
    }
    let rows: Vec<(AgentId, i32)> = query.load(conn)?;
    Ok(rows.into_iter().map(|(agent, days)| (agent, u32::try_from(days).unwrap_or(0))).collect())
}

/// The evaluations that the results of a period rest on, by agent, in the order of their submission.
///
/// # Errors
/// What the database says.
pub fn rests_on(conn: &mut AnyConnection, period: Period, agent: Option<AgentId>) -> Result<BTreeMap<AgentId, Vec<CountedEvaluation>>> {
    let mut query = evaluations::table
        .filter(evaluations::period.eq(period))
        .filter(evaluations::counts.eq(true))
        .order((evaluations::submitted_at, evaluations::id))
        .select((evaluations::agent_id, evaluations::id, evaluations::sample_id, evaluations::key_errors, evaluations::non_key_errors))
        .into_boxed();
    if let Some(agent) = agent {
        query = query.filter(evaluations::agent_id.eq(agent));
    }
    let rows: Vec<(AgentId, EvaluationId, SampleId, i32, i32)> = query.load(conn)?;
    let mut by_agent: BTreeMap<AgentId, Vec<CountedEvaluation>> = BTreeMap::new();
    for (agent, evaluation_id, sample_id, key_errors, non_key_errors) in rows {
        let unsigned = |number: i32| u32::try_from(number).unwrap_or(0);
        by_agent.entry(agent).or_default().push(CountedEvaluation {
            evaluation_id,
            sample_id,
            key_errors: unsigned(key_errors),
            non_key_errors: unsigned(non_key_errors),
        });
    }
    Ok(by_agent)
}

/// The teams within reach, by code.
///
/// # Errors
/// What the database says.
pub fn team_units(conn: &mut AnyConnection, reach: &Reach) -> Result<Vec<Unit>> {
    let rows: Vec<(TeamId, Option<TeamId>, String, String, bool)> = teams::table
        .filter(scope::teams(teams::id, reach))
        .order((teams::code, teams::id))
        .select((teams::id, teams::parent_id, teams::code, teams::name, teams::archived_at.is_not_null()))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, parent_id, code, name, archived)| Unit { kind: UnitKind::Team, id: id.0, parent_id, code, name, archived })
        .collect())
}

/// The vendors within reach, by code.
///
/// # Errors
/// What the database says.
pub fn vendor_units(conn: &mut AnyConnection, reach: &Reach) -> Result<Vec<Unit>> {
    let mut query = vendors::table
        .order((vendors::code, vendors::id))
        .select((vendors::id, vendors::code, vendors::name, vendors::archived_at.is_not_null()))
        .into_boxed();
    if !reach.all {
        query = query.filter(vendors::id.eq_any(reach.vendors.clone()));
    }
    let rows: Vec<(VendorId, String, String, bool)> = query.load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, code, name, archived)| Unit { kind: UnitKind::Vendor, id: id.0, parent_id: None, code, name, archived })
        .collect())
}

/// Each team with itself and every team above it.
///
/// # Errors
/// What the database says.
pub fn teams_above(conn: &mut AnyConnection) -> Result<BTreeMap<TeamId, Vec<Uuid>>> {
    let rows: Vec<(TeamId, TeamId)> = team_ancestors::table.select((team_ancestors::team_id, team_ancestors::ancestor_id)).load(conn)?;
    let mut above: BTreeMap<TeamId, Vec<Uuid>> = BTreeMap::new();
    for (team, ancestor) in rows {
        above.entry(team).or_default().push(ancestor.0);
    }
    Ok(above)
}

/// Whether a period is closed: its results are frozen then.
///
/// # Errors
/// What the database says.
pub fn is_frozen(conn: &mut AnyConnection, period: Period) -> Result<bool> {
    Ok(diesel::select(exists(periods::table.filter(periods::period.eq(period)).filter(periods::state.eq(PeriodState::Closed))))
        .get_result(conn)?)
}

/// Whether anything of a period was graded.
///
/// # Errors
/// What the database says.
pub fn is_graded(conn: &mut AnyConnection, period: Period) -> Result<bool> {
    Ok(diesel::select(exists(evaluations::table.filter(evaluations::period.eq(period)))).get_result(conn)?)
}

/// Freezes an agent's result.
///
/// # Errors
/// What the database says.
pub fn freeze_agent(tx: &mut Tx<'_>, AgentReport { result, rests_on }: &AgentReport) -> Result<()> {
    let signed = |number: u64| i32::try_from(number).unwrap_or(i32::MAX);
    diesel::insert_into(period_agents::table)
        .values((
            period_agents::period.eq(result.period),
            period_agents::agent_id.eq(result.agent_id),
            period_agents::team_id.eq(result.team_id),
            period_agents::vendor_id.eq(result.vendor_id),
            period_agents::samples.eq(signed(result.evaluations)),
            period_agents::key_errors.eq(signed(result.key_errors)),
            period_agents::non_key_errors.eq(signed(result.non_key_errors)),
            period_agents::verdict.eq(result.verdict),
            period_agents::worked_days.eq(i32::try_from(result.worked_days.days).unwrap_or(i32::MAX)),
            period_agents::worked_source.eq(result.worked_days.source),
            period_agents::effective.eq(result.effective),
            period_agents::content.eq(to_json(result)?),
            period_agents::rests_on.eq(to_json(rests_on)?),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Freezes the result of a team, a vendor or the centre.
///
/// # Errors
/// What the database says.
pub fn freeze_unit(tx: &mut Tx<'_>, result: &UnitResult) -> Result<()> {
    diesel::insert_into(period_units::table)
        .values((
            period_units::period.eq(result.period),
            period_units::unit_kind.eq(result.kind),
            period_units::unit_id.eq(TeamId(result.id)),
            period_units::content.eq(to_json(result)?),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The frozen results of agents, by employee number.
///
/// # Errors
/// What the database says.
pub fn frozen_agents(conn: &mut AnyConnection, period: Period, wanted: &Wanted) -> Result<Vec<AgentResult>> {
    let mut query = period_agents::table.filter(period_agents::period.eq(period)).select(period_agents::content).into_boxed();
    if !wanted.reach.all {
        query = query.filter(scope::teams(period_agents::team_id, &wanted.reach).or(period_agents::agent_id.eq_any(wanted.own())));
    }
    if let Some(agent) = wanted.agent {
        query = query.filter(period_agents::agent_id.eq(agent));
    }
    if let Some(team) = wanted.team {
        let below = team_ancestors::table.filter(team_ancestors::ancestor_id.eq(team)).select(team_ancestors::team_id.nullable());
        query = query.filter(period_agents::team_id.eq_any(below));
    }
    if let Some(vendor) = wanted.vendor {
        query = query.filter(period_agents::vendor_id.eq(vendor));
    }
    let rows: Vec<String> = query.load(conn)?;
    let mut results: Vec<AgentResult> = rows.iter().map(|row| from_json("period_agents.content", row)).collect::<Result<_>>()?;
    results.sort_by(|a, b| (&a.employee_no, a.agent_id).cmp(&(&b.employee_no, b.agent_id)));
    Ok(results)
}

/// The evaluations that an agent's frozen result rests on.
///
/// # Errors
/// What the database says.
pub fn frozen_rests_on(conn: &mut AnyConnection, period: Period, agent: AgentId) -> Result<Vec<CountedEvaluation>> {
    let row: Option<String> = period_agents::table.find((period, agent)).select(period_agents::rests_on).first(conn).optional()?;
    row.map_or_else(|| Ok(Vec::new()), |text| from_json("period_agents.rests_on", &text))
}

/// The frozen results of teams, vendors or the centre, all of them or those with these ids, by code.
///
/// # Errors
/// What the database says.
pub fn frozen_units(conn: &mut AnyConnection, period: Period, kind: UnitKind, reach: &Reach) -> Result<Vec<UnitResult>> {
    let mut query = period_units::table
        .filter(period_units::period.eq(period))
        .filter(period_units::unit_kind.eq(kind))
        .select(period_units::content)
        .into_boxed();
    match kind {
        UnitKind::Team => query = query.filter(scope::teams(period_units::unit_id, reach)),
        UnitKind::Vendor if !reach.all => query = query.filter(period_units::unit_id.eq_any(reach.vendors.clone())),
        UnitKind::Vendor | UnitKind::Centre => {}
    }
    let rows: Vec<String> = query.load(conn)?;
    let mut results: Vec<UnitResult> = rows.iter().map(|row| from_json("period_units.content", row)).collect::<Result<_>>()?;
    results.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
    Ok(results)
}
