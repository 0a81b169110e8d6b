//! The outbox as an administrator sees it.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::db::connection::AnyConnection;
use crate::db::error::Result;
use crate::db::schema::outbox;
use crate::db::sql_types::{At, OptionalAt};
use crate::db::tx::Tx;
use crate::domain::Refusal;
use crate::domain::id::{AgentId, OutboxId, UserId, WebhookId};
use crate::domain::mail::{OutboxChannel, OutboxState};
use crate::domain::outbox::{Message, MessageFilter};
use crate::domain::page::{Page, PageRequest};

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox)]
struct MessageRow {
    id: OutboxId,
    channel: OutboxChannel,
    kind: String,
    user_id: Option<UserId>,
    agent_id: Option<AgentId>,
    webhook_id: Option<WebhookId>,
    address: Option<String>,
    state: OutboxState,
    attempts: i32,
    last_error: Option<String>,
    message_id: Option<String>,
    gathered_in: Option<OutboxId>,
    #[diesel(deserialize_as = At)]
    created_at: DateTime<Utc>,
    #[diesel(deserialize_as = At)]
    next_at: DateTime<Utc>,
    #[diesel(deserialize_as = OptionalAt)]
    sent_at: Option<DateTime<Utc>>,
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        Self {
            id: row.id,
            channel: row.channel,
            kind: row.kind,
            user_id: row.user_id,
            agent_id: row.agent_id,
            webhook_id: row.webhook_id,
            address: row.address,
            state: row.state,
            attempts: row.attempts,
            last_error: row.last_error,
            message_id: row.message_id,
            gathered_in: row.gathered_in,
            created_at: row.created_at,
            next_at: row.next_at,
            sent_at: row.sent_at,
        }
    }
}

/// A page of messages, the latest first.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, filter: &MessageFilter, page: &PageRequest) -> Result<Page<Message>> {
    let mut query = outbox::table.select(MessageRow::as_select()).order(outbox::id.desc()).limit(page.fetch()).into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(outbox::state.eq(state));
    }
    if let Some(channel) = filter.channel {
        query = query.filter(outbox::channel.eq(channel));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(outbox::kind.eq(kind.clone()));
    }
    if let Some(user) = filter.user {
        query = query.filter(outbox::user_id.eq(user));
    }
    if let Some(webhook) = filter.webhook {
        query = query.filter(outbox::webhook_id.eq(webhook));
    }
    if let Some(from) = filter.from {
        query = query.filter(outbox::created_at.ge(At(from)));
    }
    if let Some(until) = filter.until {
        query = query.filter(outbox::created_at.lt(At(until)));
    }
    if let Some(after) = &page.after {
        query = query.filter(outbox::id.lt(OutboxId(after.id)));
    }
    let rows = query.load::<MessageRow>(conn)?.into_iter().map(Message::from).collect();
    Ok(page.page(rows, |message: &Message| (String::new(), message.id.0)))
}

/// What has not left the service: how many messages are in each state but sent and gathered, by channel, and since when the oldest of those waits
/// that are to leave (queued, claimed, sending).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// How many, by channel and state; nothing for a state in which there are none.
    pub counts: Vec<(OutboxChannel, OutboxState, i64)>,
    /// Since when the oldest waits.
    pub oldest: Option<DateTime<Utc>>,
}

/// What has not left the service.
///
/// # Errors
/// What the database says.
pub fn backlog(conn: &mut AnyConnection) -> Result<Backlog> {
    const WAITING: [OutboxState; 3] = [OutboxState::Queued, OutboxState::Claimed, OutboxState::Sending];
    const REST: [OutboxState; 3] = [OutboxState::Held, OutboxState::Unsure, OutboxState::Dead];
    let counts = outbox::table
        .filter(outbox::state.eq_any(WAITING.into_iter().chain(REST)))
        .group_by((outbox::channel, outbox::state))
        .order((outbox::channel, outbox::state))
        .select((outbox::channel, outbox::state, count_star()))
        .load(conn)?;
    let waiting = outbox::table.filter(outbox::state.eq_any(WAITING)).order(outbox::queued_at).select(outbox::queued_at);
    let oldest: Option<At> = waiting.first(conn).optional()?;
    Ok(Backlog { counts, oldest: oldest.map(|at| at.0) })
}

/// One message.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut AnyConnection, id: OutboxId) -> Result<Message> {
    let row = outbox::table.find(id).select(MessageRow::as_select()).first::<MessageRow>(conn).optional()?;
    row.map(Message::from).ok_or_else(|| Refusal::not_found(OutboxId::WHAT, id).into())
}

/// Puts a message that was sent, given up or is unsure back into the queue, with its patience anew.
///
/// # Errors
/// What the database says.
pub fn queue_again(tx: &mut Tx<'_>, id: OutboxId) -> Result<()> {
    diesel::update(outbox::table.find(id))
        .set((
            outbox::state.eq(OutboxState::Queued),
            outbox::queued_at.eq(tx.at()),
            outbox::next_at.eq(tx.at()),
            outbox::holder.eq(None::<String>),
            outbox::sent_at.eq(None::<At>),
        ))
        .execute(tx.conn)?;
    Ok(())
}
