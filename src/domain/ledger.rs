//! The ledger: lines of money that are only ever added (handbook 3.6, 3.11). Positive: the agent owes it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::{AgentId, EvaluationId, LedgerEntryId, UserId, ViolationId};
use super::money::Money;
use super::period::Period;
use super::refusal::{Refusal, Refused};
use super::reward::RewardKind;
use super::violation::ViolationClass;
use super::words::words;

words! {
    /// What a line of the ledger is.
    EntryKind ("kind") {
        /// 罚款: a violation, while its period is open. Above 0.
        Fine = "fine",
        /// 冲销: takes an original line back while its period is open. The exact negative of it.
        Reversal = "reversal",
        /// 调整: what changed about a closed period, posted to the open one; names the original line where there was one.
        Adjustment = "adjustment",
        /// 投诉罚款: an upheld complaint, by liability level. Above 0.
        Complaint = "complaint",
        /// 违规操作: operating breaches, by occurrence. Above 0.
        OperatingBreach = "operating_breach",
        /// 奖励: a reward. Below 0.
        Reward = "reward",
        /// 手工调整: posted by an entitled person with a reason. Not 0.
        Manual = "manual",
        /// 超出上限: takes the part above the cap out of the period. Below 0.
        CapExcess = "cap_excess",
        /// 上期结转: the part above the last period's cap; names that period's `cap_excess`. Above 0.
        CarriedOver = "carried_over",
    }
}

impl EntryKind {
    /// Whether the line counts towards the cap of an agent and period: everything but rewards, which are paid in full.
    pub fn counts_for_cap(self) -> bool {
        match self {
            Self::Fine
            | Self::Reversal
            | Self::Adjustment
            | Self::Complaint
            | Self::OperatingBreach
            | Self::Manual
            | Self::CarriedOver
            | Self::CapExcess => true,
            Self::Reward => false,
        }
    }

    /// The sign that an amount of this kind must have; `None` for the kinds that may have either, but are never 0.
    fn sign(self) -> Option<i64> {
        match self {
            Self::Fine | Self::Complaint | Self::OperatingBreach | Self::CarriedOver => Some(1),
            Self::Reward | Self::CapExcess => Some(-1),
            Self::Reversal | Self::Adjustment | Self::Manual => None,
        }
    }
}

/// A line of the ledger. It is never changed and never deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LedgerEntry {
    /// The line's id, which stays the same in every list and file.
    pub id: LedgerEntryId,
    /// The period that the line is posted to.
    pub period: Period,
    /// The period in which the fact happened; differs from `period` on adjustments and carried-over lines.
    pub origin_period: Period,
    /// Whom it concerns.
    pub agent_id: AgentId,
    /// What the line is.
    pub kind: EntryKind,
    /// The amount; positive: the agent owes it.
    pub amount: Money,
    /// The line that this one takes back, adjusts or carries over.
    pub original_id: Option<LedgerEntryId>,
    /// The evaluation that it comes from.
    pub evaluation_id: Option<EvaluationId>,
    /// The violation that it comes from, with its evidence.
    pub violation_id: Option<ViolationId>,
    /// Code of the violation's type.
    pub violation_type: Option<String>,
    /// The violation's class as it was charged.
    pub class: Option<ViolationClass>,
    /// How often the violation or the operating breach occurred.
    pub occurrences: Option<u32>,
    /// The kind of a reward.
    pub reward: Option<RewardKind>,
    /// The version of the fine policy that gave the amount.
    pub policy_version: Option<i32>,
    /// Why, where a person posted it or something was corrected.
    pub reason: Option<String>,
    /// What the line must not be posted twice for; unique in the ledger.
    pub dedupe_key: String,
    /// When it was posted.
    pub posted_at: DateTime<Utc>,
    /// Who posted it; absent where the service did by itself.
    pub posted_by: Option<UserId>,
}

impl LedgerEntry {
    /// Holds the line against the sign rules and, where it takes one back, against its original.
    ///
    /// # Errors
    /// `Invalid` on `amount`, `original_id` or `reward`.
    pub fn checked(self, original: Option<&LedgerEntry>) -> Refused<Self> {
        let amount = self.amount.amount_minor;
        if amount == 0 || amount.unsigned_abs() > Money::LINE_LIMIT_MINOR.unsigned_abs() {
            return Err(Refusal::invalid("amount", format!("must not be 0 nor above {} minor units", Money::LINE_LIMIT_MINOR)));
        }
        if self.kind.sign().is_some_and(|sign| sign != amount.signum()) {
            let side = if amount > 0 { "below" } else { "above" };
            return Err(Refusal::invalid("amount", format!("of a {} must be {side} 0", self.kind)));
        }
        if (self.kind == EntryKind::Reward) != self.reward.is_some() {
            return Err(Refusal::invalid("reward", "belongs to a reward and to nothing else"));
        }
        match (self.kind, original) {
            (EntryKind::Reversal, Some(original)) if original.amount.negated() == self.amount => {}
            (EntryKind::Reversal, _) => return Err(Refusal::invalid("original_id", "a reversal is the exact negative of its original")),
            (EntryKind::CarriedOver, None) => return Err(Refusal::invalid("original_id", "a carried-over line names the line of the cap")),
            _ => {}
        }
        if let Some(original) = original {
            if self.original_id != Some(original.id) || original.agent_id != self.agent_id {
                return Err(Refusal::invalid("original_id", "must be a line of the same agent"));
            }
            if original.amount.currency != self.amount.currency {
                return Err(Refusal::invalid("amount.currency", format!("the original line is in {}", original.amount.currency)));
            }
        }
        Ok(self)
    }
}

/// Which lines of the ledger are wanted.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LedgerFilter {
    /// Posted to this period.
    pub period: Option<Period>,
    /// About something of this period.
    pub origin_period: Option<Period>,
    /// About this agent.
    pub agent_id: Option<AgentId>,
    /// From this evaluation.
    pub evaluation_id: Option<EvaluationId>,
    /// Of this kind.
    pub kind: Option<EntryKind>,
    /// That take back, adjust or carry over this line.
    pub original_id: Option<LedgerEntryId>,
}

/// Gives the lines that a decision adds their ids, their time and their poster.
pub struct Poster<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// Who; absent where the service posts by itself.
    pub by: Option<UserId>,
    /// The source of ids.
    pub next_id: &'a mut dyn FnMut() -> LedgerEntryId,
}

impl Poster<'_> {
    /// A line with everything optional left out.
    pub fn line(&mut self, agent_id: AgentId, period: Period, kind: EntryKind, amount: Money, dedupe_key: String) -> LedgerEntry {
        LedgerEntry {
            id: (self.next_id)(),
            period,
            origin_period: period,
            agent_id,
            kind,
            amount,
            original_id: None,
            evaluation_id: None,
            violation_id: None,
            violation_type: None,
            class: None,
            occurrences: None,
            reward: None,
            policy_version: None,
            reason: None,
            dedupe_key,
            posted_at: self.at,
            posted_by: self.by,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    fn line(kind: EntryKind, amount: i64) -> LedgerEntry {
        let mut next = 0_u128;
        let mut next_id = || {
            next += 1;
            LedgerEntryId(uuid::Uuid::from_u128(next))
        };
        let mut poster = Poster { at: DateTime::UNIX_EPOCH, by: None, next_id: &mut next_id };
        poster.line(AgentId(uuid::Uuid::nil()), "2026-11".parse().unwrap(), kind, Money::new(amount, Currency::CNY), "k".into())
    }

    #[test]
    fn each_kind_has_its_sign() {
        for (kind, good, bad) in [
            (EntryKind::Fine, 1, -1),
            (EntryKind::Complaint, 1, -1),
            (EntryKind::OperatingBreach, 1, -1),
            (EntryKind::CapExcess, -1, 1),
            (EntryKind::Adjustment, -1, 0),
            (EntryKind::Manual, 1, 0),
        ] {
            assert!(line(kind, good).checked(None).is_ok(), "{kind}");
            assert!(line(kind, bad).checked(None).is_err(), "{kind}");
        }
        let reward = LedgerEntry { reward: Some(RewardKind::Merit), ..line(EntryKind::Reward, -100) };
        assert!(reward.clone().checked(None).is_ok());
        assert!(LedgerEntry { amount: Money::new(100, Currency::CNY), ..reward }.checked(None).is_err());
        assert!(line(EntryKind::Manual, i64::MIN).checked(None).is_err());
    }

    #[test]
    fn a_reversal_is_the_exact_negative_of_its_original() {
        let fine = line(EntryKind::Fine, 500);
        let back = |amount| LedgerEntry { original_id: Some(fine.id), ..line(EntryKind::Reversal, amount) };
        assert!(back(-500).checked(Some(&fine)).is_ok());
        assert!(back(-499).checked(Some(&fine)).is_err());
        assert!(back(-500).checked(None).is_err());
        let other = LedgerEntry { agent_id: AgentId(uuid::Uuid::max()), ..back(-500) };
        assert!(other.checked(Some(&fine)).is_err());
    }
}
