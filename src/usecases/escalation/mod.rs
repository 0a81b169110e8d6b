//! Escalation (升级): severe findings go through a chain of people who must acknowledge them (handbook 3.8).

pub mod acknowledge;
pub mod acknowledge_by_link;
mod letters;
pub mod list;
pub mod open_for_evaluation;
pub mod sanction;
pub mod second;
pub mod show;
mod tell;
pub mod walk;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use crate::db::escalations::EscalationFilter;
use crate::db::escalations::{EscalationRow, FindingRow};
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::escalation::{CaseAction, CaseState, EventKind, Level, Sanction, Trigger, allowed};
use crate::domain::id::{AgentId, ConversationId, EscalationId, EvaluationId, UserId, ViolationId};
use crate::domain::period::Period;
use crate::domain::violation::ViolationClass;

/// What opened a case, or joined it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseFinding {
    /// Which rule found it.
    pub trigger: Trigger,
    /// The violation; absent for a count.
    pub violation_id: Option<ViolationId>,
    /// Code of the violation's type; for a count the code of its rule.
    pub code: String,
    /// The violation's class when it was found; absent for a count.
    pub class: Option<ViolationClass>,
    /// Whether it still stands; `false` once it was overturned or taken back.
    pub standing: bool,
}

impl From<FindingRow> for CaseFinding {
    fn from(row: FindingRow) -> Self {
        Self { trigger: row.rule, violation_id: row.violation_id, code: row.code, class: row.class, standing: row.standing }
    }
}

/// An escalation case as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EscalationSummary {
    /// The case.
    pub id: EscalationId,
    /// The evaluation with the findings; absent for a count over several.
    pub evaluation_id: Option<EvaluationId>,
    /// The conversation; absent likewise.
    pub conversation_id: Option<ConversationId>,
    /// The agent.
    pub agent_id: AgentId,
    /// The period of the findings.
    pub period: Period,
    /// How far it is.
    pub state: CaseState,
    /// The level that was told last, counted from 1.
    pub level: i32,
    /// Until when that level has to acknowledge; absent once somebody has, and once the chain is exhausted.
    pub due_at: Option<DateTime<Utc>>,
    /// Who acknowledged it.
    pub acknowledged_by: Option<UserId>,
    /// When.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// Who proposed the sanction.
    pub proposed_by: Option<UserId>,
    /// The sanction: proposed while the state is `proposed`, else what the case ended with.
    pub sanction: Option<Sanction>,
    /// Who ended it; absent where it closed by itself.
    pub ended_by: Option<UserId>,
    /// When it ended or closed.
    pub ended_at: Option<DateTime<Utc>>,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// Rises with each change.
    pub version: i32,
    /// What opened it.
    pub findings: Vec<CaseFinding>,
}

/// Something that happened to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: EventKind,
    /// The level at that time, counted from 1.
    pub level: i32,
    /// Who did it; absent where the service did by itself.
    pub user_id: Option<UserId>,
    /// What was said to it.
    pub details: Option<String>,
}

/// An escalation case with its chain and its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EscalationCase {
    /// The case.
    #[serde(flatten)]
    pub summary: EscalationSummary,
    /// The chain as it was when the case was opened.
    pub levels: Vec<Level>,
    /// Who was told so far.
    pub told: Vec<UserId>,
    /// What happened, the earliest first.
    pub history: Vec<CaseEvent>,
    /// What the caller may do with it now.
    pub may: Vec<CaseAction>,
}

fn summary(row: EscalationRow, findings: Vec<FindingRow>) -> Result<EscalationSummary> {
    Ok(EscalationSummary {
        sanction: row.sanction()?,
        id: row.id,
        evaluation_id: row.evaluation_id,
        conversation_id: row.conversation_id,
        agent_id: row.agent_id,
        period: row.period,
        state: row.state,
        level: row.level,
        due_at: row.due_at,
        acknowledged_by: row.acknowledged_by,
        acknowledged_at: row.acknowledged_at,
        proposed_by: row.proposed_by,
        ended_by: row.ended_by,
        ended_at: row.ended_at,
        opened_at: row.opened_at,
        version: row.version,
        findings: findings.into_iter().map(CaseFinding::from).collect(),
    })
}

/// The case with everything, as the actor sees it.
fn whole(conn: &mut AnyConnection, row: EscalationRow, actor: &Actor) -> Result<EscalationCase> {
    let event = |row: db::escalation_history::EventRow| CaseEvent {
        at: row.at,
        kind: row.kind,
        level: row.level,
        user_id: row.user_id,
        details: row.details,
    };
    let findings = db::escalations::findings(conn, &[row.id])?;
    let told = db::escalation_history::told(conn, row.id)?;
    let was_told = actor.user.is_some_and(|user| told.contains(&user)) && actor.may(Action::EscalationAcknowledge).is_ok();
    let may_end = match actor.reach(Action::EscalationSanction) {
        Ok(reach) => db::escalations::find_within(conn, &reach, row.id)?.is_some(),
        Err(_) => false,
    };
    Ok(EscalationCase {
        may: allowed(&row.status()?, actor.user, was_told, may_end),
        levels: row.chain()?,
        told: told.into_iter().collect(),
        history: db::escalation_history::of_case(conn, row.id)?.into_iter().map(event).collect(),
        summary: summary(row, findings)?,
    })
}
