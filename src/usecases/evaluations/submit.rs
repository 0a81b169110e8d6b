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
use crate::domain::evaluation::submitted::Submitted;
use crate::domain::evaluation::{AnswerSheet, Basis, grade};
use crate::domain::id::{EvaluationId, SampleId, UserId, ViolationId};
use crate::domain::masking::mask;
use crate::domain::sampling::sample::SampleState;
use crate::usecases::drafts::{MAX_SECONDS, assigned, check_claim};
use crate::usecases::escalation::open_for_evaluation::open_for_new;
use crate::usecases::fines::post::post_for_new;
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
        let sent = command.clone();
        app.write_once(actor, "evaluations.submit", &request, move |tx| store(tx, sample, inspector, &sent))
    };
    let id = match once().await {
        // The same submission may have come twice at the same moment; the second look tells whether it is the same.
        Err(Error::Refused(refusal)) if refusal.code == ALREADY_SUBMITTED => once().await?,
        stored => stored?,
    };
    // Read when it is stored: whoever writes next need not wait for it.
    app.read(move |conn| seen(conn, &reach, id)).await
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
    if basis.sample.state == SampleState::Submitted
        && let Some(id) = already(tx, sample, inspector, &command.sheet)?
    {
        return Ok(id);
    }
    check_claim(&basis.sample)?;
    let catalogue = db::violation_types::with_codes(tx.conn, &command.sheet.types_in_question(&basis.content))?;
    let types = active_types(&catalogue);
    let grading = grade(&command.sheet, Basis { content: &basis.content, types: &types, material: &basis.material })
        .map_err(|refusal| refusal.within("sheet"))?;
    let drafted = db::drafts::seconds(tx.conn, sample, inspector)?;
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
    let violations: Vec<ViolationId> =
        grading.violations.iter().map(|violation| db::violations::insert(tx, &row, violation, &catalogue)).collect::<Result<_>>()?;
    let graded_with = types_of(&grading, &types);
    let content = Revision { sheet: command.sheet.clone().normalised(), grading, types: graded_with };
    db::evaluations::insert_revision(
        tx,
        row.id,
        &RevisionRow { revision: 1, content: content.clone(), reason: None, made_by: inspector, made_at: tx.now },
    )?;
    grading::lock_sample(tx, sample)?;
    db::drafts::delete(tx, sample)?;
    tx.audit_new("evaluation.submitted", ("evaluation", &row.id), &content.grading)?;
    let submitted = Submitted { grading: &content.grading, violations: &violations, content: &basis.content, types: &types };
    post_for_new(tx, &row, submitted.standing())?;
    mail::results::submitted(tx, &row, &basis, submitted)?;
    open_for_new(tx, &row, &submitted.candidates())?;
    Ok(row.id)
}
