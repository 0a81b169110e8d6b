//! Corrects an own evaluation, within a set time and with a reason.

use serde::{Deserialize, Serialize};

use super::{Evaluation, active_types, seen, stored, types_of};
use crate::app::App;
use crate::db::evaluations::{EvaluationRow, RevisionRow};
use crate::db::views::grading;
use crate::db::{self, Error, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::appeal::Subject;
use crate::domain::evaluation::correction::{Revision, check_time};
use crate::domain::evaluation::{AnswerSheet, Basis, grade};
use crate::domain::id::{EvaluationId, UserId};
use crate::domain::mail::letters::{Errors, Name};
use crate::domain::masking::{checked_prose, mask};
use crate::domain::{Refusal, version};
use crate::usecases::escalation::open_for_evaluation::open_for_evaluation;
use crate::usecases::fines::post::post_for_evaluation;
use crate::usecases::mail;

/// What to correct.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The complete answer sheet as it should be.
    pub sheet: AnswerSheet,
    /// Why, up to 1000 characters.
    pub reason: String,
}

/// Corrects an own evaluation. `seen_revision` is the revision that the caller last saw. Every revision is kept; violations and fines
/// follow in the same transaction. The results of a closed period stay as they are, and its fines are adjusted in the open one
/// (handbook 3.7). Types that the evaluation has already keep the class and kind that it was graded with.
///
/// # Errors
/// `Forbidden` where it is somebody else's; `NotFound`; `Stale`; `Invalid` with all faults; `Conflict` with code
/// `correction_time_over` or `under_appeal`; `Busy` while the period is being closed.
pub async fn correct(app: &App, actor: &Actor, id: EvaluationId, seen_revision: i32, command: Correction) -> Result<Evaluation> {
    actor.may(Action::Grade)?;
    let inspector = actor.person()?;
    let reach = actor.reach(Action::EvaluationRead)?;
    let reason = checked_prose("reason", &command.reason, 1000)?;
    let hours = app.config.grading.correction_hours;
    app.write(actor, move |tx| {
        // Whoever may not know of it hears that it does not exist.
        db::views::evaluations::get(tx.conn, &reach, id)?;
        let row = db::evaluations::find(tx.conn, id)?.ok_or_else(|| Refusal::not_found("evaluation", id))?;
        if row.inspector_id != inspector {
            return Err(Refusal::forbidden("only the inspector who submitted an evaluation can correct it").into());
        }
        version::check(seen_revision, row.revision)?;
        check_time(row.submitted_at, tx.now, hours)?;
        if db::appeals::was_made(tx.conn, Subject::Evaluation(id))? {
            let message = "an appeal was made against this evaluation; from then on only its decision changes it";
            return Err(Refusal::conflict("under_appeal", message).into());
        }
        store(tx, row, inspector, &command.sheet, &reason)?;
        seen(tx.conn, &reach, id)
    })
    .await
}

fn store(tx: &mut Tx<'_>, mut row: EvaluationRow, inspector: UserId, sheet: &AnswerSheet, reason: &str) -> Result<()> {
    let basis = grading::basis(tx.conn, row.sample_id)?
        .ok_or_else(|| Error::Damaged(format!("evaluation {} has no sample {}", row.id, row.sample_id)))?;
    let catalogue = db::violation_types::all(tx.conn)?;
    let mut types = active_types(&catalogue);
    let before = db::evaluations::revision(tx.conn, row.id, row.revision)?;
    types.extend(before.types.iter().map(|graded_with| (graded_with.code.clone(), graded_with.clone())));
    let grading = grade(sheet, Basis { content: &basis.content, types: &types, material: &basis.material })
        .map_err(|refusal| refusal.within("sheet"))?;

    let mut standing = db::violations::standing(tx.conn, row.id)?;
    for violation in &grading.violations {
        match standing.remove(&violation.violation_type) {
            Some(known) => db::violations::update(tx, known, violation)?,
            None => drop(db::violations::insert(tx, &row, violation, &catalogue)?),
        }
    }
    for withdrawn in standing.into_values() {
        db::violations::withdraw(tx, withdrawn)?;
    }
    let errors_before = Errors { key: row.key_errors, non_key: row.non_key_errors };
    row.key_errors = stored(grading.key_errors);
    row.non_key_errors = stored(grading.non_key_errors);
    row.comment = mask(sheet.comment.trim());
    row.revision = row.revision.saturating_add(1);
    row.corrected_at = Some(tx.now);
    db::evaluations::update(tx, &row)?;
    db::evaluations::replace_items(tx, row.id, &grading.items)?;
    let types = types_of(&grading, &types);
    let content = Revision { sheet: sheet.clone().normalised(), grading, types };
    tx.audit("evaluation.corrected", ("evaluation", &row.id), Some(&before.grading), Some(&content.grading), Some(reason))?;
    let revision = RevisionRow { revision: row.revision, content, reason: Some(reason.to_owned()), made_by: inspector, made_at: tx.now };
    db::evaluations::insert_revision(tx, row.id, &revision)?;
    post_for_evaluation(tx, row.id)?;
    open_for_evaluation(tx, row.id)?;
    mail::results::changed(tx, row.id, errors_before, &Name::new("质检员更正", "a correction by the inspector"), reason)
}
