//! Evaluations against their latest revision, and severe findings against the cases that they must have opened (handbook 3.1, 3.8).

use crate::db::{self, AnyConnection, Result};
use crate::domain::escalation::{EscalationPolicy, findings};
use crate::domain::id::EvaluationId;
use crate::domain::integrity::{Found, errors_of, standing_rows};
use crate::domain::sampling::sample::SampleState;

/// The tallies, the items and the standing violations follow from the latest revision, and the sample is locked.
pub(super) fn look(conn: &mut AnyConnection, id: EvaluationId, found: &mut Found) -> Result<()> {
    let object = format!("evaluation {id}");
    let Some(row) = db::evaluations::find(conn, id)? else { return Ok(()) };
    let grading = match db::evaluations::revision(conn, id, row.revision) {
        Ok(revision) => revision.grading,
        Err(error) => {
            found.misfit(object, format!("revision {}", row.revision), error);
            return Ok(());
        }
    };
    let counted = |(key, non_key): (u32, u32)| (i64::from(key), i64::from(non_key));
    let again = counted(errors_of(&grading.items, &grading.violations));
    found.compare(&object, "errors of the revision", &again, &counted((grading.key_errors, grading.non_key_errors)));
    found.compare(&object, "errors", &again, &(i64::from(row.key_errors), i64::from(row.non_key_errors)));
    let mut items = grading.items.clone();
    items.sort_by(|a, b| a.code.cmp(&b.code));
    found.compare(&object, "items", &items, &db::evaluations::items(conn, id)?);
    found.compare(&object, "standing violations", &standing_rows(&grading), &db::integrity::standing(conn, id)?);
    let state = db::integrity::sample_state(conn, row.sample_id)?;
    found.compare(&object, "sample", &Some(SampleState::Submitted), &state);
    Ok(())
}

/// What is red or of class A has opened a case. What else opens one is for a policy to say, which may have changed since.
pub(super) fn look_for_cases(conn: &mut AnyConnection, id: EvaluationId, found: &mut Found) -> Result<()> {
    let candidates = db::escalations::candidates(conn, id)?;
    let severe = findings(&EscalationPolicy::default(), &candidates);
    if severe.is_empty() {
        return Ok(());
    }
    let keys: Vec<String> = severe.iter().map(|finding| finding.key.clone()).collect();
    let known = db::escalations::known(conn, &keys)?;
    for finding in severe {
        let standing: Vec<bool> = known.iter().filter(|row| row.finding_key == finding.key).map(|row| row.standing).collect();
        if standing != [true] {
            let expected = format!("one case for {} ({})", finding.code, finding.key);
            found.misfit(format!("evaluation {id}"), expected, format!("{} cases, standing: {standing:?}", standing.len()));
        }
    }
    Ok(())
}
