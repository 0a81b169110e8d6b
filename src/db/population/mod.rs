//! What a draw reads: the agents of a plan, their conversations, and the inspectors with their conflicts.

mod members;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::both::natively;
use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{agent_teams, agents, conversations, draw_agents, grants, scorecard_versions, team_ancestors, teams, users};
use crate::domain::access::{ReachKind, Role};
use crate::domain::id::{AgentId, DrawId, ScorecardId, ScorecardVersionId, TeamId, UserId, VendorId};
use crate::domain::period::Period;
use crate::domain::sampling::assignment::InspectorFacts;
use crate::domain::sampling::plan::InspectorCapacity;

pub use members::{Asked, ConversationRow, Conversations, sampled_of};

/// An agent that a plan samples in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanAgent {
    /// The agent.
    pub agent: AgentId,
    /// The team in which the agent ended the period (handbook 3.4).
    pub team: TeamId,
}

/// The agents of these teams and those below them (of all, where none is given) without `excluded`, by id: everybody with a conversation
/// in the period, and everybody who had not left before it and had come by its end.
///
/// # Errors
/// What the database says.
pub fn agents_of(conn: &mut AnyConnection, period: Period, wanted: &[TeamId], excluded: &[AgentId]) -> Result<Vec<PlanAgent>> {
    let at_the_end = teams_by(conn, period.last_day())?;
    let below = if wanted.is_empty() { None } else { Some(with_those_below(conn, wanted)?) };
    let excluded: BTreeSet<AgentId> = excluded.iter().copied().collect();
    // One look into the index for each agent; to count would be to read millions of entries.
    let busy = exists(conversations::table.filter(conversations::period.eq(period)).filter(conversations::agent_id.eq(agents::id)));
    let everybody = agents::table.order(agents::id).select((agents::id, agents::team_id, agents::left_on, busy));
    let mut chosen = Vec::new();
    let everybody: Vec<(AgentId, TeamId, Option<NaiveDate>, bool)> = natively!(conn, load, everybody)?;
    for (agent, now, left_on, busy) in everybody {
        let there = at_the_end.contains_key(&agent) && left_on.is_none_or(|day| day >= period.first_day());
        let team = at_the_end.get(&agent).copied().unwrap_or(now);
        let in_teams = below.as_ref().is_none_or(|below| below.contains(&team));
        if in_teams && !excluded.contains(&agent) && (there || busy) {
            chosen.push(PlanAgent { agent, team });
        }
    }
    chosen.sort_unstable_by_key(|chosen| chosen.agent);
    Ok(chosen)
}

/// The team of each agent on a day.
fn teams_by(conn: &mut AnyConnection, day: NaiveDate) -> Result<HashMap<AgentId, TeamId>> {
    let rows = agent_teams::table
        .filter(agent_teams::from_date.le(day))
        .order((agent_teams::agent_id, agent_teams::from_date))
        .select((agent_teams::agent_id, agent_teams::team_id))
        .load::<(AgentId, TeamId)>(conn)?;
    Ok(rows.into_iter().collect())
}

/// Teams and all below them.
fn with_those_below(conn: &mut AnyConnection, wanted: &[TeamId]) -> Result<HashSet<TeamId>> {
    let mut all: HashSet<TeamId> = wanted.iter().copied().collect();
    for wanted in wanted.chunks(1000) {
        let below = team_ancestors::table.filter(team_ancestors::ancestor_id.eq_any(wanted)).select(team_ancestors::team_id);
        all.extend(below.load::<TeamId>(conn)?);
    }
    Ok(all)
}

/// The inspectors of a plan as a draw knows them: those who can log in, with the agent that they are, and with their own teams: the one of that
/// agent at the end of the period, and those that they lead, with all below.
///
/// # Errors
/// What the database says.
pub fn inspectors_of(conn: &mut AnyConnection, period: Period, plan: &[InspectorCapacity]) -> Result<Vec<InspectorFacts>> {
    let team_of = teams_by(conn, period.last_day())?;
    let mut facts = Vec::new();
    for inspector in plan {
        let found = users::table
            .find(inspector.user_id)
            .filter(users::active.eq(true))
            .select(users::agent_id)
            .first::<Option<AgentId>>(conn)
            .optional()?;
        if let Some(agent_id) = found {
            let mut own = teams_led_by(conn, inspector.user_id)?;
            if let Some(agent) = agent_id {
                let now = agents::table.find(agent).select(agents::team_id).first::<TeamId>(conn).optional()?;
                own.extend(team_of.get(&agent).copied());
                own.extend(now);
            }
            facts.push(InspectorFacts {
                user_id: inspector.user_id,
                capacity: inspector.capacity,
                agent_id,
                team_ids: own.into_iter().collect(),
            });
        }
    }
    facts.sort_unstable_by_key(|inspector| inspector.user_id);
    Ok(facts)
}

/// The teams that a user leads, with all below them.
fn teams_led_by(conn: &mut AnyConnection, user: UserId) -> Result<BTreeSet<TeamId>> {
    let led = grants::table
        .filter(grants::user_id.eq(user))
        .filter(grants::role.eq(Role::TeamLead))
        .select((grants::reach, grants::team_id, grants::vendor_id))
        .load::<(ReachKind, Option<TeamId>, Option<VendorId>)>(conn)?;
    let mut all = BTreeSet::new();
    for (reach, team, vendor) in led {
        match reach {
            ReachKind::Team => all.extend(with_those_below(conn, &team.into_iter().collect::<Vec<_>>())?),
            ReachKind::Vendor => {
                all.extend(teams::table.filter(teams::vendor_id.eq(vendor)).select(teams::id).load::<TeamId>(conn)?);
            }
            ReachKind::All | ReachKind::Own => {}
        }
    }
    Ok(all)
}

/// The latest published version of each of these scorecards.
///
/// # Errors
/// What the database says.
pub fn published_versions(conn: &mut AnyConnection, of: &[ScorecardId]) -> Result<BTreeMap<ScorecardId, ScorecardVersionId>> {
    let rows = scorecard_versions::table
        .filter(scorecard_versions::scorecard_id.eq_any(of))
        .filter(scorecard_versions::state.eq("published"))
        .order((scorecard_versions::scorecard_id, scorecard_versions::number))
        .select((scorecard_versions::scorecard_id, scorecard_versions::id))
        .load::<(ScorecardId, ScorecardVersionId)>(conn)?;
    Ok(rows.into_iter().collect())
}

/// The team that an agent had in a draw.
///
/// # Errors
/// What the database says.
pub fn team_of(conn: &mut AnyConnection, draw: DrawId, agent: AgentId) -> Result<Option<TeamId>> {
    Ok(draw_agents::table.find((draw, agent)).select(draw_agents::team_id).first(conn).optional()?)
}
