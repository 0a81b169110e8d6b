//! What a draw reads: the agents of a plan, their conversations, and the inspectors with their conflicts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use diesel::backend::Backend;
use diesel::connection::DefaultLoadingMode;
use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::sql_types::Date;
use diesel::sqlite::Sqlite;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{agent_teams, agents, conversations, draw_agents, grants, samples, scorecard_versions, team_ancestors, teams, users};
use crate::domain::access::{ReachKind, Role};
use crate::domain::conversation::Channel;
use crate::domain::id::{AgentId, ConversationId, DrawId, ScorecardId, ScorecardVersionId, TeamId, UserId, VendorId};
use crate::domain::period::Period;
use crate::domain::sampling::assignment::InspectorFacts;
use crate::domain::sampling::plan::{InspectorCapacity, PlanContent};

/// An agent that a plan samples in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanAgent {
    /// The agent.
    pub agent: AgentId,
    /// The team in which the agent ended the period (handbook 3.4).
    pub team: TeamId,
    /// How many conversations the agent has in the period, eligible or not.
    pub conversations: i64,
}

/// The agents of these teams and those below them (of all, where none is given) without `excluded`, by id: everybody with a conversation
/// in the period, and everybody who had not left before it and had come by its end.
///
/// # Errors
/// What the database says.
pub fn agents_of(conn: &mut AnyConnection, period: Period, wanted: &[TeamId], excluded: &[AgentId]) -> Result<Vec<PlanAgent>> {
    let counts: HashMap<AgentId, i64> = conversations::table
        .filter(conversations::period.eq(period))
        .group_by(conversations::agent_id)
        .select((conversations::agent_id, diesel::dsl::count_star()))
        .load::<(AgentId, i64)>(conn)?
        .into_iter()
        .collect();
    let at_the_end = teams_by(conn, period.last_day())?;
    let below = if wanted.is_empty() { None } else { Some(with_those_below(conn, wanted)?) };
    let excluded: BTreeSet<AgentId> = excluded.iter().copied().collect();
    let everybody = agents::table.order(agents::id).select((agents::id, agents::team_id, agents::left_on));
    let mut chosen = Vec::new();
    for (agent, now, left_on) in everybody.load::<(AgentId, TeamId, Option<NaiveDate>)>(conn)? {
        let conversations = counts.get(&agent).copied().unwrap_or(0);
        let there = at_the_end.contains_key(&agent) && left_on.is_none_or(|day| day >= period.first_day());
        let team = at_the_end.get(&agent).copied().unwrap_or(now);
        let in_teams = below.as_ref().is_none_or(|below| below.contains(&team));
        if in_teams && !excluded.contains(&agent) && (there || conversations > 0) {
            chosen.push(PlanAgent { agent, team, conversations });
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

/// What a draw reads of a conversation.
#[derive(Debug, Clone)]
pub struct ConversationRow {
    /// The agent.
    pub agent_id: AgentId,
    /// The conversation.
    pub id: ConversationId,
    /// The local day on which it began.
    pub local_day: NaiveDate,
    /// The channel.
    pub channel: Channel,
    /// How long it took, in milliseconds; 0 where nobody asks for it.
    pub duration_ms: i64,
    /// What the customer gave; `None` where nobody asks for it.
    pub satisfaction: Option<i32>,
    /// How many recordings it has; 0 where nobody asks for it.
    pub recordings: i32,
    /// The queue; `None` where nobody asks for it.
    pub queue: Option<String>,
    /// Free attributes as JSON; empty where nobody asks for them.
    pub attributes: String,
}

/// What a plan asks of a conversation, beside its day and its channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Nothing.
    Nothing,
    /// How long it took, its satisfaction and its recordings; these stand in the index as well.
    Measures,
    /// Those, its queue and its attributes.
    Details,
}

impl Asked {
    /// What this plan asks.
    pub fn by(plan: &PlanContent) -> Self {
        match (plan.asks_for_details(), plan.asks_for_measures()) {
            (true, _) => Self::Details,
            (false, true) => Self::Measures,
            (false, false) => Self::Nothing,
        }
    }
}

/// A day as the draw reads it by the million: diesel's own reading of SQLite's text takes longer than all the rest of a row.
struct Day(NaiveDate);

impl FromSql<Date, Sqlite> for Day {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = value.read_text();
        let number = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse().ok());
        let day = number(0, 4).zip(number(5, 7)).zip(number(8, 10)).and_then(|((year, month), day)| {
            let year = i32::try_from(year).ok()?;
            NaiveDate::from_ymd_opt(year, month, day)
        });
        day.map(Self).ok_or_else(|| format!("`{text}` is not a day").into())
    }
}

impl FromSql<Date, Pg> for Day {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Date, Pg>::from_sql(value).map(Self)
    }
}

impl<DB: Backend> Queryable<Date, DB> for Day
where
    Self: FromSql<Date, DB>,
{
    type Row = Self;
    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

/// Hands over the conversations of these agents in a period, by agent and id. Keep the agents to a few hundred, and their conversations to what fits
/// into memory. Unless `asked` for details the index alone answers; what is not asked for is 0 or empty.
///
/// # Errors
/// What the database says.
pub fn conversations_of(
    conn: &mut AnyConnection,
    period: Period,
    of: &[AgentId],
    channels: &[Channel],
    asked: Asked,
    mut each: impl FnMut(ConversationRow),
) -> Result<()> {
    // On the database's own connection, and row by row: millions of rows come this way.
    macro_rules! load {
        ($columns:expr, $row:expr) => {{
            let query = conversations::table
                .filter(conversations::period.eq(period))
                .filter(conversations::agent_id.eq_any(of))
                .filter(conversations::channel.eq_any(channels))
                .order((conversations::agent_id, conversations::id))
                .select($columns);
            match conn {
                AnyConnection::Sqlite(sqlite) => {
                    for row in query.load_iter::<_, DefaultLoadingMode>(sqlite)? {
                        each($row(row?));
                    }
                }
                AnyConnection::Postgres(postgres) => {
                    for row in query.load_iter::<_, DefaultLoadingMode>(postgres)? {
                        each($row(row?));
                    }
                }
            }
        }};
    }
    type Plain = (AgentId, ConversationId, Day, Channel);
    type Measured = (i64, Option<i32>, i32);
    let row = |(agent_id, id, Day(local_day), channel): Plain, (duration_ms, satisfaction, recordings): Measured| ConversationRow {
        agent_id,
        id,
        local_day,
        channel,
        duration_ms,
        satisfaction,
        recordings,
        queue: None,
        attributes: String::new(),
    };
    let plain = (conversations::agent_id, conversations::id, conversations::local_day, conversations::channel);
    let measured = (conversations::duration_ms, conversations::satisfaction, conversations::recordings);
    match asked {
        Asked::Nothing => load!(plain, |it: Plain| row(it, (0, None, 0))),
        Asked::Measures => load!((plain, measured), |(it, measured): (Plain, Measured)| row(it, measured)),
        Asked::Details => load!(
            (plain, measured, conversations::queue, conversations::attributes),
            |(it, measured, queue, attributes): (Plain, Measured, Option<String>, String)| ConversationRow {
                queue,
                attributes,
                ..row(it, measured)
            }
        ),
    }
    Ok(())
}

/// The conversations of these agents in a period that any draw has sampled.
///
/// # Errors
/// What the database says.
pub fn sampled_of(conn: &mut AnyConnection, period: Period, of: &[AgentId]) -> Result<HashSet<ConversationId>> {
    let query = samples::table.filter(samples::agent_id.eq_any(of)).filter(samples::period.eq(period)).select(samples::conversation_id);
    Ok(query.load(conn)?.into_iter().collect())
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
