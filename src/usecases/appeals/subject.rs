//! What an appeal is about: whose it is, since when it was known, who found it, and whether a point of it stands.

use chrono::{DateTime, Utc};

use crate::db::{self, AnyConnection, Result};
use crate::domain::Refusal;
use crate::domain::access::Reach;
use crate::domain::appeal::{PointTarget, Subject};
use crate::domain::evaluation::Outcome;
use crate::domain::id::{AgentId, EvaluationId, UserId, ViolationId};
use crate::domain::period::Period;
use crate::domain::refusal::Faults;

/// The facts about what is challenged.
pub(super) struct SubjectFacts {
    pub agent_id: AgentId,
    pub period: Period,
    /// Since when the agent could know of it.
    pub known_at: DateTime<Utc>,
    /// Who made the finding.
    pub found_by: Vec<UserId>,
}

/// Reads the facts, whatever the reach.
pub(super) fn facts(conn: &mut AnyConnection, subject: Subject) -> Result<SubjectFacts> {
    let everything = Reach::everything();
    match subject {
        Subject::Evaluation(id) => {
            let row = db::evaluations::find(conn, id)?.ok_or_else(|| Refusal::not_found("evaluation", id))?;
            Ok(SubjectFacts {
                agent_id: row.agent_id,
                period: row.period,
                known_at: row.corrected_at.unwrap_or(row.submitted_at),
                found_by: vec![row.inspector_id],
            })
        }
        Subject::Complaint(id) => {
            let row = db::complaints::get(conn, &everything, id)?;
            Ok(SubjectFacts {
                agent_id: row.agent_id,
                period: row.period,
                known_at: row.adjudicated_at.unwrap_or(row.recorded_at),
                found_by: row.recorded_by.into_iter().chain(row.adjudicated_by).collect(),
            })
        }
        Subject::Breach(id) => {
            let row = db::breaches::get(conn, &everything, id)?;
            Ok(SubjectFacts {
                agent_id: row.agent_id,
                period: row.period,
                known_at: row.recorded_at,
                found_by: row.recorded_by.into_iter().collect(),
            })
        }
    }
}

/// The refusal of what does not exist or is somebody else's.
pub(super) fn not_found(subject: Subject) -> Refusal {
    match subject {
        Subject::Evaluation(id) => Refusal::not_found("evaluation", id),
        Subject::Complaint(id) => Refusal::not_found("complaint", id),
        Subject::Breach(id) => Refusal::not_found("operating breach", id),
    }
}

/// Whether there is still something to appeal against.
pub(super) fn check_standing(conn: &mut AnyConnection, subject: Subject) -> Result<()> {
    let everything = Reach::everything();
    match subject {
        Subject::Evaluation(_) => {}
        Subject::Complaint(id) => db::complaints::get(conn, &everything, id)?.status().check_appealable()?,
        Subject::Breach(id) => db::breaches::get(conn, &everything, id)?.status().check_standing()?,
    }
    Ok(())
}

/// Holds the points of an appeal against an evaluation; gives each one's violation with its type.
pub(super) fn check_points(
    conn: &mut AnyConnection,
    evaluation: EvaluationId,
    targets: &[&PointTarget],
) -> Result<Vec<Option<(ViolationId, String)>>> {
    let items = db::evaluations::items(conn, evaluation)?;
    let standing = db::violations::standing(conn, evaluation)?;
    let mut faults = Faults::new();
    let mut found = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        found.push(None);
        match target {
            PointTarget::Item { item } => {
                if !items.iter().any(|it| it.code == *item && it.outcome == Outcome::Fail) {
                    faults.push(format!("points[{index}].target.item"), format!("`{item}` is not a failed item of this evaluation"));
                }
            }
            PointTarget::Violation { violation_id } => match standing.iter().find(|(_, id)| *id == violation_id) {
                Some((code, id)) => {
                    found.pop();
                    found.push(Some((*id, code.clone())));
                }
                None => faults.push(format!("points[{index}].target.violation_id"), "is not a standing violation of this evaluation"),
            },
            PointTarget::Whole => {}
        }
    }
    faults.finish()?;
    Ok(found)
}
