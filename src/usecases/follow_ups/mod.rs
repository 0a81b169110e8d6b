//! Follow-ups (整改跟踪): corrective actions from a finding, and whether the same error came back.

pub mod end;
pub mod list;
pub mod remind;
pub mod set;
pub mod show;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use crate::db::follow_ups::FollowUpFilter;
use crate::db::follow_ups::FollowUpRow;
use crate::db::{self, AnyConnection, Result};
use crate::domain::follow_up::{FollowUpKind, FollowUpState, Recurrence, recurrence, watched_period};
use crate::domain::id::{AgentId, AppealId, EscalationId, EvaluationId, FollowUpId, UserId, ViolationId};
use crate::domain::period::Period;

/// A follow-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FollowUp {
    /// The follow-up.
    pub id: FollowUpId,
    /// The agent.
    pub agent_id: AgentId,
    /// What is done.
    pub kind: FollowUpKind,
    /// The evaluation that it comes from.
    pub evaluation_id: Option<EvaluationId>,
    /// The violation that it comes from.
    pub violation_id: Option<ViolationId>,
    /// The escalation case that it comes from.
    pub escalation_id: Option<EscalationId>,
    /// The appeal that it comes from.
    pub appeal_id: Option<AppealId>,
    /// The period of what it comes from.
    pub period: Period,
    /// The scorecard item to watch for.
    pub item: Option<String>,
    /// The violation type to watch for.
    pub violation_type: Option<String>,
    /// Who sees to it.
    pub owner_id: UserId,
    /// Until when, a local day.
    pub due_on: NaiveDate,
    /// What is to be done.
    pub text: String,
    /// How far it is.
    pub state: FollowUpState,
    /// What came of it.
    pub outcome: Option<String>,
    /// Who set it.
    pub made_by: UserId,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Who ended it.
    pub ended_by: Option<UserId>,
    /// When.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether the same error came back in the following period; absent where nothing is watched for.
    pub recurrence: Option<Recurrence>,
    /// Rises with each change; the `ETag`.
    pub version: i32,
}

/// The follow-up with what is known of the following period now.
fn view(conn: &mut AnyConnection, row: FollowUpRow) -> Result<FollowUp> {
    let (item, of_type) = (row.item_code.as_deref(), row.type_code.as_deref());
    let recurrence = if item.is_none() && of_type.is_none() {
        None
    } else {
        let (graded, found) = db::follow_ups::watched(conn, row.agent_id, watched_period(row.period), item, of_type)?;
        Some(recurrence(graded, found))
    };
    Ok(FollowUp {
        id: row.id,
        agent_id: row.agent_id,
        kind: row.kind,
        evaluation_id: row.evaluation_id,
        violation_id: row.violation_id,
        escalation_id: row.escalation_id,
        appeal_id: row.appeal_id,
        period: row.period,
        item: row.item_code,
        violation_type: row.type_code,
        owner_id: row.owner_id,
        due_on: row.due_on,
        text: row.body,
        state: row.state,
        outcome: row.outcome,
        made_by: row.made_by,
        made_at: row.made_at,
        ended_by: row.ended_by,
        ended_at: row.ended_at,
        recurrence,
        version: row.version,
    })
}
