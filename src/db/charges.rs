//! What an evaluation is charged for: its agent, its period and the violations that stand on it now.

use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::schema::{evaluation_revisions, evaluations, violations};
use crate::domain::Refusal;
use crate::domain::charge::StandingViolation;
use crate::domain::id::{AgentId, EvaluationId, ViolationId};
use crate::domain::period::Period;
use crate::domain::violation::ViolationClass;

/// An evaluation as the ledger sees it.
#[derive(Debug, Clone)]
pub struct ChargeFacts {
    /// Whose conversation it was.
    pub agent_id: AgentId,
    /// The period of its sample.
    pub period: Period,
    /// Why it was corrected last, if it was.
    pub reason: Option<String>,
    /// The confirmed violations.
    pub violations: Vec<StandingViolation>,
}

/// Reads the facts.
///
/// # Errors
/// `NotFound`, or what the database says.
pub fn facts(conn: &mut AnyConnection, evaluation: EvaluationId) -> Result<ChargeFacts> {
    let found = evaluations::table.find(evaluation).select((evaluations::agent_id, evaluations::period)).first(conn).optional()?;
    let (agent_id, period): (AgentId, Period) = found.ok_or_else(|| Refusal::not_found("evaluation", evaluation))?;
    let rows = violations::table
        .filter(violations::evaluation_id.eq(evaluation))
        .filter(violations::state.eq("confirmed"))
        .order(violations::id)
        .select((violations::id, violations::type_code, violations::class, violations::occurrences))
        .load::<(ViolationId, String, ViolationClass, i32)>(conn)?;
    let standing = rows.into_iter().map(|(id, violation_type, class, occurrences)| {
        let occurrences = u32::try_from(occurrences).map_err(|_| Error::Damaged(format!("violation {id}: negative occurrences")))?;
        Ok(StandingViolation { id, violation_type, class, occurrences })
    });
    let reason = evaluation_revisions::table
        .filter(evaluation_revisions::evaluation_id.eq(evaluation))
        .order(evaluation_revisions::revision.desc())
        .select(evaluation_revisions::reason)
        .first::<Option<String>>(conn)
        .optional()?
        .flatten();
    Ok(ChargeFacts { agent_id, period, reason, violations: standing.collect::<Result<_>>()? })
}
