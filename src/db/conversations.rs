//! Conversations as they are stored, and what binds them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::both::{insert_each, natively};
use super::connection::AnyConnection;
use super::conversation_days;
use super::error::Result;
use super::schema::{agents, conversations, drafts, evaluations, samples};
use super::scope;
use super::sql_types::At;
use super::tx::Tx;
use crate::domain::access::Reach;
use crate::domain::conversation::Channel;
use crate::domain::id::{AgentId, ConversationId, ImportId, SampleId};
use crate::domain::period::Period;

/// A conversation as it is stored, without its transcript.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = conversations)]
pub struct ConversationRow {
    /// The id.
    pub id: ConversationId,
    /// The system that it came from.
    pub source: String,
    /// What that system calls it.
    pub external_id: String,
    /// The way the customer came in.
    pub channel: Channel,
    /// The agent.
    pub agent_id: AgentId,
    /// When it began.
    #[diesel(deserialize_as = At)]
    pub started_at: DateTime<Utc>,
    /// How long it took.
    pub duration_ms: i64,
    /// The month in which it began, in the organisation's time zone.
    pub period: Period,
    /// The day on which it began, in the organisation's time zone.
    pub local_day: NaiveDate,
    /// The queue.
    pub queue: Option<String>,
    /// The language.
    pub language: Option<String>,
    /// The customer's rating.
    pub satisfaction: Option<i32>,
    /// What the source calls the customer.
    pub customer_ref: Option<String>,
    /// The attributes as a JSON object.
    pub attributes: String,
    /// How many lines its transcript has.
    pub lines: i32,
    /// How many recordings it has.
    pub recordings: i32,
    /// The SHA-256 of what it says.
    pub digest: Vec<u8>,
    /// The import that last changed it.
    pub import_id: Option<ImportId>,
    /// When it was first stored.
    #[diesel(deserialize_as = At)]
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[diesel(deserialize_as = At)]
    pub updated_at: DateTime<Utc>,
}

/// A conversation to be stored, and what of a stored one may change. `None` is stored as nothing.
#[derive(Debug, Clone, Insertable, AsChangeset)]
#[diesel(table_name = conversations, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct NewConversation<'a> {
    /// The id.
    pub id: ConversationId,
    /// The system that it came from.
    pub source: &'a str,
    /// What that system calls it.
    pub external_id: &'a str,
    /// The way the customer came in.
    pub channel: Channel,
    /// The agent.
    pub agent_id: AgentId,
    /// When it began.
    pub started_at: At,
    /// How long it took.
    pub duration_ms: i64,
    /// The month in which it began, in the organisation's time zone.
    pub period: Period,
    /// The day on which it began, in the organisation's time zone.
    pub local_day: NaiveDate,
    /// The queue.
    pub queue: Option<&'a str>,
    /// The language.
    pub language: Option<&'a str>,
    /// The customer's rating.
    pub satisfaction: Option<i32>,
    /// What the source calls the customer.
    pub customer_ref: Option<&'a str>,
    /// The attributes as a JSON object.
    pub attributes: &'a str,
    /// How many lines its transcript has.
    pub lines: i32,
    /// How many recordings it has.
    pub recordings: i32,
    /// The SHA-256 of what it says.
    pub digest: &'a [u8],
    /// The import that brings it.
    pub import_id: Option<ImportId>,
    /// When it was first stored.
    pub created_at: At,
    /// Now.
    pub updated_at: At,
}

impl<'a> From<&'a ConversationRow> for NewConversation<'a> {
    fn from(row: &'a ConversationRow) -> Self {
        Self {
            id: row.id,
            source: &row.source,
            external_id: &row.external_id,
            channel: row.channel,
            agent_id: row.agent_id,
            started_at: At(row.started_at),
            duration_ms: row.duration_ms,
            period: row.period,
            local_day: row.local_day,
            queue: row.queue.as_deref(),
            language: row.language.as_deref(),
            satisfaction: row.satisfaction,
            customer_ref: row.customer_ref.as_deref(),
            attributes: &row.attributes,
            lines: row.lines,
            recordings: row.recordings,
            digest: &row.digest,
            import_id: row.import_id,
            created_at: At(row.created_at),
            updated_at: At(row.updated_at),
        }
    }
}

/// Stores new conversations, at most some thousands at a time.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, rows: &[NewConversation<'_>]) -> Result<()> {
    insert_each!(tx.conn, conversations::table, rows);
    conversation_days::add(tx, rows.iter().map(|row| (row.period, row.agent_id, row.local_day)))
}

/// Stores what changed of a conversation.
///
/// # Errors
/// What the database says.
pub fn update(tx: &mut Tx<'_>, old: &ConversationRow, row: &NewConversation<'_>) -> Result<()> {
    natively!(tx.conn, execute, diesel::update(conversations::table.filter(conversations::id.eq(row.id))).set(row))?;
    if (old.agent_id, old.local_day) != (row.agent_id, row.local_day) {
        conversation_days::recount(tx, old.period, old.agent_id)?;
        conversation_days::add(tx, std::iter::once((row.period, row.agent_id, row.local_day)))?;
    }
    Ok(())
}

/// The conversations of one source that are known by these external ids, with their agents' employee numbers.
///
/// # Errors
/// What the database says.
pub fn by_external_ids(conn: &mut AnyConnection, source: &str, external_ids: &[&str]) -> Result<Vec<(ConversationRow, String)>> {
    Ok(conversations::table
        .inner_join(agents::table)
        .filter(conversations::source.eq(source))
        .filter(conversations::external_id.eq_any(external_ids))
        .select((ConversationRow::as_select(), agents::employee_no))
        .load(conn)?)
}

/// The agents within reach that have these employee numbers.
///
/// # Errors
/// What the database says.
pub fn agents_by_number(conn: &mut AnyConnection, numbers: &[&str], reach: &Reach) -> Result<HashMap<String, AgentId>> {
    let rows = agents::table
        .filter(agents::employee_no.eq_any(numbers))
        .filter(scope::agents(agents::id, reach))
        .select((agents::employee_no, agents::id))
        .load::<(String, AgentId)>(conn)?;
    Ok(rows.into_iter().collect())
}

/// Which of these conversations were sampled (by a sample that was not replaced), and which of those somebody has begun to grade.
///
/// # Errors
/// What the database says.
pub fn sampled_and_graded(conn: &mut AnyConnection, ids: &[ConversationId]) -> Result<(HashSet<ConversationId>, HashSet<ConversationId>)> {
    let sampled: HashMap<SampleId, ConversationId> = samples::table
        .filter(samples::conversation_id.eq_any(ids))
        .filter(samples::replaced_at.is_null())
        .select((samples::id, samples::conversation_id))
        .load::<(SampleId, ConversationId)>(conn)?
        .into_iter()
        .collect();
    let mut graded: HashSet<ConversationId> = evaluations::table
        .filter(evaluations::conversation_id.eq_any(ids))
        .select(evaluations::conversation_id)
        .load::<ConversationId>(conn)?
        .into_iter()
        .collect();
    let drafted = drafts::table
        .filter(drafts::sample_id.eq_any(sampled.keys().copied().collect::<Vec<_>>()))
        .select(drafts::sample_id)
        .load::<SampleId>(conn)?;
    graded.extend(drafted.iter().filter_map(|sample| sampled.get(sample)).copied());
    Ok((sampled.into_values().collect(), graded))
}
