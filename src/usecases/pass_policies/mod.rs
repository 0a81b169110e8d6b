//! Pass policies: the thresholds of a pass, as versions with a first period. The past cannot be changed (handbook 3.2).

pub mod create;
pub mod list;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::db::pass_policies::PassPolicyRow;
use crate::domain::id::{PassPolicyId, UserId};
use crate::domain::pass_policy::{PassPolicy, Threshold};
use crate::domain::period::Period;

/// A version of the pass policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PassPolicyVersion {
    /// The version's id.
    pub id: PassPolicyId,
    /// Number of the version, from 1. Of two versions with the same first period the later one holds.
    pub number: i32,
    /// The first period that it holds for.
    pub first_period: Period,
    /// The most key errors per evaluation with which an agent passes.
    pub max_key_ratio: Threshold,
    /// The most non-key errors per evaluation with which an agent passes.
    pub max_non_key_ratio: Threshold,
    /// An agent is effective who worked more days than this in the period.
    pub more_than_worked_days: u32,
    /// The pass rate that teams, vendors and the centre are held against, 0 to 1; absent where the centre has set itself none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_pass_rate: Option<Threshold>,
    /// Who made it; absent for the one that the centre began with.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl From<PassPolicyRow> for PassPolicyVersion {
    fn from(row: PassPolicyRow) -> Self {
        let PassPolicyRow { id, number, policy, created_by, created_at } = row;
        let PassPolicy { first_period, max_key_ratio, max_non_key_ratio, more_than_worked_days, target_pass_rate } = policy;
        Self { id, number, first_period, max_key_ratio, max_non_key_ratio, more_than_worked_days, target_pass_rate, created_by, created_at }
    }
}
