//! The audit log: who did what to what, when, from where, before and after. It only grows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::access::ActorKind;
use super::id::{AuditId, TokenId, UserId};
use super::refusal::{Refusal, Refused};

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

/// A line as its seal sees it: every column, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "they are those of AuditEntry")]
pub struct SealedLine {
    /// Number in the order of writing.
    pub seq: i64,
    pub id: AuditId,
    /// Microseconds since 1970 (UTC).
    pub at_us: i64,
    pub actor_kind: String,
    pub user_id: Option<UserId>,
    pub token_id: Option<TokenId>,
    pub action: String,
    pub object_kind: String,
    pub object_id: String,
    pub address: Option<String>,
    pub request_id: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub reason: Option<String>,
}

/// A block of lines, sealed: whoever changes, removes or inserts one of them changes this hash and every one after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Number, from 1 without a gap.
    pub number: i64,
    /// The `seq` of its last line; it begins after that of the seal before.
    pub upto: i64,
    /// How many lines.
    pub lines: i64,
    /// SHA-256 over the hash before and the lines, 64 lower-case hexadecimal digits.
    pub hash: String,
}

/// Computes the hash of a block while its lines go by, in the order of their numbers.
#[derive(Debug)]
pub struct Sealing {
    hasher: Sha256,
    lines: i64,
}

impl Sealing {
    /// After a seal, or the first.
    pub fn after(last: Option<&Seal>) -> Self {
        let before = last.map_or("", |seal| seal.hash.as_str());
        Self { hasher: Sha256::new_with_prefix(format!("{before}\n")), lines: 0 }
    }

    /// Takes the next line: as JSON without blanks, ended by a line feed.
    ///
    /// # Errors
    /// `Conflict` with code `not_sealable`, which would be a fault of ours.
    pub fn add(&mut self, line: &SealedLine) -> Refused<()> {
        let text = serde_json::to_vec(line).map_err(|error| Refusal::conflict("not_sealable", error.to_string()))?;
        self.hasher.update(text);
        self.hasher.update(b"\n");
        self.lines = self.lines.saturating_add(1);
        Ok(())
    }

    /// The seal over what was added.
    pub fn finish(self, number: i64, upto: i64) -> Seal {
        Seal { number, upto, lines: self.lines, hash: hex::encode(self.hasher.finalize()) }
    }
}
