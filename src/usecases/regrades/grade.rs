//! Grades an evaluation's conversation again, blind.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Regrade, check_theirs, view};
use crate::app::App;
use crate::db::views::grading;
use crate::db::{self, Error, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::evaluation::{AnswerSheet, Basis, grade as graded};
use crate::domain::id::RegradeId;
use crate::domain::regrade::{RegradeState, differences};

/// The second grade.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondGrade {
    /// The complete answer sheet.
    pub sheet: AnswerSheet,
}

/// Hands the second grade in, once. It changes nothing of the evaluation; where nothing differs, that is the end of it.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` with all faults of the sheet; `Conflict` with code `already_graded`.
pub async fn grade(app: &App, actor: &Actor, id: RegradeId, command: SecondGrade) -> Result<Regrade> {
    actor.may(Action::Grade)?;
    let reach = actor.reach(Action::RegradeRead)?;
    let who = actor.person()?;
    app.write(actor, move |tx| {
        let mut row = db::regrades::get(tx.conn, &reach, id)?;
        check_theirs(&row, who)?;
        let evaluation = db::evaluations::find(tx.conn, row.evaluation_id)?;
        let evaluation = evaluation.ok_or_else(|| Refusal::not_found("evaluation", row.evaluation_id))?;
        let first = db::evaluations::revision(tx.conn, evaluation.id, evaluation.revision)?;
        let basis = grading::basis(tx.conn, evaluation.sample_id)?
            .ok_or_else(|| Error::Damaged(format!("evaluation {} has no sample", evaluation.id)))?;
        let catalogue = db::violation_types::all(tx.conn)?;
        let types = catalogue.iter().filter(|(_, it)| it.active).map(|(code, it)| (code.clone(), it.rules())).collect();
        let second = graded(&command.sheet, Basis { content: &basis.content, types: &types, material: &basis.material })
            .map_err(|refusal| refusal.within("sheet"))?;
        let found = differences(&first.grading, &second);
        row.state = if found.is_empty() { RegradeState::Decided } else { RegradeState::Graded };
        row.revision = Some(evaluation.revision);
        row.graded_at = Some(tx.now);
        row.decided_at = found.is_empty().then_some(tx.now);
        db::regrades::store_grade(tx, &mut row, &command.sheet.clone().normalised(), &second, &found)?;
        tx.audit_event("regrade.graded", ("regrade", &id), &serde_json::json!({ "differences": found.len() }))?;
        view(tx.conn, row, true)
    })
    .await
}
