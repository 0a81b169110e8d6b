//! Brings the escalation cases in line with an evaluation: opens one for severe findings, and closes it when they no longer stand.

use serde_json::json;

use super::{letters, tell};
use crate::db::concerned::{self, Concerned, Evaluated};
use crate::db::escalations::{EscalationRow, FindingRow};
use crate::db::evaluations::EvaluationRow;
use crate::db::{self, Result, Tx};
use crate::domain::escalation::{self, Candidate, CaseState, EscalationPolicy, EventKind, Finding, Trigger};
use crate::domain::id::{EscalationId, EvaluationId};
use crate::usecases::fines::post_for_source;

/// Part of the transaction that submits or corrects an evaluation or decides an appeal. A finding opens a case once, whatever is repeated;
/// further findings of the evaluation join its running case; a case none of whose findings stand any more closes and says so.
///
/// # Errors
/// What the database says.
pub fn open_for_evaluation(tx: &mut Tx<'_>, evaluation: EvaluationId) -> Result<()> {
    let about = concerned::of_evaluation(tx.conn, evaluation)?;
    let candidates = db::escalations::candidates(tx.conn, evaluation)?;
    let stood = db::escalations::standing_findings(tx.conn, evaluation)?;
    follow(tx, evaluation, about, &candidates, stood)
}

/// The same for an evaluation that is being submitted: nothing of it has stood before.
///
/// # Errors
/// What the database says.
pub fn open_for_new(tx: &mut Tx<'_>, row: &EvaluationRow, candidates: &[Candidate]) -> Result<()> {
    let EvaluationRow { agent_id, conversation_id, period, inspector_id, .. } = *row;
    follow(tx, row.id, Evaluated { agent_id, conversation_id, period, inspector_id }, candidates, Vec::new())
}

fn follow(tx: &mut Tx<'_>, evaluation: EvaluationId, about: Evaluated, candidates: &[Candidate], stood: Vec<FindingRow>) -> Result<()> {
    let (policy, _) = db::settings::load::<EscalationPolicy>(tx.conn)?;
    let found = escalation::findings(&policy, candidates);
    let counted = counts(tx, &policy, &about)?;
    fallen(tx, stood, &policy, &about, &found, &counted)?;
    if found.is_empty() && counted.is_empty() {
        return Ok(());
    }
    let keys: Vec<String> = found.iter().chain(&counted).map(|finding| finding.key.clone()).collect();
    let known = db::escalations::known(tx.conn, &keys)?;
    let fresh = |finding: &&Finding| !known.iter().any(|row| row.finding_key == finding.key && row.standing);
    let new: Vec<Finding> = found.iter().filter(fresh).cloned().collect();
    if !new.is_empty() {
        raise(tx, &policy, &about, Some(evaluation), &new)?;
    }
    for finding in counted.iter().filter(fresh) {
        raise(tx, &policy, &about, None, std::slice::from_ref(finding))?;
    }
    Ok(())
}

/// The counts within the agent's period that are reached.
fn counts(tx: &mut Tx<'_>, policy: &EscalationPolicy, about: &Evaluated) -> Result<Vec<Finding>> {
    let mut reached = Vec::new();
    for rule in &policy.counts {
        let count = db::escalations::count(tx.conn, about.agent_id, about.period, &rule.classes, &rule.violation_types)?;
        if count >= i64::from(rule.at_least) {
            reached.push(Finding {
                key: count_key(about, &rule.code),
                trigger: Trigger::Count,
                violation_id: None,
                code: rule.code.clone(),
                class: None,
            });
        }
    }
    Ok(reached)
}

fn count_key(about: &Evaluated, rule: &str) -> String {
    format!("count/{}/{}/{rule}", about.agent_id, about.period)
}

/// Opens a case for new findings, or adds them to the evaluation's running one.
fn raise(tx: &mut Tx<'_>, policy: &EscalationPolicy, about: &Evaluated, evaluation: Option<EvaluationId>, new: &[Finding]) -> Result<()> {
    let running = match evaluation {
        Some(evaluation) => db::escalations::running_of(tx.conn, evaluation)?,
        None => None,
    };
    let Some(mut row) = running else {
        return open(tx, policy, about, evaluation, new);
    };
    for finding in new {
        join(tx, row.id, finding)?;
        db::escalation_history::add(tx, row.id, EventKind::FindingAdded, row.level, Some(&finding.code))?;
    }
    db::escalations::update(tx, &mut row)?;
    tx.audit_new("escalation.finding_added", ("escalation", &row.id), &new)?;
    letters::to_told(tx, &row, EventKind::FindingAdded)
}

/// A finding that stood before, fell, and is found again counts for the new case.
fn join(tx: &mut Tx<'_>, case: EscalationId, finding: &Finding) -> Result<()> {
    if !db::escalations::add_finding(tx, case, finding)? {
        db::escalations::move_finding(tx, &finding.key, case)?;
    }
    Ok(())
}

fn open(tx: &mut Tx<'_>, policy: &EscalationPolicy, about: &Evaluated, evaluation: Option<EvaluationId>, new: &[Finding]) -> Result<()> {
    let calendar = db::settings::calendar(tx.conn)?;
    let concerned: Concerned = concerned::of_agent(tx.conn, about.agent_id)?;
    let levels = policy.chain(&concerned.teams, concerned.vendor);
    let status = escalation::open(levels, &calendar, tx.now);
    let mut row = EscalationRow {
        id: tx.id(),
        evaluation_id: evaluation,
        conversation_id: evaluation.map(|_| about.conversation_id),
        agent_id: about.agent_id,
        period: about.period,
        state: CaseState::Open,
        level: 1,
        levels: db::tx::to_json(levels)?,
        due_at: status.due_at,
        acknowledged_by: None,
        acknowledged_at: None,
        proposed_by: None,
        sanction: None,
        ended_by: None,
        ended_at: None,
        opened_at: tx.now,
        version: 1,
    };
    db::escalations::insert(tx, &row)?;
    for finding in new {
        join(tx, row.id, finding)?;
    }
    db::escalation_history::add(tx, row.id, EventKind::Opened, 1, None)?;
    let facts = json!({ "evaluation_id": evaluation, "agent_id": about.agent_id, "findings": new });
    tx.audit_new("escalation.opened", ("escalation", &row.id), &facts)?;
    letters::announce(tx, &row, EventKind::Opened)?;
    tell::level(tx, &mut row, &concerned, &calendar, EventKind::Opened)
}

/// Marks the findings that stand no longer, and closes the cases that nothing of is left.
fn fallen(
    tx: &mut Tx<'_>,
    mut stood: Vec<FindingRow>,
    policy: &EscalationPolicy,
    about: &Evaluated,
    found: &[Finding],
    counted: &[Finding],
) -> Result<()> {
    if !policy.counts.is_empty() {
        let keys: Vec<String> = policy.counts.iter().map(|rule| count_key(about, &rule.code)).collect();
        stood.extend(db::escalations::known(tx.conn, &keys)?.into_iter().filter(|row| row.standing));
    }
    let stands = |row: &FindingRow| found.iter().chain(counted).any(|finding| finding.key == row.finding_key);
    let mut cases: Vec<EscalationId> = Vec::new();
    for row in stood.iter().filter(|row| !stands(row)) {
        db::escalations::set_standing(tx, &row.finding_key, false)?;
        if !cases.contains(&row.escalation_id) {
            cases.push(row.escalation_id);
        }
    }
    for case in cases {
        let fell: Vec<&str> = stood.iter().filter(|row| row.escalation_id == case && !stands(row)).map(|row| row.code.as_str()).collect();
        lost(tx, case, &fell)?;
    }
    Ok(())
}

fn lost(tx: &mut Tx<'_>, case: EscalationId, fell: &[&str]) -> Result<()> {
    let Some(mut row) = db::escalations::find(tx.conn, case)? else { return Ok(()) };
    let standing = db::escalations::findings(tx.conn, &[case])?.iter().filter(|finding| finding.standing).count();
    let before = row.status()?;
    let (status, event) = escalation::overturned(&before, standing);
    let details = fell.join(", ");
    if event == EventKind::Closed {
        row.set(&status)?;
        row.ended_at = Some(tx.now);
    }
    db::escalations::update(tx, &mut row)?;
    db::escalation_history::add(tx, case, EventKind::FindingOverturned, row.level, Some(&details))?;
    if event == EventKind::Closed {
        db::escalation_history::add(tx, case, EventKind::Closed, row.level, Some("every finding was overturned or taken back"))?;
        letters::announce(tx, &row, EventKind::Closed)?;
    } else if standing == 0 {
        // It ended before: the sanction stays for people to look at again, but not the money that rested on what is gone.
        post_for_source::sanction_fine(tx, &row, None)?;
    }
    tx.audit_new("escalation.finding_overturned", ("escalation", &case), &json!({ "findings": fell, "state": row.state }))?;
    letters::to_told(tx, &row, event)
}
