//! Appeals (申诉): a challenge to errors and violations, and the decision that changes the figures and the money by itself.

mod allowed;
pub mod ask_second;
pub mod attach;
pub mod attachment;
pub mod decide;
mod effect;
mod letters;
pub mod list;
pub mod remind;
pub mod show;
pub mod statistics;
mod subject;
pub mod submit;
pub mod until;
pub mod withdraw;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::appeal_attachments::AttachmentRow;
pub use crate::db::appeals::AppealFilter;
use crate::db::appeals::{AppealRow, DecisionRow, PointRow};
use crate::db::{self, AnyConnection, Result};
use crate::domain::Refusal;
use crate::domain::access::{Actor, Reach};
use crate::domain::appeal::allowed::AppealAction;
use crate::domain::appeal::{AppealState, PointDecision, PointOutcome, PointTarget, Subject};
use crate::domain::id::{AgentId, AppealId, AttachmentId, BreachId, ComplaintId, EvaluationId, UserId};
use crate::domain::period::Period;

/// A point of an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Point {
    /// What it is against.
    pub target: PointTarget,
    /// Code of the violation's type when it was challenged.
    pub violation_type: Option<String>,
    /// What is said about it.
    pub text: String,
    /// What became of it last; absent before the first decision.
    pub outcome: Option<PointOutcome>,
}

/// An appeal as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AppealSummary {
    /// The appeal.
    pub id: AppealId,
    /// The evaluation that is challenged.
    pub evaluation_id: Option<EvaluationId>,
    /// The complaint that is challenged.
    pub complaint_id: Option<ComplaintId>,
    /// The operating breach that is challenged.
    pub breach_id: Option<BreachId>,
    /// The agent.
    pub agent_id: AgentId,
    /// The period of what is challenged.
    pub period: Period,
    /// How far it is.
    pub state: AppealState,
    /// Why.
    pub text: String,
    /// Who made it.
    pub made_by: UserId,
    /// When.
    pub made_at: DateTime<Utc>,
    /// Until when it is to be decided.
    pub due_at: DateTime<Utc>,
    /// Why it went to the second instance; absent where it did not.
    pub second_text: Option<String>,
    /// Who asked for the second instance.
    pub second_by: Option<UserId>,
    /// When.
    pub second_at: Option<DateTime<Utc>>,
    /// When it was decided last.
    pub decided_at: Option<DateTime<Utc>>,
    /// Rises with each change; the `ETag`.
    pub version: i32,
    /// What it is against.
    pub points: Vec<Point>,
}

/// A decision on an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// The instance, 1 or 2.
    pub instance: i32,
    /// What became of each point.
    pub points: Vec<PointDecision>,
    /// Why.
    pub reason: String,
    /// What it changed: `before` and `after`; equal where everything was upheld. It stays readable whatever is decided later.
    pub effect: serde_json::Value,
    /// The revision of the evaluation that it made; absent where it changed nothing of it.
    pub revision: Option<i32>,
    /// Who decided.
    pub decided_by: UserId,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// A file attached to an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    /// The attachment.
    pub id: AttachmentId,
    /// The name of the file.
    pub name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// How long.
    pub bytes: i64,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// Who attached it.
    pub created_by: UserId,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// An appeal with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Appeal {
    /// The appeal.
    #[serde(flatten)]
    pub summary: AppealSummary,
    /// The decisions, the first instance first.
    pub decisions: Vec<Decision>,
    /// What is attached.
    pub attachments: Vec<Attachment>,
    /// What the caller may do with it now.
    pub may: Vec<AppealAction>,
}

impl From<AttachmentRow> for Attachment {
    fn from(row: AttachmentRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            media_type: row.media_type,
            bytes: row.bytes,
            sha256: row.sha256,
            created_by: row.created_by,
            created_at: row.created_at,
        }
    }
}

impl From<DecisionRow> for Decision {
    fn from(row: DecisionRow) -> Self {
        Self {
            instance: row.instance,
            points: row.content.points,
            reason: row.content.reason,
            effect: row.effect,
            revision: row.revision,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
        }
    }
}

fn summary(row: AppealRow, points: Vec<PointRow>) -> Result<AppealSummary> {
    let point = |row: PointRow| Ok(Point { target: row.target()?, violation_type: row.type_code, text: row.body, outcome: row.outcome });
    Ok(AppealSummary {
        id: row.id,
        evaluation_id: row.evaluation_id,
        complaint_id: row.complaint_id,
        breach_id: row.breach_id,
        agent_id: row.agent_id,
        period: row.period,
        state: row.state,
        text: row.body,
        made_by: row.made_by,
        made_at: row.made_at,
        due_at: row.due_at,
        second_text: row.second_body,
        second_by: row.second_by,
        second_at: row.second_at,
        decided_at: row.decided_at,
        version: row.version,
        points: points.into_iter().map(point).collect::<Result<_>>()?,
    })
}

/// The appeal with everything, as the actor sees it.
fn whole(conn: &mut AnyConnection, row: AppealRow, actor: &Actor, now: DateTime<Utc>) -> Result<Appeal> {
    let id = row.id;
    Ok(Appeal {
        may: allowed::allowed(conn, actor, &row, now)?,
        decisions: db::appeals::decisions(conn, id)?.into_iter().map(Decision::from).collect(),
        attachments: db::appeal_attachments::of_appeal(conn, id)?.into_iter().map(Attachment::from).collect(),
        summary: summary(row, db::appeals::points(conn, &[id])?)?,
    })
}

/// The appeal, if it is within reach.
fn found(conn: &mut AnyConnection, reach: &Reach, id: AppealId) -> Result<AppealRow> {
    db::appeals::find_within(conn, reach, id)?.ok_or_else(|| Refusal::not_found("appeal", id).into())
}

/// What an appeal is about.
fn subject_of(row: &AppealRow) -> Result<Subject> {
    match (row.evaluation_id, row.complaint_id, row.breach_id) {
        (Some(id), _, _) => Ok(Subject::Evaluation(id)),
        (None, Some(id), _) => Ok(Subject::Complaint(id)),
        (None, None, Some(id)) => Ok(Subject::Breach(id)),
        (None, None, None) => Err(db::Error::Damaged(format!("appeal {} is about nothing", row.id))),
    }
}
