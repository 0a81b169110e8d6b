//! What a decision changes of the evaluation, the complaint or the operating breach, and all that follows from it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::db::evaluations::RevisionRow;
use crate::db::views::grading;
use crate::db::{self, Error, Result, Tx};
use crate::domain::Refusal;
use crate::domain::access::Reach;
use crate::domain::appeal::{DecisionInput, PointOutcome, Standing, Subject, ViolationChange, apply};
use crate::domain::catalogue::ViolationType;
use crate::domain::evaluation::Grading;
use crate::domain::evaluation::correction::Revision;
use crate::domain::id::{BreachId, ComplaintId, EvaluationId, UserId};
use crate::domain::mail::letters::{Errors, Name};
use crate::usecases::escalation::open_for_evaluation::open_for_evaluation;
use crate::usecases::fines::post::post_for_evaluation;
use crate::usecases::{breaches, complaints, mail};

/// Takes the effect of a decision; gives what was before and after, and the revision of the evaluation that it made.
pub(super) fn take(tx: &mut Tx<'_>, subject: Subject, decided: &DecisionInput, who: UserId, reason: &str) -> Result<(Value, Option<i32>)> {
    match subject {
        Subject::Evaluation(id) => on_evaluation(tx, id, decided, who, reason),
        Subject::Complaint(id) => Ok((on_complaint(tx, id, decided, reason)?, None)),
        Subject::Breach(id) => Ok((on_breach(tx, id, decided, reason)?, None)),
    }
}

fn told(grading: &Grading) -> Value {
    json!({
        "key_errors": grading.key_errors,
        "non_key_errors": grading.non_key_errors,
        "failed_items": grading.items.iter().filter(|it| it.outcome == crate::domain::evaluation::Outcome::Fail).map(|it| &it.code).collect::<Vec<_>>(),
        "violations": grading.violations.iter().map(|it| json!({ "violation_type": it.violation_type, "class": it.class })).collect::<Vec<_>>(),
    })
}

fn on_evaluation(tx: &mut Tx<'_>, id: EvaluationId, decided: &DecisionInput, who: UserId, reason: &str) -> Result<(Value, Option<i32>)> {
    let mut row = db::evaluations::find(tx.conn, id)?.ok_or_else(|| Refusal::not_found("evaluation", id))?;
    let before = db::evaluations::revision(tx.conn, id, row.revision)?;
    let basis = grading::basis(tx.conn, row.sample_id)?.ok_or_else(|| Error::Damaged(format!("evaluation {id} has no sample")))?;
    let catalogue = db::violation_types::all(tx.conn)?;
    let mut types: BTreeMap<String, ViolationType> = catalogue.iter().map(|(code, it)| (code.clone(), it.rules())).collect();
    types.extend(before.types.iter().map(|it| (it.code.clone(), it.clone())));
    let violations = db::violations::standing(tx.conn, id)?;
    let standing =
        Standing { sheet: &before.sheet, grading: &before.grading, content: &basis.content, violations: &violations, types: &types };
    let effect = apply(standing, &decided.points)?;
    let both = json!({ "before": told(&before.grading), "after": told(&effect.grading) });
    if effect.grading == before.grading {
        return Ok((both, None));
    }
    for change in &effect.changes {
        match change {
            ViolationChange::Overturned(violation) => db::violations::overturn(tx, *violation)?,
            ViolationChange::Kept(violation, graded) => db::violations::update(tx, *violation, graded)?,
            ViolationChange::Replaced(violation, graded) => db::violations::retype(tx, *violation, graded, &catalogue)?,
        }
    }
    let errors_before = Errors { key: row.key_errors, non_key: row.non_key_errors };
    row.key_errors = i32::try_from(effect.grading.key_errors).unwrap_or(i32::MAX);
    row.non_key_errors = i32::try_from(effect.grading.non_key_errors).unwrap_or(i32::MAX);
    row.revision = row.revision.saturating_add(1);
    row.corrected_at = Some(tx.now);
    db::evaluations::update(tx, &row)?;
    db::evaluations::replace_items(tx, id, &effect.grading.items)?;
    let of_type = |it: &crate::domain::evaluation::GradedViolation| types.get(&it.violation_type).cloned();
    let content =
        Revision { types: effect.grading.violations.iter().filter_map(of_type).collect(), sheet: effect.sheet, grading: effect.grading };
    let revision = RevisionRow { revision: row.revision, content, reason: Some(reason.to_owned()), made_by: who, made_at: tx.now };
    db::evaluations::insert_revision(tx, id, &revision)?;
    tx.audit("evaluation.appealed", ("evaluation", &id), Some(&before.grading), Some(&revision.content.grading), Some(reason))?;
    post_for_evaluation(tx, id)?;
    open_for_evaluation(tx, id)?;
    mail::results::changed(tx, id, errors_before, &Name::new("申诉裁定", "the decision on an appeal"), &decided.reason)?;
    Ok((both, Some(row.revision)))
}

fn on_complaint(tx: &mut Tx<'_>, id: ComplaintId, decided: &DecisionInput, reason: &str) -> Result<Value> {
    let mut row = db::complaints::get(tx.conn, &Reach::everything(), id)?;
    let before = json!({ "state": row.state, "level": row.level });
    for point in decided.points.iter().filter(|point| point.outcome != PointOutcome::Upheld) {
        if point.to_occurrences.is_some() {
            return Err(Refusal::invalid("points[0].to_occurrences", "belongs to an operating breach; a complaint has a to_level").into());
        }
        let status = row.status().appealed(point.to_level)?;
        (row.state, row.level) = (status.state, status.level);
        db::complaints::update(tx, &mut row)?;
        tx.audit("complaint.appealed", ("complaint", &id), Some(&before), Some(&row), Some(reason))?;
        complaints::charge(tx, &row)?;
    }
    Ok(json!({ "before": before, "after": { "state": row.state, "level": row.level } }))
}

fn on_breach(tx: &mut Tx<'_>, id: BreachId, decided: &DecisionInput, reason: &str) -> Result<Value> {
    let mut row = db::breaches::get(tx.conn, &Reach::everything(), id)?;
    let before = json!({ "state": row.state, "occurrences": row.occurrences });
    for point in decided.points.iter().filter(|point| point.outcome != PointOutcome::Upheld) {
        if point.to_level.is_some() {
            return Err(Refusal::invalid("points[0].to_level", "belongs to a complaint; an operating breach has to_occurrences").into());
        }
        row.set(row.status().appealed(point.to_occurrences)?);
        if point.outcome == PointOutcome::Overturned {
            row.ended_by = tx.actor.user;
            row.ended_at = Some(tx.now);
            row.reason = Some(decided.reason.clone());
        }
        db::breaches::update(tx, &mut row)?;
        tx.audit("breach.appealed", ("breach", &id), Some(&before), Some(&row), Some(reason))?;
        breaches::charge(tx, &row)?;
    }
    Ok(json!({ "before": before, "after": { "state": row.state, "occurrences": row.occurrences } }))
}
