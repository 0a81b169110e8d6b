//! Inspectors are inspected too: a share of evaluations is graded again by somebody who does not see the first grade (handbook 3.10).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::evaluation::{Grading, Outcome};
use super::id::{EvaluationId, UserId};
use super::masking::checked_prose;
use super::money::Money;
use super::refusal::{Faults, Refusal, Refused};
use super::words::words;

words! {
    /// How far a second grading is.
    RegradeState ("state") {
        /// It waits for the second inspector.
        Assigned = "assigned",
        /// Graded; the differences wait for a manager.
        Graded = "graded",
        /// Nothing differed, or a manager has decided every difference.
        Decided = "decided",
    }
}

words! {
    /// What a manager finds about a difference.
    DifferenceVerdict ("verdict") {
        /// The first inspector was right.
        FirstRight = "first_right",
        /// The second inspector was right.
        SecondRight = "second_right",
        /// Both can be defended.
        BothDefensible = "both_defensible",
    }
}

/// Which of the candidates are graded again: `percent` (1 to 100) of them, rounded up, by the order of SHA-256 over the seed and the id. The
/// same seed and candidates always give the same choice, in whatever order the candidates come.
pub fn select(seed: &[u8; 32], candidates: &[EvaluationId], percent: u32) -> Vec<EvaluationId> {
    let mut ranked: Vec<([u8; 32], EvaluationId)> = candidates
        .iter()
        .map(|id| {
            let mut hash = Sha256::new();
            hash.update(seed);
            hash.update(id.0.as_bytes());
            (hash.finalize().into(), *id)
        })
        .collect();
    ranked.sort_unstable();
    ranked.dedup();
    let percent = usize::try_from(percent.min(100)).unwrap_or(100);
    let wanted = ranked.len().saturating_mul(percent).div_ceil(100);
    ranked.into_iter().take(wanted).map(|(_, id)| id).collect()
}

/// Gives each chosen evaluation to the inspector with the fewest so far who is not the one who graded it first. `None` where there is
/// nobody else.
pub fn assign(chosen: &[(EvaluationId, UserId)], inspectors: &[UserId]) -> Vec<(EvaluationId, Option<UserId>)> {
    let mut load: BTreeMap<UserId, usize> = inspectors.iter().map(|inspector| (*inspector, 0)).collect();
    let mut assigned: Vec<(EvaluationId, Option<UserId>)> = chosen.iter().map(|(evaluation, _)| (*evaluation, None)).collect();
    // Each goes to whoever has the least; then again, because who may not take the last ones may have room for earlier ones. Every move
    // makes the work more even, so it ends.
    let mut moved = true;
    while moved {
        moved = false;
        for ((_, first), (_, second)) in chosen.iter().zip(&mut assigned) {
            let least = load.iter().filter(|(inspector, _)| *inspector != first).min_by_key(|(inspector, count)| (**count, **inspector));
            let Some((least, count)) = least.map(|(inspector, count)| (*inspector, *count)) else { continue };
            let holds = second.and_then(|holder| load.get(&holder).copied());
            if holds.is_some_and(|holds| count.saturating_add(1) >= holds) {
                continue;
            }
            if let Some(count) = second.and_then(|holder| load.get_mut(&holder)) {
                *count = count.saturating_sub(1);
            }
            load.entry(least).and_modify(|count| *count = count.saturating_add(1));
            *second = Some(least);
            moved = true;
        }
    }
    assigned
}

/// One thing that the two inspectors see differently. Exactly one of `item` and `violation_type` is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Difference {
    /// The item's code.
    pub item: Option<String>,
    /// The code of a violation type that was tagged on its own by one of the two only.
    pub violation_type: Option<String>,
    /// What the first inspector marked; for a violation `fail` where it was tagged, else `pass`.
    pub first: Outcome,
    /// What the second one marked.
    pub second: Outcome,
}

impl Difference {
    /// Whether the first inspector did not mark an error that the second one marked.
    pub fn is_missed(&self) -> bool {
        self.first != Outcome::Fail && self.second == Outcome::Fail
    }
}

/// What differs between the two gradings: items first, in the scorecard's order, then violations tagged on their own, by code.
pub fn differences(first: &Grading, second: &Grading) -> Vec<Difference> {
    let again: BTreeMap<&str, Outcome> = second.items.iter().map(|item| (item.code.as_str(), item.outcome)).collect();
    let items = first.items.iter().filter_map(|item| {
        let other = *again.get(item.code.as_str())?;
        (other != item.outcome).then(|| Difference {
            item: Some(item.code.clone()),
            violation_type: None,
            first: item.outcome,
            second: other,
        })
    });
    let alone = |grading: &Grading| -> Vec<String> {
        grading.violations.iter().filter(|it| it.item.is_none()).map(|it| it.violation_type.clone()).collect()
    };
    let has = |grading: &Grading, code: &str| grading.violations.iter().any(|it| it.violation_type == code);
    let mut tagged: Vec<String> = alone(first).into_iter().chain(alone(second)).collect();
    tagged.sort_unstable();
    tagged.dedup();
    let outcome = |there: bool| if there { Outcome::Fail } else { Outcome::Pass };
    let violations = tagged.into_iter().filter(|code| has(first, code) != has(second, code)).map(|code| Difference {
        item: None,
        first: outcome(has(first, &code)),
        second: outcome(has(second, &code)),
        violation_type: Some(code),
    });
    items.chain(violations).collect()
}

/// What a manager decides about one difference, in the order of the differences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DifferenceDecision {
    /// Who was right.
    pub verdict: DifferenceVerdict,
    /// Whether the first inspector had a good reason to miss the error; only for a missed error where the second one was right.
    #[serde(default)]
    pub good_reason: bool,
    /// Why, 1 to 2,000 characters.
    pub reason: String,
}

/// Holds the decisions against the differences.
///
/// # Errors
/// `Invalid` with all faults.
pub fn check_decisions(differences: &[Difference], mut decisions: Vec<DifferenceDecision>) -> Refused<Vec<DifferenceDecision>> {
    let mut faults = Faults::new();
    if decisions.len() != differences.len() {
        faults.push("decisions", format!("are {}; decide each of the {} differences, in their order", decisions.len(), differences.len()));
    }
    for (index, decision) in decisions.iter_mut().enumerate() {
        let path = format!("decisions[{index}]");
        decision.reason = faults.take(checked_prose(&format!("{path}.reason"), &decision.reason, 2_000)).unwrap_or_default();
        let missed = differences.get(index).is_some_and(Difference::is_missed) && decision.verdict == DifferenceVerdict::SecondRight;
        if decision.good_reason && !missed {
            faults.push(format!("{path}.good_reason"), "belongs to an error that the first inspector missed");
        }
    }
    faults.finish().map(|()| decisions)
}

/// Whether the decision makes the first inspector bear the deduction: an error missed without a good reason.
pub fn is_borne(difference: &Difference, decision: &DifferenceDecision) -> bool {
    difference.is_missed() && decision.verdict == DifferenceVerdict::SecondRight && !decision.good_reason
}

/// What the first inspector bears for a missed error: double the item's deduction (handbook 3.10).
///
/// # Errors
/// `Conflict` with code `amount_overflow`.
pub fn deduction(of_item: Money) -> Refused<Money> {
    of_item
        .amount_minor
        .checked_mul(2)
        .filter(|double| *double <= Money::LINE_LIMIT_MINOR)
        .map(|double| Money::new(double, of_item.currency))
        .ok_or_else(|| Refusal::conflict("amount_overflow", format!("twice {of_item} is too large")))
}

#[cfg(test)]
mod tests {

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::evaluation::{GradedItem, GradedViolation};
    use crate::domain::money::Currency;
    use crate::domain::scorecard::ItemKind;
    use crate::domain::violation::{ErrorKind, ViolationClass};

    fn grading(items: &[(&str, Outcome)], violations: &[(&str, Option<&str>)]) -> Grading {
        let item = |(code, outcome): &(&str, Outcome)| GradedItem {
            code: (*code).into(),
            kind: ItemKind::Key,
            outcome: *outcome,
            error: outcome.error(ItemKind::Key),
            comment: String::new(),
            evidence: vec![],
        };
        let violation = |(code, item): &(&str, Option<&str>)| GradedViolation {
            violation_type: (*code).into(),
            class: ViolationClass::B,
            kind: ErrorKind::Key,
            error: ErrorKind::Key,
            red_line: false,
            money_lost: false,
            item: item.map(str::to_owned),
            occurrences: 1,
            comment: String::new(),
            evidence: vec![],
        };
        Grading {
            items: items.iter().map(item).collect(),
            violations: violations.iter().map(violation).collect(),
            key_errors: 0,
            non_key_errors: 0,
        }
    }

    #[test]
    fn differences_are_items_and_violations_on_their_own() {
        use Outcome::{Fail, NotApplicable, Pass};
        let first = grading(&[("a", Pass), ("b", Fail), ("c", NotApplicable)], &[("hung_up", None), ("linked", Some("b"))]);
        let second = grading(&[("a", Fail), ("b", Fail), ("c", Pass)], &[("abuse", None), ("linked", Some("b"))]);
        let found = differences(&first, &second);
        let what: Vec<_> = found.iter().map(|d| (d.item.as_deref().or(d.violation_type.as_deref()).unwrap(), d.is_missed())).collect();
        assert_eq!(what, [("a", true), ("c", false), ("abuse", true), ("hung_up", false)]);
        assert_eq!(differences(&first, &first), []);
    }

    #[test]
    fn a_missed_error_without_good_reason_costs_double() {
        let missed = Difference { item: Some("a".into()), violation_type: None, first: Outcome::Pass, second: Outcome::Fail };
        let decision = |verdict, good_reason| DifferenceDecision { verdict, good_reason, reason: "heard it".into() };
        assert!(is_borne(&missed, &decision(DifferenceVerdict::SecondRight, false)));
        assert!(!is_borne(&missed, &decision(DifferenceVerdict::SecondRight, true)));
        assert!(!is_borne(&missed, &decision(DifferenceVerdict::FirstRight, false)));
        let marked = Difference { first: Outcome::Fail, second: Outcome::Pass, ..missed.clone() };
        assert!(!is_borne(&marked, &decision(DifferenceVerdict::SecondRight, false)));
        assert_eq!(deduction(Money::new(5_000, Currency::CNY)).unwrap().to_string(), "100.00 CNY");
        assert_eq!(deduction(Money::new(i64::MAX, Currency::CNY)).unwrap_err().code, "amount_overflow");
        let bad = vec![decision(DifferenceVerdict::FirstRight, true)];
        assert_eq!(check_decisions(&[missed], bad).unwrap_err().faults[0].field, "decisions[0].good_reason");
    }

    proptest! {
        #[test]
        fn the_choice_is_a_share_and_does_not_depend_on_the_order(n in 0_u128..200, percent in 1_u32..=100, seed in any::<[u8; 32]>()) {
            let all: Vec<EvaluationId> = (0..n).map(|n| EvaluationId(Uuid::from_u128(n))).collect();
            let chosen = select(&seed, &all, percent);
            prop_assert_eq!(chosen.len(), (all.len() * usize::try_from(percent).unwrap()).div_ceil(100));
            let turned: Vec<EvaluationId> = all.iter().rev().copied().collect();
            prop_assert_eq!(select(&seed, &turned, percent), chosen);
        }

        #[test]
        fn nobody_grades_their_own_again_and_the_work_is_even(firsts in proptest::collection::vec(0_u128..3, 1..60)) {
            let user = |n| UserId(Uuid::from_u128(n));
            let chosen: Vec<_> = firsts.iter().zip(0_u128..).map(|(first, n)| (EvaluationId(Uuid::from_u128(n)), user(*first))).collect();
            // Somebody is there who has graded none of them.
            let inspectors: Vec<UserId> = (0..7).map(user).collect();
            let assigned = assign(&chosen, &inspectors);
            let mut load: BTreeMap<UserId, usize> = inspectors.iter().map(|i| (*i, 0)).collect();
            for ((_, first), (_, second)) in chosen.iter().zip(&assigned) {
                prop_assert_ne!(Some(*first), *second);
                *load.get_mut(&second.unwrap()).unwrap() += 1;
            }
            // Nobody has two more than somebody who could take one of them.
            for ((_, first), (_, second)) in chosen.iter().zip(&assigned) {
                let holds = load[&second.unwrap()];
                let fewest = load.iter().filter(|(inspector, _)| *inspector != first).map(|(_, count)| *count).min().unwrap();
                prop_assert!(holds <= fewest + 1, "{load:?}");
            }
            prop_assert_eq!(assign(&chosen[..1], &[chosen[0].1]), [(chosen[0].0, None)]);
        }
    }
}
