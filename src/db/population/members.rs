//! The conversations of a plan's agents, as a draw reads them: by the million.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};
use diesel::backend::Backend;
use diesel::connection::DefaultLoadingMode;
use diesel::define_sql_function;
use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Date, Text};
use diesel::sqlite::Sqlite;
use uuid::Uuid;

use crate::db::both::natively;
use crate::db::connection::AnyConnection;
use crate::db::error::{Error, Result};
use crate::db::schema::{agents, conversations, samples};
use crate::db::sql_types::Uid;
use crate::domain::conversation::Channel;
use crate::domain::id::{AgentId, ConversationId};
use crate::domain::period::Period;
use crate::domain::sampling::plan::PlanContent;

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
    /// The 16 bytes of an id.
    fn uuid_send(id: Uid) -> Binary;
}
define_sql_function! {
    /// Days since the first of 2000, in four bytes.
    fn date_send(day: Date) -> Binary;
}
define_sql_function! {
    /// The bytes of a word.
    #[sql_name = "textsend"]
    fn text_send(word: Text) -> Binary;
}

/// Ends the word of a channel, where there is one.
const END: u8 = b'\n';

/// The conversations of these agents, gathered by PostgreSQL into one value for each: thousands of rows would take twice as long on their way, and a
/// query for each agent a fifth longer. Those of an agent come in the order of the index, which is only what PostgreSQL does.
fn gathered(conn: &mut PgConnection, period: Period, of: &[AgentId], channels: &[Channel]) -> Result<HashMap<AgentId, Vec<u8>>> {
    macro_rules! load {
        ($of_channels:expr, $entry:expr) => {{
            let own = conversations::table
                .filter(conversations::period.eq(period))
                .filter(conversations::agent_id.eq(agents::id))
                .filter($of_channels)
                .select(bytes_together($entry, b"".as_slice()))
                .single_value();
            agents::table.filter(agents::id.eq_any(of)).select((agents::id, own)).load::<(AgentId, Option<Vec<u8>>)>(conn)?
        }};
    }
    let entry = uuid_send(conversations::id).concat(date_send(conversations::local_day));
    let rows = match channels {
        [channel] => load!(conversations::channel.eq(*channel), entry),
        _ => {
            let word = text_send(conversations::channel).concat([END].as_slice());
            load!(conversations::channel.eq_any(channels), entry.concat(word))
        }
    };
    Ok(rows.into_iter().filter_map(|(agent, entries)| Some((agent, entries?))).collect())
}

/// Takes apart what [`gathered`] gives of an agent; in ascending order of id.
fn taken_apart(entries: &[u8], channels: &[Channel]) -> Result<Vec<Plain>> {
    let mut rows: Vec<Plain> = Vec::with_capacity(entries.len() / 20);
    let mut rest = entries;
    while let Some((id, after)) = rest.split_first_chunk::<16>()
        && let Some((day, after)) = after.split_first_chunk::<4>()
    {
        let channel = match channels {
            [channel] => {
                rest = after;
                *channel
            }
            _ => {
                let mut parts = after.splitn(2, |byte| *byte == END);
                let word = parts.next().unwrap_or_default();
                rest = parts.next().unwrap_or_default();
                String::from_utf8_lossy(word).parse()?
            }
        };
        rows.push((ConversationId(Uuid::from_bytes(*id)), Day::since_2000(i32::from_be_bytes(*day))?, channel));
    }
    if !rest.is_empty() {
        return Err(Error::Damaged(format!("{} bytes behind an agent's conversations", rest.len())));
    }
    if !rows.is_sorted_by_key(|(id, _, _)| *id) {
        rows.sort_unstable_by_key(|(id, _, _)| *id);
    }
    Ok(rows)
}

/// The conversations of some agents in a period, to be read agent by agent.
pub struct Conversations<'a> {
    period: Period,
    channels: &'a [Channel],
    asked: Asked,
    /// What PostgreSQL has gathered of all of them.
    together: Option<HashMap<AgentId, Vec<u8>>>,
}

impl<'a> Conversations<'a> {
    /// Those of these agents. Unless `asked` for details the index alone answers; what is not asked for is 0 or empty.
    ///
    /// # Errors
    /// What the database says.
    pub fn of_agents(conn: &mut AnyConnection, period: Period, agents: &[AgentId], channels: &'a [Channel], asked: Asked) -> Result<Self> {
        let together = match (conn, asked) {
            (AnyConnection::Postgres(postgres), Asked::Nothing) => Some(gathered(postgres, period, agents, channels)?),
            _ => None,
        };
        Ok(Self { period, channels, asked, together })
    }

    /// Hands over those of one of the agents, once, in ascending order of id.
    ///
    /// # Errors
    /// What the database says.
    pub fn of(&mut self, conn: &mut AnyConnection, agent: AgentId, mut each: impl FnMut(ConversationRow)) -> Result<()> {
        match &mut self.together {
            Some(entries) => {
                let own = entries.remove(&agent).unwrap_or_default();
                taken_apart(&own, self.channels)?.into_iter().for_each(|it| each(row(it, (0, None, 0))));
                Ok(())
            }
            None => one_by_one(conn, self.period, agent, self.channels, self.asked, each),
        }
    }
}

type Measured = (i64, Option<i32>, i32);

fn row((id, Day(local_day), channel): Plain, (duration_ms, satisfaction, recordings): Measured) -> ConversationRow {
    ConversationRow { id, local_day, channel, duration_ms, satisfaction, recordings, queue: None, attributes: String::new() }
}

/// The conversations of an agent, as they come.
fn one_by_one(
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
