//! The cap per agent and period: what lies above it is taken out by a line of its own and carried over or waived, visibly.

use super::fine_policy::{Cap, CapExcess};
use super::id::AgentId;
use super::ledger::{EntryKind, LedgerEntry, Poster};
use super::money::Money;
use super::period::Period;
use super::refusal::Refused;

/// What counts towards the cap in an agent's period.
///
/// # Errors
/// `Conflict` with code `amount_overflow` or `currency_mismatch`.
pub fn charged<'a>(currency_zero: Money, lines: impl IntoIterator<Item = &'a LedgerEntry>) -> Refused<Money> {
    lines.into_iter().filter(|line| line.kind.counts_for_cap()).try_fold(currency_zero, |sum, line| sum.plus(line.amount))
}

/// The lines that bring an agent's period under the cap: none, or one that takes the excess out, and where the policy carries over
/// a second one that posts it to the next period and names the first.
///
/// # Errors
/// `Conflict` with code `amount_overflow`.
pub fn decide(
    agent_id: AgentId,
    period: Period,
    charged: Money,
    cap: Cap,
    policy_version: i32,
    poster: &mut Poster<'_>,
) -> Refused<Vec<LedgerEntry>> {
    let excess = charged.plus(Money::new(cap.amount_minor, charged.currency).negated())?;
    if excess.amount_minor <= 0 {
        return Ok(Vec::new());
    }
    let key = format!("cap/{period}/{agent_id}");
    let taken_out =
        LedgerEntry { policy_version: Some(policy_version), ..poster.line(agent_id, period, EntryKind::CapExcess, excess.negated(), key) };
    let mut lines = vec![taken_out.clone().checked(None)?];
    match cap.excess {
        CapExcess::Waived => {}
        CapExcess::CarriedOver => {
            let carried = LedgerEntry {
                origin_period: period,
                original_id: Some(taken_out.id),
                policy_version: Some(policy_version),
                ..poster.line(agent_id, period.next(), EntryKind::CarriedOver, excess, format!("carried/{period}/{agent_id}"))
            };
            lines.push(carried.checked(Some(&taken_out))?);
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::LedgerEntryId;
    use crate::domain::money::Currency;
    use chrono::DateTime;
    use proptest::prelude::*;

    fn capped(charged: i64, cap: i64, excess: CapExcess) -> Vec<LedgerEntry> {
        let mut next = 0_u128;
        let mut next_id = || {
            next += 1;
            LedgerEntryId(uuid::Uuid::from_u128(next))
        };
        let mut poster = Poster { at: DateTime::UNIX_EPOCH, by: None, next_id: &mut next_id };
        let cap = Cap { amount_minor: cap, excess };
        decide(AgentId(uuid::Uuid::nil()), "2026-12".parse().unwrap(), Money::new(charged, Currency::CNY), cap, 3, &mut poster).unwrap()
    }

    #[test]
    fn exactly_at_the_cap_nothing_happens() {
        assert!(capped(50_000, 50_000, CapExcess::Waived).is_empty());
        assert!(capped(-1, 50_000, CapExcess::CarriedOver).is_empty());
    }

    #[test]
    fn the_excess_is_waived_or_owed_in_the_next_period() {
        let waived = capped(70_000, 50_000, CapExcess::Waived);
        assert_eq!(waived.iter().map(|line| line.amount.amount_minor).collect::<Vec<_>>(), [-20_000]);
        let carried = capped(70_000, 50_000, CapExcess::CarriedOver);
        assert_eq!(carried.iter().map(|line| line.amount.amount_minor).collect::<Vec<_>>(), [-20_000, 20_000]);
        assert_eq!(carried[1].period.to_string(), "2027-01");
        assert_eq!(carried[1].origin_period.to_string(), "2026-12");
        assert_eq!(carried[1].original_id, Some(carried[0].id));
    }

    proptest! {
        #[test]
        fn no_month_is_above_the_cap_and_carrying_over_loses_nothing(charged in -1_000_000_i64..1_000_000, cap in 1_i64..500_000) {
            let waived = capped(charged, cap, CapExcess::Waived);
            let in_period: i64 = waived.iter().map(|line| line.amount.amount_minor).sum::<i64>() + charged;
            prop_assert!(in_period <= cap && in_period == charged.min(cap));
            let carried = capped(charged, cap, CapExcess::CarriedOver);
            prop_assert_eq!(carried.iter().map(|line| line.amount.amount_minor).sum::<i64>(), 0);
        }
    }
}
