//! Makes an appeal: by the agent, or by the lead for the agent.

use super::{Appeal, letters, subject, whole};
use crate::app::App;
use crate::db::appeals::{AppealRow, PointRow};
use crate::db::{self, Result, Tx};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::appeal::{AppealInput, AppealState, AppealTerms, PointTarget, Subject, check_time};
use crate::domain::id::{AppealId, UserId};

/// Makes an appeal against single errors and violations of an evaluation, or against a complaint or an operating breach, within the time
/// that the terms give. The deciders are told at once.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` with every field at fault; `Conflict` with code `appeal_time_over`, `already_appealed`,
/// `complaint_not_upheld` or `breach_not_standing`; `Busy` while the period is being closed.
pub async fn submit(app: &App, actor: &Actor, input: AppealInput) -> Result<Appeal> {
    let reach = actor.reach(Action::AppealSubmit)?;
    let who = actor.person()?;
    let acting = actor.clone();
    let (subject, input) = input.checked()?;
    app.write_once(actor, "appeals.submit", &input.clone(), move |tx| {
        let id = store(tx, &reach, who, subject, &input)?;
        let row = super::found(tx.conn, &Reach::everything(), id)?;
        whole(tx.conn, row, &acting, tx.now)
    })
    .await
}

fn store(tx: &mut Tx<'_>, reach: &Reach, who: UserId, subject: Subject, input: &AppealInput) -> Result<AppealId> {
    let facts = subject::facts(tx.conn, subject)?;
    if !db::ledger::agent_is_within(tx.conn, reach, facts.agent_id)? {
        // The same answer whether it does not exist or is somebody else's.
        return Err(subject::not_found(subject).into());
    }
    // A close that runs has counted the open appeals: what comes now comes again when it is done.
    db::periods::posting(tx, facts.period)?;
    subject::check_standing(tx.conn, subject)?;
    let calendar = db::settings::calendar(tx.conn)?;
    let (terms, _) = db::settings::load::<AppealTerms>(tx.conn)?;
    check_time(&calendar, terms, facts.known_at, tx.now)?;
    let targets: Vec<&PointTarget> = input.points.iter().map(|point| &point.target).collect();
    let violations = match subject {
        Subject::Evaluation(id) => subject::check_points(tx.conn, id, &targets)?,
        Subject::Complaint(_) | Subject::Breach(_) => vec![None; targets.len()],
    };
    check_fresh(tx, subject, &targets)?;
    let row = AppealRow {
        id: tx.id(),
        evaluation_id: input.evaluation_id,
        complaint_id: input.complaint_id,
        breach_id: input.breach_id,
        agent_id: facts.agent_id,
        period: facts.period,
        body: input.text.clone(),
        state: AppealState::Open,
        made_by: who,
        made_at: tx.now,
        due_at: calendar.add_days(tx.now, terms.days_to_decide),
        second_body: None,
        second_by: None,
        second_at: None,
        decided_at: None,
        reminded_at: None,
        overdue_at: None,
        version: 1,
    };
    db::appeals::insert(tx, &row)?;
    for ((position, point), violation) in (0_i32..).zip(&input.points).zip(violations) {
        let item_code = match &point.target {
            PointTarget::Item { item } => Some(item.clone()),
            PointTarget::Violation { .. } | PointTarget::Whole => None,
        };
        let (violation_id, type_code) = violation.unzip();
        let point = PointRow {
            appeal_id: row.id,
            position,
            target: db::tx::to_json(&point.target)?,
            item_code,
            violation_id,
            type_code,
            found_by: facts.found_by.last().copied(),
            body: point.text.clone(),
            outcome: None,
        };
        db::appeals::insert_point(tx, &point)?;
    }
    tx.audit_new("appeal.submitted", ("appeal", &row.id), input)?;
    letters::submitted(tx, &row)?;
    Ok(row.id)
}

/// What was challenged once is not challenged again; who is not content goes to the second instance.
fn check_fresh(tx: &mut Tx<'_>, subject: Subject, targets: &[&PointTarget]) -> Result<()> {
    let before: Vec<AppealId> = db::appeals::about(tx.conn, subject)?
        .into_iter()
        .filter(|appeal| appeal.state != AppealState::Withdrawn)
        .map(|appeal| appeal.id)
        .collect();
    for point in db::appeals::points(tx.conn, &before)? {
        let target = point.target()?;
        if targets.contains(&&target) {
            let message = format!("{target} was challenged before, in appeal {}; ask for its second instance instead", point.appeal_id);
            return Err(Refusal::conflict("already_appealed", message).into());
        }
    }
    Ok(())
}
