//! Samples (样本) and who has them.

pub mod assign;
pub mod claim;
pub mod list;
pub mod progress;
pub mod replace;
pub mod replacements;
pub mod show;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::db::views::samples::Listed;
use crate::db::{self, AnyConnection, Result};
use crate::domain::Refusal;
use crate::domain::access::Reach;
use crate::domain::id::{AgentId, ConversationId, DrawId, SampleId, SamplingPlanId, ScorecardVersionId, UserId};
use crate::domain::period::{Period, local_day};
use crate::domain::sampling::sample::{ReplaceReason, SampleKind, SampleState};

/// A sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Sample {
    /// The id.
    pub id: SampleId,
    /// The draw.
    pub draw_id: DrawId,
    /// The plan.
    pub plan_id: SamplingPlanId,
    /// The period of the draw and of the conversation.
    pub period: Period,
    /// How it was picked.
    pub kind: SampleKind,
    /// Whether its evaluation enters n, K and N (handbook 3.5).
    pub counts: bool,
    /// The agent who handled the conversation; hidden from the inspector of a blind sample.
    pub agent: Option<SampledAgent>,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Its place in the draw's order of the agent, from 0.
    pub position: i32,
    /// Where it stands; an expired claim is `open`.
    pub state: SampleState,
    /// The scorecard version to grade it with.
    pub scorecard_version_id: ScorecardVersionId,
    /// Whether the inspector does not see the agent.
    pub blind: bool,
    /// Whom it is assigned to; absent where the draw found nobody.
    pub inspector_id: Option<UserId>,
    /// When somebody gave it to another inspector than the draw did.
    pub assigned_at: Option<DateTime<Utc>>,
    /// The local day by which it is to be graded.
    pub due_on: NaiveDate,
    /// Whether that day has passed and it is not graded.
    pub overdue: bool,
    /// Until when its claim holds, where somebody holds one.
    pub claim_until: Option<DateTime<Utc>>,
    /// When its evaluation was submitted.
    pub submitted_at: Option<DateTime<Utc>>,
    /// The sample whose place it took.
    pub replaces_id: Option<SampleId>,
    /// How it was replaced, where it was.
    pub replaced: Option<Replaced>,
}

/// Who handled a sampled conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SampledAgent {
    /// The agent.
    pub id: AgentId,
    /// The employee number.
    pub employee_no: String,
    /// The name.
    pub name: String,
}

/// How a sample was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Replaced {
    /// Why.
    pub reason: ReplaceReason,
    /// What was said about it.
    pub comment: String,
    /// By whom; absent for the operator at the command line.
    pub by: Option<UserId>,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// From where a sample is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look<'a> {
    pub reach: &'a Reach,
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
}

impl<'a> Look<'a> {
    pub(crate) fn new(conn: &mut AnyConnection, reach: &'a Reach, now: DateTime<Utc>) -> Result<Self> {
        let zone = db::organisation::load(conn)?.zone;
        Ok(Self { reach, now, today: local_day(now, zone) })
    }
}

impl Sample {
    pub(crate) fn of((row, employee_no, name): Listed, look: Look<'_>) -> Self {
        let state = row.state_at(look.now);
        let waiting = matches!(state, SampleState::Open | SampleState::Claimed);
        // Whoever sees it only because it is theirs to grade does not see whose it is.
        let hidden = row.blind && !look.reach.all && look.reach.vendors.is_empty() && look.reach.teams.is_empty();
        let replaced = row.replaced_reason.map(|reason| Replaced {
            reason,
            comment: row.replaced_comment.unwrap_or_default(),
            by: row.replaced_by,
            at: row.replaced_at,
        });
        Self {
            id: row.id,
            draw_id: row.draw_id,
            plan_id: row.plan_id,
            period: row.period,
            kind: row.kind,
            counts: row.counts,
            agent: (!hidden).then_some(SampledAgent { id: row.agent_id, employee_no, name }),
            conversation_id: row.conversation_id,
            position: row.position,
            state,
            scorecard_version_id: row.scorecard_version_id,
            blind: row.blind,
            inspector_id: row.inspector_id,
            assigned_at: row.assigned_at,
            due_on: row.due_on,
            overdue: waiting && row.due_on < look.today,
            claim_until: row.claim_until.filter(|_| state == SampleState::Claimed),
            submitted_at: row.submitted_at,
            replaces_id: row.replaces_id,
            replaced,
        }
    }
}

/// One sample within reach.
///
/// # Errors
/// `NotFound`.
pub(crate) fn seen(conn: &mut AnyConnection, look: Look<'_>, id: SampleId) -> Result<Sample> {
    let found = db::views::samples::find(conn, look.reach, id)?;
    found.map(|listed| Sample::of(listed, look)).ok_or_else(|| Refusal::not_found("sample", id).into())
}

/// Whether a sample can still be worked on.
///
/// # Errors
/// `Conflict` with code `already_submitted`, `sample_replaced` or `period_closed`.
pub(crate) fn check_waiting(conn: &mut AnyConnection, row: &db::samples::SampleRow) -> Result<()> {
    match row.state {
        SampleState::Open | SampleState::Claimed => {}
        SampleState::Submitted => {
            return Err(Refusal::conflict("already_submitted", "this sample has been evaluated already").into());
        }
        SampleState::Replaced => return Err(Refusal::conflict("sample_replaced", "this sample was replaced by another one").into()),
    }
    if db::samples::period_closed(conn, row.period)? {
        return Err(Refusal::conflict("period_closed", format!("{} is closed; its samples are not worked on any more", row.period)).into());
    }
    Ok(())
}
