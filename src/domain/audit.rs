//! The audit log: who did what to what, when, from where, before and after. It only grows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::access::ActorKind;
use super::id::{AuditId, TokenId, UserId};

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditEntry {
    /// The id; later lines have greater ones.
    pub id: AuditId,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// What kind of actor did it.
    pub actor_kind: ActorKind,
    /// The user who did it; absent for the operator and the service.
    pub user_id: Option<UserId>,
    /// The token with which it was done.
    pub token_id: Option<TokenId>,
    /// What was done, such as `team.changed`.
    pub action: String,
    /// What kind of object it was done to, such as `team`.
    pub object_kind: String,
    /// Which object.
    pub object_id: String,
    /// The network address of the caller.
    pub address: Option<String>,
    /// The id of the request.
    pub request_id: Option<String>,
    /// The object as it was before.
    pub before: Option<serde_json::Value>,
    /// The object as it was afterwards, or a description of the event.
    pub after: Option<serde_json::Value>,
    /// The reason that the actor gave.
    pub reason: Option<String>,
}

/// Which lines a list is to show.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only what this user did.
    pub user: Option<UserId>,
    /// Only what this kind of actor did.
    pub actor_kind: Option<ActorKind>,
    /// Only this action.
    pub action: Option<String>,
    /// Only what was done to this kind of object.
    pub object_kind: Option<String>,
    /// Only what was done to this object.
    pub object_id: Option<String>,
    /// Only what was done at this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Only what was done before this moment.
    pub until: Option<DateTime<Utc>>,
}
