//! A type of its own for each id, so that an agent's id never lands where a team's belongs. All are UUID version 7.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::refusal::Refusal;

/// Makes an id type: a UUID that knows what it names.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// What the id names, for messages.
            pub const WHAT: &'static str = $what;
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self { id.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }

        impl std::str::FromStr for $name {
            type Err = Refusal;
            fn from_str(text: &str) -> Result<Self, Refusal> {
                Uuid::try_parse(text).map(Self).map_err(|_| {
                    Refusal::invalid(concat!($what, "_id"), format!("`{text}` is not an id; ids look like 01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11"))
                })
            }
        }
    )*};
}

ids! {
    /// A vendor (乙方).
    VendorId = "vendor";
    /// A team (组).
    TeamId = "team";
    /// An agent (客服).
    AgentId = "agent";
    /// A person or program that logs in.
    UserId = "user";
    /// A role that a user holds within a scope.
    GrantId = "grant";
    /// A bearer token.
    TokenId = "token";
    /// A conversation (会话).
    ConversationId = "conversation";
    /// A recording (录音) of a conversation.
    RecordingId = "recording";
    /// One run of an import.
    ImportId = "import";
    /// A file that was handed in at a page to be imported.
    ImportRunId = "import_run";
    /// A scorecard (质检评估表).
    ScorecardId = "scorecard";
    /// A version of a scorecard.
    ScorecardVersionId = "scorecard_version";
    /// A violation type of the catalogue.
    ViolationTypeId = "violation_type";
    /// A version of the fine policy.
    FinePolicyId = "fine_policy";
    /// A version of the pass policy.
    PassPolicyId = "pass_policy";
    /// A sampling plan (抽检计划).
    SamplingPlanId = "sampling_plan";
    /// A draw (抽样).
    DrawId = "draw";
    /// A sample (样本).
    SampleId = "sample";
    /// An evaluation (质检评分).
    EvaluationId = "evaluation";
    /// A violation (违规).
    ViolationId = "violation";
    /// A log-in session at a browser.
    SessionId = "session";
    /// A line of the ledger.
    LedgerEntryId = "ledger_entry";
    /// One attempt to close a period.
    CloseId = "close";
    /// A line of the audit log.
    AuditId = "audit_entry";
    /// An escalation case (升级工单).
    EscalationId = "escalation";
    /// Something that happened to an escalation case.
    EscalationEventId = "escalation_event";
    /// An appeal (申诉).
    AppealId = "appeal";
    /// A file attached to an appeal.
    AttachmentId = "attachment";
    /// A complaint (投诉).
    ComplaintId = "complaint";
    /// An operating breach (违规操作).
    BreachId = "breach";
    /// A corrective action (整改跟踪).
    FollowUpId = "follow_up";
    /// A second, blind grading of an evaluation.
    RegradeId = "regrade";
    /// One choice of evaluations to be graded again.
    RegradeDrawId = "regrade_draw";
    /// A calibration session (校准).
    CalibrationId = "calibration";
    /// A message in the outbox.
    OutboxId = "message";
    /// A webhook.
    WebhookId = "webhook";
}

/// Makes a UUID version 7 from a time and ten bytes of randomness. Pure: both come from the caller.
pub fn uuid7(at: DateTime<Utc>, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
