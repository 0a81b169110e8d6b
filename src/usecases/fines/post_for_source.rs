//! Brings the ledger in line with a complaint, an operating breach or a sanction (handbook 3.6, 3.8, 3.9).

use crate::db::escalations::EscalationRow;
use crate::db::{self, AnyConnection, Result, Tx};
use crate::domain::Refused;
use crate::domain::fine_policy::FineTerms;
use crate::domain::id::{AgentId, EscalationId};
use crate::domain::ledger::{EntryKind, LedgerEntry, Poster};
use crate::domain::money::Money;
use crate::domain::period::Period;
use crate::domain::source_charge::{ChargedSource, decide, line_key};

/// What is to be charged.
pub struct Source<'a> {
    /// What its lines are known by: `complaint/{id}`, `breach/{id}`, `escalation/{id}`.
    pub key: String,
    /// The kind of its lines.
    pub kind: EntryKind,
    /// Whom it concerns.
    pub agent_id: AgentId,
    /// The period in which it happened.
    pub period: Period,
    /// How often, where that is what is charged.
    pub occurrences: Option<u32>,
    /// Why, for the reader of the fine list.
    pub reason: Option<&'a str>,
}

/// Adds the lines that make the ledger say what the source costs now. Part of the transaction that decides about it; with nothing changed it
/// adds nothing. `price` reads the amount from the policy in force for the source's period.
///
/// # Errors
/// `Busy` while the period is being closed; `Conflict` with code `no_fine_policy` where no version covers the period.
pub fn post_for_source(tx: &mut Tx<'_>, source: &Source<'_>, price: impl FnOnce(&FineTerms) -> Refused<Money>) -> Result<()> {
    let posting_period = db::periods::posting(tx, source.period)?;
    let posted = posted(tx.conn, &source.key)?;
    let policy = db::fine_policies::in_force(tx.conn, source.period)?;
    let due = price(&policy.terms)?;
    let charged = ChargedSource {
        key: source.key.clone(),
        kind: source.kind,
        agent_id: source.agent_id,
        period: source.period,
        posting_period,
        occurrences: source.occurrences,
        policy_version: policy.version,
        reason: source.reason.map(str::to_owned),
    };
    let mut next_id = || tx.id();
    let mut poster = Poster { at: tx.now, by: tx.actor.user, next_id: &mut next_id };
    for entry in decide(&charged, due, &posted, &mut poster)? {
        db::ledger::insert(tx, &entry)?;
    }
    Ok(())
}

/// The fine of a case's sanction, on top of what the violation costs; `None` takes it back.
///
/// # Errors
/// Those of [`post_for_source`].
pub fn sanction_fine(tx: &mut Tx<'_>, case: &EscalationRow, amount_minor: Option<i64>) -> Result<()> {
    let key = sanction_key(case.id);
    if amount_minor.is_none() && posted(tx.conn, &key)?.is_empty() {
        return Ok(());
    }
    let reason = case.sanction()?.map(|sanction| sanction.reason.chars().take(1_000).collect::<String>());
    let source =
        Source { key, kind: EntryKind::Manual, agent_id: case.agent_id, period: case.period, occurrences: None, reason: reason.as_deref() };
    post_for_source(tx, &source, |terms| Ok(terms.money(amount_minor.unwrap_or(0))))
}

/// What the lines of a case's sanction are known by.
pub fn sanction_key(case: EscalationId) -> String {
    format!("escalation/{case}")
}

/// Every line of a source, in the order of posting.
///
/// # Errors
/// What the database says.
pub fn posted(conn: &mut AnyConnection, key: &str) -> Result<Vec<LedgerEntry>> {
    const AT_A_TIME: usize = 32;
    let mut lines = Vec::new();
    loop {
        let keys: Vec<String> = (lines.len()..).take(AT_A_TIME).map(|number| line_key(key, number)).collect();
        let found = db::ledger::with_keys(conn, &keys)?;
        let full = found.len() == AT_A_TIME;
        lines.extend(found);
        if !full {
            return Ok(lines);
        }
    }
}
