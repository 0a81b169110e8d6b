//! From a complaint or an operating breach to the lines of the ledger, and back (handbook 3.6, 3.7, 3.9).

use super::id::{AgentId, BreachId, ComplaintId, EscalationId, RegradeId};
use super::ledger::{EntryKind, LedgerEntry, Poster};
use super::money::Money;
use super::period::Period;
use super::refusal::Refused;

/// What is charged, and to which period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargedSource {
    /// What its lines must not be posted twice for: `complaint/{id}` or `breach/{id}`; a line adds its number.
    pub key: String,
    /// The kind of its lines: `complaint` or `operating_breach`.
    pub kind: EntryKind,
    /// Whom it concerns.
    pub agent_id: AgentId,
    /// The period in which it happened.
    pub period: Period,
    /// The period that lines are posted to: the same while it is open, else the open one.
    pub posting_period: Period,
    /// How often it occurred, where that is what is charged.
    pub occurrences: Option<u32>,
    /// The version of the fine policy that gives the amount.
    pub policy_version: i32,
    /// Why, for the reader of the fine list.
    pub reason: Option<String>,
}

/// What a line of the ledger comes from, besides an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineSource {
    /// A complaint.
    Complaint(ComplaintId),
    /// An operating breach.
    Breach(BreachId),
    /// The sanction of a severe case.
    Case(EscalationId),
    /// An error that was missed in grading.
    Regrade(RegradeId),
}

impl LineSource {
    /// The source that the key of a line names; nothing where it is none of these.
    pub fn of_key(key: &str) -> Option<Self> {
        let mut parts = key.split('/');
        let (kind, id) = (parts.next()?, parts.next()?);
        match kind {
            "complaint" => id.parse().ok().map(Self::Complaint),
            "breach" => id.parse().ok().map(Self::Breach),
            "escalation" => id.parse().ok().map(Self::Case),
            "regrade" => id.parse().ok().map(Self::Regrade),
            _ => None,
        }
    }
}

/// The key of a source's line number `number`, counted from 0.
pub fn line_key(source: &str, number: usize) -> String {
    format!("{source}/{number}")
}

/// Decides which lines must be added so that the ledger says `due`. `posted` are all lines of the source so far, in the order of posting.
///
/// While the period is open a change takes the old line back and posts a new one; afterwards the difference is an adjustment that names
/// the original line. With nothing changed nothing is added, so a replay is harmless.
///
/// # Errors
/// `Conflict` with code `amount_overflow`.
pub fn decide(source: &ChargedSource, due: Money, posted: &[LedgerEntry], poster: &mut Poster<'_>) -> Refused<Vec<LedgerEntry>> {
    let taken_back = |line: &LedgerEntry| posted.iter().any(|it| it.kind == EntryKind::Reversal && it.original_id == Some(line.id));
    let standing = posted.iter().rev().find(|line| line.kind == source.kind && !taken_back(line));
    let mut added = Vec::new();
    let mut line = |kind, amount: Money, added: &Vec<LedgerEntry>| LedgerEntry {
        origin_period: source.period,
        occurrences: source.occurrences,
        policy_version: Some(source.policy_version),
        reason: source.reason.clone(),
        ..poster.line(source.agent_id, source.posting_period, kind, amount, line_key(&source.key, posted.len().saturating_add(added.len())))
    };
    if source.posting_period == source.period {
        let unchanged = match standing {
            Some(line) => line.amount == due && line.occurrences == source.occurrences,
            None => due.amount_minor == 0,
        };
        if unchanged {
            return Ok(added);
        }
        if let Some(standing) = standing {
            let back = LedgerEntry {
                original_id: Some(standing.id),
                occurrences: standing.occurrences,
                policy_version: standing.policy_version,
                ..line(EntryKind::Reversal, standing.amount.negated(), &added)
            };
            added.push(back.checked(Some(standing))?);
        }
        if due.amount_minor != 0 {
            let charge = line(source.kind, due, &added);
            added.push(charge.checked(None)?);
        }
        return Ok(added);
    }
    let mut sum = Money::zero(due.currency);
    for line in posted {
        sum = sum.plus(line.amount)?;
    }
    let change = due.plus(sum.negated())?;
    if change.amount_minor != 0 {
        let original = standing.or_else(|| posted.first());
        let adjustment = LedgerEntry { original_id: original.map(|it| it.id), ..line(EntryKind::Adjustment, change, &added) };
        added.push(adjustment.checked(original)?);
    }
    Ok(added)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::LedgerEntryId;
    use crate::domain::money::Currency;

    fn source(posting: &str) -> ChargedSource {
        ChargedSource {
            key: "complaint/1".into(),
            kind: EntryKind::Complaint,
            agent_id: AgentId(Uuid::nil()),
            period: "2026-10".parse().unwrap(),
            posting_period: posting.parse().unwrap(),
            occurrences: None,
            policy_version: 1,
            reason: None,
        }
    }

    fn charge(posted: &mut Vec<LedgerEntry>, posting: &str, due: i64) -> Vec<EntryKind> {
        let mut next = u128::try_from(posted.len()).unwrap();
        let mut next_id = || {
            next += 1;
            LedgerEntryId(Uuid::from_u128(next))
        };
        let mut poster = Poster { at: DateTime::UNIX_EPOCH, by: None, next_id: &mut next_id };
        let added = decide(&source(posting), Money::new(due, Currency::CNY), posted, &mut poster).unwrap();
        let kinds = added.iter().map(|line| line.kind).collect();
        posted.extend(added);
        kinds
    }

    #[test]
    fn while_open_a_change_takes_back_and_posts_and_afterwards_it_adjusts() {
        let mut posted = Vec::new();
        assert_eq!(charge(&mut posted, "2026-10", 5_000), [EntryKind::Complaint]);
        assert_eq!(charge(&mut posted, "2026-10", 5_000), []);
        assert_eq!(charge(&mut posted, "2026-10", 50_000), [EntryKind::Reversal, EntryKind::Complaint]);
        assert_eq!(charge(&mut posted, "2026-11", 0), [EntryKind::Adjustment]);
        assert_eq!(posted.last().unwrap().original_id, Some(posted[2].id));
        assert_eq!(charge(&mut posted, "2026-11", 0), []);
        assert_eq!(posted.iter().map(|line| line.amount.amount_minor).sum::<i64>(), 0);
    }

    proptest! {
        #[test]
        fn the_ledger_adds_up_whatever_is_decided_before_and_after_the_close(
            before in proptest::collection::vec(0_i64..4, 0..6),
            after in proptest::collection::vec(0_i64..4, 0..6),
        ) {
            let mut posted = Vec::new();
            let steps = before.iter().map(|due| ("2026-10", *due)).chain(after.iter().map(|due| ("2026-11", *due)));
            for (posting, due) in steps {
                charge(&mut posted, posting, due * 100);
                prop_assert_eq!(posted.iter().map(|line| line.amount.amount_minor).sum::<i64>(), due * 100);
                prop_assert_eq!(charge(&mut posted, posting, due * 100), []);
            }
            let keys: std::collections::BTreeSet<_> = posted.iter().map(|line| line.dedupe_key.clone()).collect();
            prop_assert_eq!(keys.len(), posted.len());
        }
    }
}
