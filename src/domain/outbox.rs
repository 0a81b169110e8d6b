//! The outbox as an administrator sees it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::{AgentId, OutboxId, UserId, WebhookId};
use super::mail::{OutboxChannel, OutboxState};

/// A message in the outbox. What it says is not shown: it is its recipient's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Message {
    /// The message.
    pub id: OutboxId,
    /// `mail` or `webhook`.
    pub channel: OutboxChannel,
    /// The letter's kind or the event.
    pub kind: String,
    /// The user that it goes to.
    pub user_id: Option<UserId>,
    /// The agent that it goes to.
    pub agent_id: Option<AgentId>,
    /// The webhook that it goes to.
    pub webhook_id: Option<WebhookId>,
    /// The address that it was written to; where the recipient has another one by then, it is sent there.
    pub address: Option<String>,
    /// Where it is on its way.
    pub state: OutboxState,
    /// How often it was tried.
    pub attempts: i32,
    /// Why it was not sent the last time.
    pub last_error: Option<String>,
    /// Its Message-ID, once it was tried.
    pub message_id: Option<String>,
    /// The digest that it went into.
    pub gathered_in: Option<OutboxId>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it will be tried; meaningful while it is `queued`.
    pub next_at: DateTime<Utc>,
    /// When the other side took it.
    pub sent_at: Option<DateTime<Utc>>,
}

/// Which messages are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Those in this state.
    pub state: Option<OutboxState>,
    /// Those of this channel.
    pub channel: Option<OutboxChannel>,
    /// Those of this kind of letter or event.
    pub kind: Option<String>,
    /// Those to this user.
    pub user: Option<UserId>,
    /// Those to this webhook.
    pub webhook: Option<WebhookId>,
    /// Those written from this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Those written before this moment.
    pub until: Option<DateTime<Utc>>,
}
