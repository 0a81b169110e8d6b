//! Inspecting the inspectors: a share of evaluations is graded again by somebody who does not see the first grade (handbook 3.10).

pub mod choose;
pub mod decide;
pub mod grade;
pub mod hand_out;
pub mod list;
pub mod show;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::regrades::RegradeRow;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::Reach;
use crate::domain::id::{ConversationId, EvaluationId, RegradeId, ScorecardVersionId, UserId};
use crate::domain::period::Period;
use crate::domain::regrade::{Difference, DifferenceDecision, RegradeState};
use crate::domain::{Refusal, Refused};

/// A second grading. The second inspector sees neither the first grade nor who gave it, nor the differences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Regrade {
    /// The second grading.
    pub id: RegradeId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The scorecard version to grade with.
    pub scorecard_version_id: ScorecardVersionId,
    /// The period of the evaluation.
    pub period: Period,
    /// Who grades it again; absent where there was nobody else.
    pub inspector_id: Option<UserId>,
    /// Until when it is to be graded again, a local day.
    pub due_on: NaiveDate,
    /// How far it is.
    pub state: RegradeState,
    /// The evaluation; hidden from the second inspector.
    pub evaluation_id: Option<EvaluationId>,
    /// Who graded it first; hidden from the second inspector.
    pub first_inspector_id: Option<UserId>,
    /// What the two see differently; hidden from the second inspector.
    pub differences: Option<Vec<Difference>>,
    /// What was decided about each; hidden from the second inspector.
    pub decisions: Option<Vec<DifferenceDecision>>,
    /// When it was chosen.
    pub created_at: DateTime<Utc>,
    /// When it was graded again.
    pub graded_at: Option<DateTime<Utc>>,
    /// Who decided the differences.
    pub decided_by: Option<UserId>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Rises with each change; the `ETag`.
    pub version: i32,
}

/// Whether the first grade is hidden from this person: from everybody who sees only what is theirs, and from whoever grades it again, a manager
/// too, until the second grade is given.
fn is_blind(reach: &Reach, row: &RegradeRow) -> bool {
    !reach.all || (row.inspector_id.is_some() && row.inspector_id == reach.user && row.state == RegradeState::Assigned)
}

/// Only the inspector whom it is given to grades it again, and once.
fn check_theirs(row: &RegradeRow, who: UserId) -> Refused<()> {
    if row.inspector_id != Some(who) {
        return Err(Refusal::forbidden("only the inspector whom it is given to grades it again"));
    }
    match row.state {
        RegradeState::Assigned => Ok(()),
        RegradeState::Graded | RegradeState::Decided => Err(Refusal::conflict("already_graded", "this was graded again before")),
    }
}

/// The second grading as somebody sees it; `blind` hides the first one.
fn view(conn: &mut AnyConnection, row: RegradeRow, blind: bool) -> Result<Regrade> {
    let evaluation = db::evaluations::find(conn, row.evaluation_id)?;
    let evaluation = evaluation.ok_or_else(|| Refusal::not_found("evaluation", row.evaluation_id))?;
    Ok(Regrade {
        differences: if blind { None } else { Some(row.differences()?) },
        decisions: if blind { None } else { Some(row.decisions()?) },
        id: row.id,
        conversation_id: evaluation.conversation_id,
        scorecard_version_id: evaluation.scorecard_version_id,
        period: row.period,
        inspector_id: row.inspector_id,
        due_on: row.due_on,
        state: row.state,
        evaluation_id: (!blind).then_some(row.evaluation_id),
        first_inspector_id: (!blind).then_some(row.first_inspector_id),
        created_at: row.created_at,
        graded_at: row.graded_at,
        decided_by: row.decided_by,
        decided_at: row.decided_at,
        version: row.version,
    })
}
