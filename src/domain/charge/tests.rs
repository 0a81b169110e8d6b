//! What the ledger must hold whatever happens to an evaluation.

use std::collections::BTreeSet;

use chrono::DateTime;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::fine_policy::{Charge, TypePrice};
use crate::domain::id::LedgerEntryId;

/// A ledger with one evaluation of October.
struct Story {
    lines: Vec<LedgerEntry>,
    terms: FineTerms,
    posting_period: Period,
    next: u128,
}

impl Story {
    fn new() -> Self {
        let mut terms: FineTerms = serde_json::from_str(include_str!("../../../seed/fine_policy.json")).unwrap();
        terms.types = vec![TypePrice { violation_type: "type-2".into(), amount_minor: Some(700), charge: Charge::Occurrence }];
        Self { lines: Vec::new(), terms, posting_period: october(), next: 0 }
    }

    fn says(&mut self, violations: &[StandingViolation]) -> usize {
        let mut next = self.next;
        let mut next_id = || {
            next += 1;
            LedgerEntryId(Uuid::from_u128(next))
        };
        let evaluation = ChargedEvaluation {
            id: EvaluationId(Uuid::nil()),
            agent_id: AgentId(Uuid::nil()),
            period: october(),
            posting_period: self.posting_period,
            reason: Some("heard again"),
        };
        let mut poster = Poster { at: DateTime::UNIX_EPOCH, by: None, next_id: &mut next_id };
        let mut added = decide(evaluation, violations, &self.lines, &self.terms, 1, &mut poster).unwrap();
        self.next = next;
        let count = added.len();
        self.lines.append(&mut added);
        count
    }

    fn sum(&self) -> i64 {
        self.lines.iter().map(|line| line.amount.amount_minor).sum()
    }

    fn kinds(&self) -> Vec<EntryKind> {
        self.lines.iter().map(|line| line.kind).collect()
    }
}

fn october() -> Period {
    "2026-10".parse().unwrap()
}

fn violation(kind: u8, class: ViolationClass, occurrences: u32) -> StandingViolation {
    StandingViolation { id: ViolationId(Uuid::from_u128(u128::from(kind))), violation_type: format!("type-{kind}"), class, occurrences }
}

#[test]
fn a_violation_is_fined_once_and_a_replay_adds_nothing() {
    let mut story = Story::new();
    let found = [violation(1, ViolationClass::E, 1), violation(1, ViolationClass::E, 1), violation(2, ViolationClass::E, 3)];
    assert_eq!(story.says(&found), 2);
    assert_eq!(story.sum(), 5_000 + 3 * 700);
    assert_eq!(story.lines[0].occurrences, Some(2));
    assert_eq!(story.says(&found), 0);
}

#[test]
fn the_gravest_class_of_one_type_counts() {
    let mut story = Story::new();
    story.says(&[violation(1, ViolationClass::E, 1), violation(1, ViolationClass::D, 1)]);
    assert_eq!((story.sum(), story.lines[0].class), (10_000, Some(ViolationClass::D)));
}

#[test]
fn a_correction_in_the_open_period_takes_back_and_posts_anew() {
    let mut story = Story::new();
    story.says(&[violation(1, ViolationClass::E, 1)]);
    assert_eq!(story.says(&[violation(1, ViolationClass::D, 1)]), 2);
    assert_eq!(story.kinds(), [EntryKind::Fine, EntryKind::Reversal, EntryKind::Fine]);
    assert_eq!(story.lines[1].original_id, Some(story.lines[0].id));
    assert_eq!(story.lines[1].amount, story.lines[0].amount.negated());
    assert_eq!((story.lines[0].reason.as_deref(), story.lines[1].reason.as_deref()), (None, Some("heard again")));
    assert_eq!(story.sum(), 10_000);
    assert_eq!(story.says(&[]), 1);
    assert_eq!(story.sum(), 0);
    assert_eq!(story.says(&[]), 0);
}

#[test]
fn after_the_close_the_difference_is_an_adjustment_that_names_the_original() {
    let mut story = Story::new();
    story.says(&[violation(1, ViolationClass::E, 1)]);
    story.posting_period = october().next();
    assert_eq!(story.says(&[violation(1, ViolationClass::E, 1)]), 0);
    assert_eq!(story.says(&[]), 1);
    let line = story.lines[1].clone();
    assert_eq!((line.kind, line.amount.amount_minor, line.original_id), (EntryKind::Adjustment, -5_000, Some(story.lines[0].id)));
    assert_eq!((line.period, line.origin_period), (october().next(), october()));
    assert_eq!(story.says(&[violation(1, ViolationClass::D, 1), violation(3, ViolationClass::C, 1)]), 2);
    assert_eq!(story.sum(), 10_000 + 20_000);
    assert_eq!(story.lines[3].original_id, None, "a violation found after the close has no original line");
}

#[test]
fn a_violation_that_costs_nothing_leaves_no_line() {
    let mut story = Story::new();
    story.terms.class_amounts_minor.insert(ViolationClass::E, 0);
    assert_eq!(story.says(&[violation(1, ViolationClass::E, 1)]), 0);
}

fn findings() -> impl Strategy<Value = Vec<(u8, usize, u32)>> {
    prop::collection::vec((0_u8..4, 0_usize..5, 1_u32..4), 0..5)
}

proptest! {
    #[test]
    fn the_ledger_always_says_what_the_evaluation_says(
        steps in prop::collection::vec((findings(), prop::bool::weighted(0.2)), 1..12)
    ) {
        let mut story = Story::new();
        for (findings, close) in steps {
            if close {
                story.posting_period = story.posting_period.next();
            }
            let violations: Vec<_> =
                findings.iter().map(|(kind, class, times)| violation(*kind, ViolationClass::ALL[*class], *times)).collect();
            story.says(&violations);
            let due: i64 = due_by_type(&violations, &story.terms).unwrap().values().map(|due| due.amount.amount_minor).sum();
            prop_assert_eq!(story.sum(), due);
            prop_assert_eq!(story.says(&violations), 0, "a replay adds nothing");
        }
        story.says(&[]);
        prop_assert_eq!(story.sum(), 0);
        let keys: BTreeSet<_> = story.lines.iter().map(|line| &line.dedupe_key).collect();
        prop_assert_eq!(keys.len(), story.lines.len());
        for line in &story.lines {
            let original = story.lines.iter().find(|other| Some(other.id) == line.original_id);
            prop_assert!(line.clone().checked(original).is_ok());
        }
        for period in story.lines.iter().filter(|line| line.kind != EntryKind::Adjustment).map(|line| line.period) {
            prop_assert_eq!(period, october(), "after the close there are only adjustments");
        }
    }
}
