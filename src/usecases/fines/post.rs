//! Brings the ledger in line with an evaluation: posts, takes back, or adjusts (handbook 3.6, 3.7).

use crate::db::charges::ChargeFacts;
use crate::db::evaluations::EvaluationRow;
use crate::db::{self, Result, Tx};
use crate::domain::charge::{self, ChargedEvaluation, StandingViolation};
use crate::domain::id::EvaluationId;
use crate::domain::ledger::{LedgerEntry, Poster};

/// Adds the lines that make the ledger say what the evaluation says now. Part of the transaction that submits or
/// corrects an evaluation or decides an appeal; with nothing changed it adds nothing.
///
/// # Errors
/// `Busy` while the period is being closed; `Conflict` with code `no_fine_policy` where no version covers the evaluation's period.
pub fn post_for_evaluation(tx: &mut Tx<'_>, evaluation: EvaluationId) -> Result<()> {
    let facts = db::charges::facts(tx.conn, evaluation)?;
    let posted = db::ledger::of_evaluation(tx.conn, evaluation)?;
    post(tx, evaluation, &facts, &posted)
}

/// The same for an evaluation that is being submitted: there is nothing posted yet.
///
/// # Errors
/// Those of [`post_for_evaluation`].
pub fn post_for_new(tx: &mut Tx<'_>, row: &EvaluationRow, violations: Vec<StandingViolation>) -> Result<()> {
    post(tx, row.id, &ChargeFacts { agent_id: row.agent_id, period: row.period, reason: None, violations }, &[])
}

fn post(tx: &mut Tx<'_>, evaluation: EvaluationId, facts: &ChargeFacts, posted: &[LedgerEntry]) -> Result<()> {
    let posting_period = db::periods::posting(tx, facts.period)?;
    if facts.violations.is_empty() && posted.is_empty() {
        return Ok(());
    }
    let policy = db::fine_policies::in_force(tx.conn, facts.period)?;
    let charged = ChargedEvaluation {
        id: evaluation,
        agent_id: facts.agent_id,
        period: facts.period,
        posting_period,
        reason: facts.reason.as_deref(),
    };
    let mut next_id = || tx.id();
    let mut poster = Poster { at: tx.now, by: tx.actor.user, next_id: &mut next_id };
    let added = charge::decide(charged, &facts.violations, posted, &policy.terms, policy.version, &mut poster)?;
    added.iter().try_for_each(|entry| db::ledger::insert(tx, entry))
}
