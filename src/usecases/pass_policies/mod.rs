//! Pass policies: the thresholds of a pass, as versions with a first period. The past cannot be changed (handbook 3.2).

pub mod create;
pub mod list;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::db::pass_policies::PassPolicyRow;
use crate::domain::id::{PassPolicyId, UserId};
use crate::domain::pass_policy::PassPolicy;

/// A version of the pass policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PassPolicyVersion {
    /// The version's id.
    pub id: PassPolicyId,
    /// Number of the version, from 1. Of two versions with the same first period the later one holds.
    pub number: i32,
    /// The thresholds.
    #[serde(flatten)]
    pub policy: PassPolicy,
    /// Who made it; absent for the one that the centre began with.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl From<PassPolicyRow> for PassPolicyVersion {
    fn from(row: PassPolicyRow) -> Self {
        Self { id: row.id, number: row.number, policy: row.policy, created_by: row.created_by, created_at: row.created_at }
    }
}
