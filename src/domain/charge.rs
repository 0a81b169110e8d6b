//! From the violations of an evaluation to the lines of the ledger (handbook 3.1, 3.6, 3.7).

use std::collections::BTreeMap;

use super::fine_policy::FineTerms;
use super::id::{AgentId, EvaluationId, ViolationId};
use super::ledger::{EntryKind, LedgerEntry, Poster};
use super::money::Money;
use super::period::Period;
use super::refusal::Refused;
use super::violation::ViolationClass;

/// A violation that stands on an evaluation now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingViolation {
    /// The violation, which holds the evidence.
    pub id: ViolationId,
    /// Code of its type.
    pub violation_type: String,
    /// Its class on this evaluation, which may be graver than the type's.
    pub class: ViolationClass,
    /// How often it occurred, at least once.
    pub occurrences: u32,
}

/// Which evaluation is charged, and to which period.
#[derive(Debug, Clone, Copy)]
pub struct ChargedEvaluation<'a> {
    /// The evaluation.
    pub id: EvaluationId,
    /// The agent who handled the conversation.
    pub agent_id: AgentId,
    /// The period of its sample (handbook 3.5).
    pub period: Period,
    /// The period that lines are posted to: the same while it is open, else the open one.
    pub posting_period: Period,
    /// Why it was corrected last, if it was; stands on what is taken back or adjusted.
    pub reason: Option<&'a str>,
}

/// What one type of violation costs on the evaluation now.
struct Due {
    violation_id: ViolationId,
    class: ViolationClass,
    occurrences: u32,
    amount: Money,
}

/// Decides which lines must be added so that the ledger says what the evaluation says now.
///
/// `posted` are all lines of this evaluation so far, in the order of posting, and `terms` the policy version in force for the
/// evaluation's period. While that period is open a change takes the old fine back and posts the new one; afterwards the
/// difference is an adjustment that names the original line. With nothing changed nothing is added, so a replay is harmless.
///
/// # Errors
/// `Conflict` with code `amount_overflow`.
pub fn decide(
    evaluation: ChargedEvaluation<'_>,
    violations: &[StandingViolation],
    posted: &[LedgerEntry],
    terms: &FineTerms,
    policy_version: i32,
    poster: &mut Poster<'_>,
) -> Refused<Vec<LedgerEntry>> {
    let due = due_by_type(violations, terms)?;
    let mut by_type: BTreeMap<&str, Vec<&LedgerEntry>> = due.keys().map(|violation_type| (*violation_type, Vec::new())).collect();
    for line in posted {
        if let Some(violation_type) = &line.violation_type {
            by_type.entry(violation_type).or_default().push(line);
        }
    }
    let mut added = Vec::new();
    for (violation_type, lines) in by_type {
        let due = due.get(violation_type);
        let mut step = Step { evaluation, violation_type, lines: &lines, policy_version, added: 0, poster };
        if evaluation.posting_period == evaluation.period {
            added.append(&mut step.in_open_period(due)?);
        } else if let Some(line) = step.after_close(due, terms)? {
            added.push(line);
        }
    }
    Ok(added)
}

/// Several findings of one type are one violation with more evidence: occurrences add up and the gravest class counts.
fn due_by_type<'a>(violations: &'a [StandingViolation], terms: &FineTerms) -> Refused<BTreeMap<&'a str, Due>> {
    let mut merged: BTreeMap<&str, StandingViolation> = BTreeMap::new();
    for violation in violations {
        merged
            .entry(&violation.violation_type)
            .and_modify(|standing| {
                standing.class = standing.class.min(violation.class);
                standing.occurrences = standing.occurrences.saturating_add(violation.occurrences.max(1));
                standing.id = standing.id.min(violation.id);
            })
            .or_insert_with(|| StandingViolation { occurrences: violation.occurrences.max(1), ..violation.clone() });
    }
    let mut due = BTreeMap::new();
    for (violation_type, violation) in merged {
        let amount = terms.price(violation_type, violation.class, violation.occurrences)?;
        if amount.amount_minor != 0 {
            let entry = Due { violation_id: violation.id, class: violation.class, occurrences: violation.occurrences, amount };
            due.insert(violation_type, entry);
        }
    }
    Ok(due)
}

/// One type of violation on one evaluation.
struct Step<'a, 'p> {
    evaluation: ChargedEvaluation<'a>,
    violation_type: &'a str,
    lines: &'a [&'a LedgerEntry],
    policy_version: i32,
    added: usize,
    poster: &'a mut Poster<'p>,
}

impl<'a> Step<'a, '_> {
    fn in_open_period(&mut self, due: Option<&Due>) -> Refused<Vec<LedgerEntry>> {
        let standing = self.standing();
        let unchanged = |fine: &LedgerEntry, due: &Due| {
            fine.amount == due.amount && fine.class == Some(due.class) && fine.occurrences == Some(due.occurrences)
        };
        let mut added = Vec::new();
        match (standing, due) {
            (None, None) => {}
            (Some(fine), Some(due)) if unchanged(fine, due) => {}
            (standing, due) => {
                if let Some(fine) = standing {
                    let back = LedgerEntry {
                        original_id: Some(fine.id),
                        violation_id: fine.violation_id,
                        class: fine.class,
                        occurrences: fine.occurrences,
                        policy_version: fine.policy_version,
                        reason: self.evaluation.reason.map(str::to_owned),
                        ..self.line(EntryKind::Reversal, fine.amount.negated())
                    };
                    added.push(back.checked(Some(fine))?);
                }
                if let Some(due) = due {
                    let fine = self.line(EntryKind::Fine, due.amount);
                    added.push(self.described(fine, due).checked(None)?);
                }
            }
        }
        Ok(added)
    }

    fn after_close(&mut self, due: Option<&Due>, terms: &FineTerms) -> Refused<Option<LedgerEntry>> {
        let mut posted = Money::zero(self.lines.first().map_or(terms.currency, |line| line.amount.currency));
        for line in self.lines {
            posted = posted.plus(line.amount)?;
        }
        let change = due.map_or(Money::zero(posted.currency), |due| due.amount).plus(posted.negated())?;
        if change.amount_minor == 0 {
            return Ok(None);
        }
        let original = self.standing().or_else(|| self.lines.first().copied());
        let mut line = self.line(EntryKind::Adjustment, change);
        line.reason = self.evaluation.reason.map(str::to_owned);
        line.original_id = original.map(|original| original.id);
        line.violation_id = original.and_then(|original| original.violation_id);
        line.class = original.and_then(|original| original.class);
        line.occurrences = original.and_then(|original| original.occurrences);
        let line = match due {
            Some(due) => self.described(line, due),
            None => line,
        };
        line.checked(original).map(Some)
    }

    /// The fine that has not been taken back: the last one without a reversal.
    fn standing(&self) -> Option<&'a LedgerEntry> {
        let reversed =
            |fine: &LedgerEntry| self.lines.iter().any(|line| line.kind == EntryKind::Reversal && line.original_id == Some(fine.id));
        self.lines.iter().rev().find(|line| line.kind == EntryKind::Fine && !reversed(line)).copied()
    }

    fn line(&mut self, kind: EntryKind, amount: Money) -> LedgerEntry {
        let number = self.lines.len().saturating_add(self.added);
        self.added = self.added.saturating_add(1);
        let key = format!("evaluation/{}/{}/{number}", self.evaluation.id, self.violation_type);
        LedgerEntry {
            origin_period: self.evaluation.period,
            evaluation_id: Some(self.evaluation.id),
            violation_type: Some(self.violation_type.to_owned()),
            policy_version: Some(self.policy_version),
            ..self.poster.line(self.evaluation.agent_id, self.evaluation.posting_period, kind, amount, key)
        }
    }

    fn described(&self, line: LedgerEntry, due: &Due) -> LedgerEntry {
        LedgerEntry { violation_id: Some(due.violation_id), class: Some(due.class), occurrences: Some(due.occurrences), ..line }
    }
}

#[cfg(test)]
mod tests;
