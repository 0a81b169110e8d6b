//! A conversation as tests put it into the tables.

use assay::db::Tx;
use assay::db::conversations::NewConversation;
use assay::db::sql_types::At;
use assay::domain::conversation::Channel;
use assay::domain::id::{AgentId, ConversationId};
use assay::domain::period::Period;
use chrono::{DateTime, NaiveDate, Utc};

/// A call of a minute without transcript.
pub fn call<'a>(
    tx: &Tx<'_>,
    external_id: &'a str,
    agent_id: AgentId,
    started_at: DateTime<Utc>,
    local_day: NaiveDate,
) -> NewConversation<'a> {
    NewConversation {
        id: tx.id::<ConversationId>(),
        source: "test",
        external_id,
        channel: Channel::Call,
        agent_id,
        started_at: At(started_at),
        duration_ms: 60_000,
        period: Period::of_day(local_day).unwrap(),
        local_day,
        queue: None,
        language: None,
        satisfaction: None,
        customer_ref: None,
        attributes: "{}",
        lines: 0,
        recordings: 0,
        digest: &[0; 32],
        import_id: None,
        created_at: tx.at(),
        updated_at: tx.at(),
    }
}
