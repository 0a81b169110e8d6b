//! Submits an evaluation: the moment at which errors count, violations are fined, and the sample is locked.

use serde::{Deserialize, Serialize};

use super::{Evaluation, active_types, seen, stored, types_of};
use crate::app::App;
use crate::db::evaluations::{EvaluationRow, RevisionRow};
use crate::db::views::grading;
use crate::db::{self, Error, Result, Tx};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::evaluation::correction::Revision;
use crate::domain::evaluation::{AnswerSheet, Basis, grade};
use crate::domain::id::{EvaluationId, SampleId, UserId};
use crate::domain::masking::mask;
use crate::usecases::drafts::{MAX_SECONDS, assigned, check_claim};
use crate::usecases::escalation::open_for_evaluation::open_for_evaluation;
use crate::usecases::fines::post::post_for_evaluation;
use crate::usecases::mail;

/// What to submit.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// The complete answer sheet.
    pub sheet: AnswerSheet,
    /// Seconds spent since the last save of the draft, at most 86,400.
    #[serde(default)]
    pub seconds: u32,
}

/// Submits the evaluation of a sample that the caller has claimed. Everything that follows from it is stored in the same transaction.
///
/// A sample of a closed period can still be graded: that period's results stay as they are, and its fines are posted to the open one.
/// The same submission again answers the same evaluation, with or without an `Idempotency-Key`; a different one is refused.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` with all faults of the sheet; `Conflict` with code `not_claimed`, `already_submitted`
/// or `sample_replaced`; `Busy` while the period is being closed.
pub async fn submit(app: &App, actor: &Actor, sample: SampleId, command: Submission) -> Result<Evaluation> {
    actor.may(Action::Grade)?;
    let inspector = actor.person()?;
    let reach = actor.reach(Action::EvaluationRead)?;
    if command.seconds > MAX_SECONDS {
        return Err(Refusal::invalid("seconds", format!("must be 0 to {MAX_SECONDS}")).into());
    }
    let request = (sample, &command);
    let once = || {
        let (sent, reach) = (command.clone(), reach.clone());
        app.write_once(actor, "evaluations.submit", &request, move |tx| {
            let id = match already(tx, sample, inspector, &sent.sheet)? {
                Some(id) => id,
                None => store(tx, sample, inspector, &sent)?,
            };
            seen(tx.conn, &reach, id)
        })
    };
    match once().await {
        // The same submission may have come twice at the same moment; the second look tells whether it is the same.
        Err(Error::Refused(refusal)) if refusal.code == ALREADY_SUBMITTED => once().await,
        answer => answer,
    }
}

const ALREADY_SUBMITTED: &str = "already_submitted";

/// The evaluation of the sample, where the same inspector has submitted the same sheet before.
fn already(tx: &mut Tx<'_>, sample: SampleId, inspector: UserId, sheet: &AnswerSheet) -> Result<Option<EvaluationId>> {
    let Some(row) = db::evaluations::of_sample(tx.conn, sample)?.filter(|row| row.inspector_id == inspector) else { return Ok(None) };
    let first = db::evaluations::revision(tx.conn, row.id, 1)?;
    if first.sheet == sheet.clone().normalised() {
        Ok(Some(row.id))
    } else {
        let message = format!("this sample has been evaluated already, and not like this; correct evaluation {} instead", row.id);
        Err(Refusal::conflict(ALREADY_SUBMITTED, message).into())
    }
}

fn store(tx: &mut Tx<'_>, sample: SampleId, inspector: UserId, command: &Submission) -> Result<EvaluationId> {
    let basis = assigned(tx.conn, sample, inspector)?;
    check_claim(&basis.sample)?;
    let catalogue = db::violation_types::all(tx.conn)?;
    let types = active_types(&catalogue);
    let grading = grade(&command.sheet, Basis { content: &basis.content, types: &types, material: &basis.material })
        .map_err(|refusal| refusal.within("sheet"))?;
    let drafted = db::drafts::find(tx.conn, sample)?.filter(|row| row.inspector_id == inspector).map_or(0, |row| row.seconds);
    let row = EvaluationRow {
        id: tx.id(),
        sample_id: sample,
        conversation_id: basis.sample.conversation_id,
        agent_id: basis.sample.agent_id,
        inspector_id: inspector,
        scorecard_version_id: basis.sample.scorecard_version_id,
        period: basis.sample.period,
        kind: basis.sample.kind,
        counts: basis.sample.counts,
        key_errors: stored(grading.key_errors),
        non_key_errors: stored(grading.non_key_errors),
        comment: mask(command.sheet.comment.trim()),
        seconds: drafted.saturating_add(i64::from(command.seconds)),
        revision: 1,
        submitted_at: tx.now,
        corrected_at: None,
    };
    db::evaluations::insert(tx, &row)?;
    db::evaluations::insert_items(tx, row.id, &grading.items)?;
    for violation in &grading.violations {
        db::violations::insert(tx, &row, violation, &catalogue)?;
    }
    let types = types_of(&grading, &types);
    let content = Revision { sheet: command.sheet.clone().normalised(), grading, types };
    db::evaluations::insert_revision(
        tx,
        row.id,
        &RevisionRow { revision: 1, content: content.clone(), reason: None, made_by: inspector, made_at: tx.now },
    )?;
    grading::lock_sample(tx, sample)?;
    db::drafts::delete(tx, sample)?;
    tx.audit_new("evaluation.submitted", ("evaluation", &row.id), &content.grading)?;
    post_for_evaluation(tx, row.id)?;
    mail::results::submitted(tx, row.id)?;
    open_for_evaluation(tx, row.id)?;
    Ok(row.id)
}
