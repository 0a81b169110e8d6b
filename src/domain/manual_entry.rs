//! Lines that an entitled person posts by hand, with a reason: rewards, operating breaches, adjustments (handbook 3.6, 3.11).

use serde::{Deserialize, Serialize};

use super::fine_policy::FineTerms;
use super::id::{AgentId, LedgerEntryId};
use super::ledger::{EntryKind, LedgerEntry, Poster};
use super::masking::checked_prose;
use super::money::Money;
use super::period::Period;
use super::refusal::{Faults, Refused};
use super::reward::RewardKind;
use super::words::words;

words! {
    /// What can be posted by hand.
    ManualKind ("kind") {
        /// A reward.
        Reward = "reward",
        /// Operating breaches (违规操作), priced by the policy.
        OperatingBreach = "operating_breach",
        /// Anything else, up or down.
        Manual = "manual",
    }
}

/// A line to be posted by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManualEntryInput {
    /// Whom it concerns.
    pub agent_id: AgentId,
    /// What it is.
    pub kind: ManualKind,
    /// The period that it belongs to; the current month where absent. Where that is closed the line goes to the open one.
    #[serde(default)]
    pub period: Option<Period>,
    /// Minor units of the policy's currency. For `manual` it must be there and not 0; positive: the agent owes it. For a `reward` it is
    /// what the agent gets, above 0, and the policy's usual amount where absent. An `operating_breach` has none: the policy prices it.
    #[serde(default)]
    pub amount_minor: Option<i64>,
    /// The kind of a `reward`; belongs to nothing else.
    #[serde(default)]
    pub reward: Option<RewardKind>,
    /// How often an `operating_breach` occurred, 1 to 1,000; once where absent. Belongs to nothing else.
    #[serde(default)]
    pub occurrences: Option<u32>,
    /// The line that this one corrects, of the same agent.
    #[serde(default)]
    pub original_id: Option<LedgerEntryId>,
    /// Why, 1 to 1,000 characters; stands in the fine list.
    pub reason: String,
}

/// What the line is decided on.
pub struct ManualFacts<'a> {
    /// The period that it belongs to.
    pub origin_period: Period,
    /// The period that it is posted to.
    pub posting_period: Period,
    /// The policy version in force for `origin_period`.
    pub terms: &'a FineTerms,
    /// That version's number.
    pub policy_version: i32,
    /// The line that it corrects.
    pub original: Option<&'a LedgerEntry>,
}

/// Decides the line that is added.
///
/// # Errors
/// `Invalid` with every field at fault; `Conflict` with code `amount_overflow`.
pub fn decide(input: &ManualEntryInput, facts: &ManualFacts<'_>, poster: &mut Poster<'_>) -> Refused<LedgerEntry> {
    let mut faults = Faults::new();
    let reason = faults.take(checked_prose("reason", &input.reason, 1_000));
    if input.kind != ManualKind::OperatingBreach && input.occurrences.is_some() {
        faults.push("occurrences", "belongs to an operating_breach and to nothing else");
    }
    if (input.kind == ManualKind::Reward) != input.reward.is_some() {
        faults.push("reward", "must be there for a reward, and only there");
    }
    let (kind, amount) = match input.kind {
        ManualKind::Manual => (EntryKind::Manual, signed_amount(input, &mut faults).map(|amount| facts.terms.money(amount))),
        ManualKind::Reward => (EntryKind::Reward, reward_amount(input, facts.terms, &mut faults)),
        ManualKind::OperatingBreach => (EntryKind::OperatingBreach, breach_amount(input, facts.terms, &mut faults)?),
    };
    faults.finish()?;
    let amount = amount.unwrap_or_else(|| Money::zero(facts.terms.currency));
    let line = poster.line(input.agent_id, facts.posting_period, kind, amount, String::new());
    let line = LedgerEntry {
        origin_period: facts.origin_period,
        original_id: input.original_id,
        occurrences: (input.kind == ManualKind::OperatingBreach).then(|| input.occurrences.unwrap_or(1)),
        reward: input.reward,
        policy_version: (input.kind != ManualKind::Manual).then_some(facts.policy_version),
        reason,
        dedupe_key: format!("manual/{}", line.id),
        ..line
    };
    line.checked(facts.original)
}

fn signed_amount(input: &ManualEntryInput, faults: &mut Faults) -> Option<i64> {
    let fits = |amount: &i64| *amount != 0 && amount.unsigned_abs() <= Money::LINE_LIMIT_MINOR.unsigned_abs();
    let amount = input.amount_minor.filter(fits);
    if amount.is_none() {
        let limit = Money::LINE_LIMIT_MINOR;
        faults.push("amount_minor", format!("must be there, not 0, and at most {limit} either way; positive: the agent owes it"));
    }
    amount
}

fn reward_amount(input: &ManualEntryInput, terms: &FineTerms, faults: &mut Faults) -> Option<Money> {
    let usual = || input.reward.and_then(|kind| terms.reward(kind)).map(|amount| amount.amount_minor);
    let amount = input.amount_minor.or_else(usual).filter(|amount| (1..=Money::LINE_LIMIT_MINOR).contains(amount));
    if amount.is_none() {
        faults.push(
            "amount_minor",
            "of a reward is what the agent gets, above 0; the policy has no usual amount for this kind to fall back on",
        );
    }
    amount.map(|amount| terms.money(amount).negated())
}

fn breach_amount(input: &ManualEntryInput, terms: &FineTerms, faults: &mut Faults) -> Refused<Option<Money>> {
    if input.amount_minor.is_some() {
        faults.push("amount_minor", "of an operating_breach comes from the policy; leave it out");
    }
    let occurrences = input.occurrences.unwrap_or(1);
    if !(1..=1_000).contains(&occurrences) {
        faults.push("occurrences", "must be 1 to 1000");
        return Ok(None);
    }
    let amount = terms.operating_breach(occurrences)?;
    if amount.amount_minor == 0 {
        faults.push("kind", "the policy in force charges nothing for an operating_breach");
    }
    Ok(Some(amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use uuid::Uuid;

    fn decided(input: &str) -> Refused<LedgerEntry> {
        let terms: FineTerms = serde_json::from_str(include_str!("../../seed/fine_policy.json")).unwrap();
        let mut input: serde_json::Value = serde_json::from_str(input).unwrap();
        input["agent_id"] = Uuid::nil().to_string().into();
        let period = "2026-11".parse().unwrap();
        let facts = ManualFacts { origin_period: period, posting_period: period, terms: &terms, policy_version: 2, original: None };
        let mut next_id = || LedgerEntryId(Uuid::max());
        let mut poster = Poster { at: DateTime::UNIX_EPOCH, by: None, next_id: &mut next_id };
        decide(&serde_json::from_value(input).unwrap(), &facts, &mut poster)
    }

    fn fields(input: &str) -> Vec<String> {
        decided(input).unwrap_err().faults.into_iter().map(|fault| fault.field).collect()
    }

    #[test]
    fn a_reward_has_the_opposite_sign_and_a_usual_amount() {
        let usual = decided(r#"{"kind":"reward","reward":"commendation","reason":"calm with an angry caller"}"#).unwrap();
        assert_eq!((usual.amount.amount_minor, usual.kind, usual.policy_version), (-2_000, EntryKind::Reward, Some(2)));
        let own = decided(r#"{"kind":"reward","reward":"bonus","amount_minor":12345,"reason":"x"}"#).unwrap();
        assert_eq!(own.amount.amount_minor, -12_345);
        assert_eq!(fields(r#"{"kind":"reward","reward":"bonus","amount_minor":-1,"reason":"x"}"#), ["amount_minor"]);
    }

    #[test]
    fn operating_breaches_cost_by_occurrence_and_manual_lines_what_they_say() {
        let breaches = decided(r#"{"kind":"operating_breach","occurrences":3,"reason":"x"}"#).unwrap();
        assert_eq!((breaches.amount.amount_minor, breaches.occurrences), (15_000, Some(3)));
        let manual = decided(r#"{"kind":"manual","amount_minor":-700,"reason":"x"}"#).unwrap();
        assert_eq!((manual.amount.amount_minor, manual.policy_version), (-700, None));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        assert_eq!(
            fields(r#"{"kind":"manual","occurrences":2,"reward":"merit","reason":" "}"#),
            ["reason", "occurrences", "reward", "amount_minor"]
        );
        assert_eq!(fields(r#"{"kind":"operating_breach","amount_minor":5,"occurrences":0,"reason":"x"}"#), ["amount_minor", "occurrences"]);
    }
}
