//! What a draw reads: the agents of a plan, their conversations, and the inspectors with their conflicts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{NaiveDate, TimeDelta};
use diesel::backend::Backend;
use diesel::connection::DefaultLoadingMode;
use diesel::define_sql_function;
use diesel::deserialize::{self, FromSql};
use diesel::dsl::exists;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Date, Text};
use diesel::sqlite::Sqlite;
use uuid::Uuid;

use super::both::natively;
use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::schema::{agent_teams, agents, conversations, draw_agents, grants, samples, scorecard_versions, team_ancestors, teams, users};
use super::sql_types::Uid;
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

/// What a draw reads of a conversation.
#[derive(Debug, Clone)]
pub struct ConversationRow {
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

impl Day {
    /// The day so many days after the first of 2000, as PostgreSQL counts.
    fn since_2000(days: i32) -> Result<Self> {
        let first = NaiveDate::from_ymd_opt(2000, 1, 1);
        let day = first.and_then(|first| first.checked_add_signed(TimeDelta::days(i64::from(days))));
        day.map(Self).ok_or_else(|| Error::Damaged(format!("a conversation's day {days} days after 2000-01-01")))
    }
}

impl FromSql<Date, Sqlite> for Day {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        // Read as text, which it is: of a text that is read as bytes a copy is made.
        let text = value.read_text().as_bytes();
        let number =
            |digits: &[u8]| digits.iter().try_fold(0_u32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')));
        let day = match text {
            [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 => number(year).zip(number(&[*m1, *m2])).zip(number(&[*d1, *d2])),
            _ => None,
        };
        let day = day.and_then(|((year, month), day)| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day));
        day.map(Self).ok_or_else(|| format!("`{}` is not a day", String::from_utf8_lossy(text)).into())
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

/// What is read of each conversation, whatever the plan asks.
type Plain = (ConversationId, Day, Channel);

// PostgreSQL's own form of each value for the wire, one after another in one value.
define_sql_function! {
    /// Bytes one after another.
    #[aggregate]
    #[sql_name = "string_agg"]
    fn bytes_together(part: Binary, between: Binary) -> Nullable<Binary>;
}
define_sql_function! {
    /// Words one after another.
    #[aggregate]
    #[sql_name = "string_agg"]
    fn words_together(part: Text, between: Text) -> Nullable<Text>;
}
define_sql_function! {
    /// The 16 bytes of an id.
    fn uuid_send(id: Uid) -> Binary;
}
define_sql_function! {
    /// Days since the first of 2000, in four bytes.
    fn date_send(day: Date) -> Binary;
}

/// The conversations of an agent in ascending order of id, gathered by PostgreSQL: thousands of rows would take twice as long on their way.
fn gathered(conn: &mut PgConnection, period: Period, of: AgentId, channels: &[Channel]) -> Result<Vec<Plain>> {
    const NONE: &[u8] = b"";
    let ids = bytes_together(uuid_send(conversations::id), NONE);
    let days = bytes_together(date_send(conversations::local_day), NONE);
    let query = conversations::table
        .filter(conversations::period.eq(period))
        .filter(conversations::agent_id.eq(of))
        .filter(conversations::channel.eq_any(channels));
    let (ids, days, words): (Option<Vec<u8>>, Option<Vec<u8>>, Option<String>) = match channels {
        [_] => query.select((ids, days)).first(conn).map(|(ids, days)| (ids, days, None))?,
        _ => query.select((ids, days, words_together(conversations::channel, ","))).first(conn)?,
    };
    let (ids, days) = (ids.unwrap_or_default(), days.unwrap_or_default());
    let words = words.unwrap_or_default();
    let mut words = words.split(',');
    let mut channel = || match channels {
        [channel] => Ok(*channel),
        _ => words.next().unwrap_or_default().parse(),
    };
    let (ids, days) = (ids.as_chunks::<16>().0, days.as_chunks::<4>().0);
    let mut rows: Vec<Plain> = Vec::with_capacity(ids.len());
    for (id, day) in ids.iter().zip(days) {
        rows.push((ConversationId(Uuid::from_bytes(*id)), Day::since_2000(i32::from_be_bytes(*day))?, channel()?));
    }
    // In the order of the index, which is only what PostgreSQL does; a draw relies on it.
    if !rows.is_sorted_by_key(|(id, _, _)| *id) {
        rows.sort_unstable_by_key(|(id, _, _)| *id);
    }
    Ok(rows)
}

/// Hands over the conversations of an agent in a period, in ascending order of id. Unless `asked` for details the index alone answers; what is
/// not asked for is 0 or empty.
///
/// # Errors
/// What the database says.
pub fn conversations_of(
    conn: &mut AnyConnection,
    period: Period,
    of: AgentId,
    channels: &[Channel],
    asked: Asked,
    mut each: impl FnMut(ConversationRow),
) -> Result<()> {
    // On the database's own connection, and row by row: millions of rows come this way.
    macro_rules! load {
        ($columns:expr, $row:expr) => {{
            let query = conversations::table
                .filter(conversations::period.eq(period))
                .filter(conversations::agent_id.eq(of))
                .filter(conversations::channel.eq_any(channels))
                .order(conversations::id)
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
    type Least = (ConversationId, Day);
    type Measured = (i64, Option<i32>, i32);
    let row = |(id, Day(local_day), channel): Plain, (duration_ms, satisfaction, recordings): Measured| ConversationRow {
        id,
        local_day,
        channel,
        duration_ms,
        satisfaction,
        recordings,
        queue: None,
        attributes: String::new(),
    };
    if let (AnyConnection::Postgres(postgres), Asked::Nothing) = (&mut *conn, asked) {
        gathered(postgres, period, of, channels)?.into_iter().for_each(|it| each(row(it, (0, None, 0))));
        return Ok(());
    }
    let least = (conversations::id, conversations::local_day);
    let plain = (conversations::id, conversations::local_day, conversations::channel);
    let measured = (conversations::duration_ms, conversations::satisfaction, conversations::recordings);
    match (asked, channels) {
        (Asked::Nothing, [channel]) => load!(least, |(id, day): Least| row((id, day, *channel), (0, None, 0))),
        (Asked::Nothing, _) => load!(plain, |it: Plain| row(it, (0, None, 0))),
        (Asked::Measures, _) => load!((plain, measured), |(it, measured): (Plain, Measured)| row(it, measured)),
        (Asked::Details, _) => {
            load!((plain, measured, conversations::queue, conversations::attributes), |(it, measured, queue, attributes): (
                Plain,
                Measured,
                Option<String>,
                String
            )| ConversationRow {
                queue,
                attributes,
                ..row(it, measured)
            })
        }
    }
    Ok(())
}

/// The conversations of these agents in a period that any draw has sampled: of each in ascending order, now and then one of them twice.
///
/// # Errors
/// What the database says.
pub fn sampled_of(conn: &mut AnyConnection, period: Period, of: &[AgentId]) -> Result<HashMap<AgentId, Vec<ConversationId>>> {
    let query = samples::table
        .filter(samples::agent_id.eq_any(of))
        .filter(samples::period.eq(period))
        .select((samples::agent_id, samples::conversation_id));
    let rows: Vec<(AgentId, ConversationId)> = natively!(conn, load, query)?;
    let mut sampled: HashMap<AgentId, Vec<ConversationId>> = HashMap::new();
    for (agent, conversation) in rows {
        sampled.entry(agent).or_default().push(conversation);
    }
    sampled.values_mut().for_each(|of_agent| of_agent.sort_unstable());
    Ok(sampled)
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
