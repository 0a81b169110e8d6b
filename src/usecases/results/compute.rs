//! Computes the results of a period from what is stored now. Everything is counted by the database in a handful of queries, however many
//! agents and evaluations there are.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::db::organisation::Organisation;
use crate::db::results::Wanted;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::Reach;
use crate::domain::id::TeamId;
use crate::domain::period::Period;
use crate::domain::results::report::{AgentResult, Unit, UnitKind, UnitResult, add_up, unit_results};
use crate::domain::results::{Counts, WorkedDays};

/// The results of the wanted agents, by employee number. `today` is the local day: who moves later in the month has not moved yet.
///
/// An agent belongs to the period who was in a team and had not left, or who worked or was evaluated in it all the same.
///
/// # Errors
/// `Conflict` with code `no_pass_policy`; else what the database says.
pub fn agents(conn: &mut AnyConnection, period: Period, today: NaiveDate, wanted: &Wanted) -> Result<Vec<AgentResult>> {
    let policy = db::pass_policies::in_force(conn, period)?;
    let members = db::results::members(conn, period.last_day().min(today), wanted)?;
    let mut counts = db::results::counts(conn, period, wanted.agent)?;
    let attended = db::results::attended(conn, period, wanted.agent)?;
    let talked = db::conversation_days::without_attendance(conn, period, wanted.agent)?;
    let judge = |member: crate::domain::results::report::Member| {
        let counted = counts.remove(&member.agent_id).unwrap_or_default();
        let attendance = attended.get(&member.agent_id).copied();
        let worked = WorkedDays::known(attendance, talked.get(&member.agent_id).copied().unwrap_or(0));
        let belongs = member.was_there(period) || counted != Counts::default() || worked.days > 0;
        belongs.then(|| AgentResult::judge(period, member, counted, worked, (policy.number, &policy.policy)))
    };
    Ok(members.into_iter().filter_map(judge).collect())
}

/// The results of the teams within reach, each with those below it, by code.
///
/// # Errors
/// Those of [`agents`].
pub fn teams(conn: &mut AnyConnection, period: Period, today: NaiveDate, reach: &Reach) -> Result<Vec<UnitResult>> {
    let units = db::results::team_units(conn, reach)?;
    let above = db::results::teams_above(conn)?;
    let agents = agents(conn, period, today, &Wanted::all(reach.clone()))?;
    Ok(team_results(period, units, &agents, &above))
}

/// The results of the vendors within reach, by code.
///
/// # Errors
/// Those of [`agents`].
pub fn vendors(conn: &mut AnyConnection, period: Period, today: NaiveDate, reach: &Reach) -> Result<Vec<UnitResult>> {
    let units = db::results::vendor_units(conn, reach)?;
    let agents = agents(conn, period, today, &Wanted::all(reach.clone()))?;
    Ok(vendor_results(period, units, &agents))
}

/// The result of the whole centre.
///
/// # Errors
/// Those of [`agents`].
pub fn centre(conn: &mut AnyConnection, period: Period, today: NaiveDate) -> Result<UnitResult> {
    let agents = agents(conn, period, today, &Wanted::all(Reach::everything()))?;
    Ok(centre_result(period, &db::organisation::load(conn)?, &agents))
}

/// All results of a period.
#[derive(Debug, Clone)]
pub struct PeriodResults {
    /// Of the agents, by employee number.
    pub agents: Vec<AgentResult>,
    /// Of the teams, by code.
    pub teams: Vec<UnitResult>,
    /// Of the vendors, by code.
    pub vendors: Vec<UnitResult>,
    /// Of the centre.
    pub centre: UnitResult,
}

/// All results of a period, as of one state of the database.
///
/// # Errors
/// Those of [`agents`].
pub fn everything_of(conn: &mut AnyConnection, period: Period, today: NaiveDate) -> Result<PeriodResults> {
    let reach = Reach::everything();
    let agents = agents(conn, period, today, &Wanted::all(reach.clone()))?;
    let teams = team_results(period, db::results::team_units(conn, &reach)?, &agents, &db::results::teams_above(conn)?);
    let vendors = vendor_results(period, db::results::vendor_units(conn, &reach)?, &agents);
    let centre = centre_result(period, &db::organisation::load(conn)?, &agents);
    Ok(PeriodResults { agents, teams, vendors, centre })
}

fn team_results(period: Period, units: Vec<Unit>, agents: &[AgentResult], above: &BTreeMap<TeamId, Vec<Uuid>>) -> Vec<UnitResult> {
    let tallies = add_up(agents, |agent| above.get(&agent.team_id).cloned().unwrap_or_default());
    unit_results(period, units, &tallies)
}

fn vendor_results(period: Period, units: Vec<Unit>, agents: &[AgentResult]) -> Vec<UnitResult> {
    let tallies = add_up(agents, |agent| agent.vendor_id.map(|vendor| vendor.0).into_iter().collect());
    unit_results(period, units, &tallies)
}

fn centre_result(period: Period, organisation: &Organisation, agents: &[AgentResult]) -> UnitResult {
    let tally = add_up(agents, |_| vec![Uuid::nil()]).remove(&Uuid::nil()).unwrap_or_default();
    let unit = Unit {
        kind: UnitKind::Centre,
        id: Uuid::nil(),
        parent_id: None,
        code: String::new(),
        name: organisation.name.clone(),
        archived: false,
    };
    UnitResult::of(period, unit, &tally)
}
