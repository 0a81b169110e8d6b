//! Decides an appeal: one transaction in which the evaluation, its violations, the ledger and the cases follow.

use super::allowed::decider_facts;
use super::{Appeal, effect, found, letters, subject_of, whole};
use crate::app::App;
use crate::db::appeals::{AppealRow, DecisionRow, PointRow};
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::appeal::{
    AppealPoint, AppealState, AppealTerms, DecisionInput, PointOutcome, PointTarget, after_decision, check_decider,
};
use crate::domain::id::{AppealId, UserId};
use crate::domain::refusal::Faults;
use crate::domain::version;

/// Decides every point of an appeal. What is overturned or changed is recalculated at once: the sample's tally by a new revision of the
/// evaluation, its violations, the ledger (a reversal, or an adjustment in the open period where the month is closed), the escalation case.
///
/// # Errors
/// `Forbidden` for who had a part in it; `NotFound`; `Stale`; `Invalid` with every point at fault; `Conflict` with code
/// `appeal_not_pending`; `Busy` while the period is being closed.
pub async fn decide(app: &App, actor: &Actor, id: AppealId, seen: i32, command: DecisionInput) -> Result<Appeal> {
    let reach = actor.reach(Action::AppealDecide)?;
    let who = actor.person()?;
    let acting = actor.clone();
    app.write(actor, move |tx| {
        let row = found(tx.conn, &reach, id)?;
        version::check(seen, row.version)?;
        check_decider(&acting, row.state, &decider_facts(tx.conn, &row)?)?;
        let row = store(tx, row, who, command.clone())?;
        whole(tx.conn, row, &acting, tx.now)
    })
    .await
}

fn store(tx: &mut Tx<'_>, mut row: AppealRow, who: UserId, command: DecisionInput) -> Result<AppealRow> {
    let rows = db::appeals::points(tx.conn, &[row.id])?;
    let mut points = Vec::new();
    for point in &rows {
        points.push(AppealPoint { target: point.target()?, text: point.body.clone() });
    }
    let decided = command.checked(&points)?;
    let (terms, _) = db::settings::load::<AppealTerms>(tx.conn)?;
    let instance = if row.state == AppealState::SecondInstance { 2 } else { 1 };
    // It stands in the ledger and in the revision, which hold a thousand characters; the decision keeps all of it.
    let reason: String = format!("appeal {}: {}", row.id, decided.reason).chars().take(1_000).collect();
    let fresh = undecided(&decided, &rows, &points)?;
    let (effect, revision) = effect::take(tx, subject_of(&row)?, &fresh, who, &reason)?;
    for (point, wanted) in rows.iter().zip(&points) {
        if let Some(outcome) = decided.points.iter().find(|it| it.target == wanted.target).map(|it| it.outcome) {
            db::appeals::set_outcome(tx, row.id, point.position, outcome)?;
        }
    }
    row.state = after_decision(row.state, terms, &decided.points);
    row.decided_at = Some(tx.now);
    db::appeals::update(tx, &mut row)?;
    let decision = DecisionRow { instance, content: decided, effect, revision, decided_by: who, decided_at: tx.now };
    db::appeals::insert_decision(tx, row.id, &decision)?;
    let told = serde_json::json!({ "decision": decision.content, "effect": decision.effect, "instance": instance });
    tx.audit("appeal.decided", ("appeal", &row.id), None::<&()>, Some(&told), Some(&decision.content.reason))?;
    letters::decided(tx, &row, &decision)?;
    Ok(row)
}

/// The points that the second instance still has to look at: what the first has overturned stays overturned.
fn undecided(decided: &DecisionInput, rows: &[PointRow], points: &[AppealPoint]) -> Result<DecisionInput> {
    let overturned = |target: &PointTarget| {
        rows.iter().zip(points).any(|(row, point)| point.target == *target && row.outcome == Some(PointOutcome::Overturned))
    };
    let mut faults = Faults::new();
    for (index, point) in decided.points.iter().enumerate() {
        if overturned(&point.target) && point.outcome != PointOutcome::Overturned {
            faults.push(format!("points[{index}].outcome"), "was overturned in the first instance, and stays so");
        }
    }
    faults.finish()?;
    let fresh = decided.points.iter().filter(|point| !overturned(&point.target)).cloned().collect();
    Ok(DecisionInput { points: fresh, reason: decided.reason.clone() })
}
