//! Results: verdicts, effective agents and pass rates (handbook 3.2 to 3.5). Everything is compared in integers.

use serde::{Deserialize, Serialize};

use super::pass_policy::Threshold;
use super::words::words;

pub mod report;

words! {
    /// The verdict on an agent in a period (handbook 3.2).
    Verdict ("verdict") {
        /// Passed (合格).
        Pass = "pass",
        /// Failed (不合格).
        Fail = "fail",
        /// No counted sample was evaluated, so there is no verdict.
        NotSampled = "not_sampled",
    }
}

words! {
    /// Where the number of worked days comes from (handbook 3.3).
    DaysSource ("days_source") {
        /// Imported attendance.
        Attendance = "attendance",
        /// The distinct local days with at least one conversation, because no attendance was imported.
        Conversations = "conversations",
    }
}

/// An exact fraction. Compare numerator and denominator; the decimal is for reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Fraction {
    /// The part.
    pub numerator: u64,
    /// The whole, at least 1.
    pub denominator: u64,
    /// The value with four decimals, rounded half up, such as `0.1111`. Never what a verdict is decided by.
    pub decimal: String,
}

impl Fraction {
    /// `numerator / denominator`; none of a whole of 0.
    pub fn of(numerator: u64, denominator: u64) -> Option<Self> {
        let (n, d) = (u128::from(numerator), u128::from(denominator));
        let doubled = n.checked_mul(20_000)?.checked_add(d)?;
        let parts = doubled.checked_div(d.checked_mul(2)?)?;
        Some(Self { numerator, denominator, decimal: format!("{}.{:04}", parts / 10_000, parts % 10_000) })
    }
}

/// What was counted for one agent in one period: only submitted evaluations of samples that count (handbook 3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Counts {
    /// n: evaluated samples.
    pub evaluations: u64,
    /// K: key errors on them.
    pub key_errors: u64,
    /// N: non-key errors on them.
    pub non_key_errors: u64,
}

impl Counts {
    /// The sums of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            evaluations: self.evaluations.saturating_add(other.evaluations),
            key_errors: self.key_errors.saturating_add(other.key_errors),
            non_key_errors: self.non_key_errors.saturating_add(other.non_key_errors),
        }
    }

    /// K / n; none where nothing was evaluated.
    pub fn key_ratio(self) -> Option<Fraction> {
        Fraction::of(self.key_errors, self.evaluations)
    }

    /// N / n; none where nothing was evaluated.
    pub fn non_key_ratio(self) -> Option<Fraction> {
        Fraction::of(self.non_key_errors, self.evaluations)
    }

    /// The verdict: pass if and only if K / n and N / n are both at most their thresholds (handbook 3.2).
    pub fn verdict(self, thresholds: Thresholds) -> Verdict {
        let within = |errors: u64, most: Threshold| {
            u128::from(errors).saturating_mul(u128::from(Threshold::SCALE))
                <= u128::from(most.ten_thousandths()).saturating_mul(u128::from(self.evaluations))
        };
        match self.evaluations {
            0 => Verdict::NotSampled,
            _ if within(self.key_errors, thresholds.key) && within(self.non_key_errors, thresholds.non_key) => Verdict::Pass,
            _ => Verdict::Fail,
        }
    }

    /// How many more errors of each kind the counted samples could bear and still pass; none where there is no pass to lose.
    pub fn headroom(self, thresholds: Thresholds) -> Option<Headroom> {
        match self.verdict(thresholds) {
            Verdict::Pass => Some(Headroom {
                key_errors: bearable(thresholds.key, self.evaluations).saturating_sub(self.key_errors),
                non_key_errors: bearable(thresholds.non_key, self.evaluations).saturating_sub(self.non_key_errors),
            }),
            Verdict::Fail | Verdict::NotSampled => None,
        }
    }
}

/// The most errors that so many evaluations bear.
fn bearable(most: Threshold, evaluations: u64) -> u64 {
    let whole = u128::from(most.ten_thousandths()).saturating_mul(u128::from(evaluations)) / u128::from(Threshold::SCALE);
    u64::try_from(whole).unwrap_or(u64::MAX)
}

/// Both thresholds of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Thresholds {
    /// The most key errors per evaluation.
    pub key: Threshold,
    /// The most non-key errors per evaluation.
    pub non_key: Threshold,
}

/// How many more errors a pass bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Headroom {
    /// Key errors.
    pub key_errors: u64,
    /// Non-key errors.
    pub non_key_errors: u64,
}

/// How many days an agent worked in a period, and how that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WorkedDays {
    /// Days.
    pub days: u32,
    /// Where the number comes from.
    pub source: DaysSource,
}

impl WorkedDays {
    /// Attendance where it was imported, even where it says 0; else the days with conversations (handbook 3.3).
    pub fn known(attendance: Option<u32>, days_with_conversations: u32) -> Self {
        match attendance {
            Some(days) => Self { days, source: DaysSource::Attendance },
            None => Self { days: days_with_conversations, source: DaysSource::Conversations },
        }
    }

    /// Whether the agent is effective: worked more than so many days.
    pub const fn effective(self, more_than: u32) -> bool {
        self.days > more_than
    }
}

/// What a set of agents adds up to: a team with those below it, a vendor, the centre (handbook 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Tally {
    /// Agents who belong to the set.
    pub agents: u64,
    /// Agents who are effective.
    pub effective: u64,
    /// Agents with at least one counted evaluation.
    pub sampled: u64,
    /// Agents who are effective and sampled: what the pass rate is out of.
    pub rated: u64,
    /// Agents who are effective, sampled and pass.
    pub passed: u64,
    /// What was counted for all of its agents together.
    pub counts: Counts,
}

impl Tally {
    /// Adds one agent.
    pub fn add(&mut self, counts: Counts, verdict: Verdict, effective: bool) {
        let sampled = match verdict {
            Verdict::Pass | Verdict::Fail => true,
            Verdict::NotSampled => false,
        };
        let one = |yes: bool| u64::from(yes);
        self.agents = self.agents.saturating_add(1);
        self.effective = self.effective.saturating_add(one(effective));
        self.sampled = self.sampled.saturating_add(one(sampled));
        self.rated = self.rated.saturating_add(one(effective && sampled));
        self.passed = self.passed.saturating_add(one(effective && verdict == Verdict::Pass));
        self.counts = self.counts.plus(counts);
    }

    /// Adds another set's agents.
    pub fn merge(&mut self, other: &Self) {
        self.agents = self.agents.saturating_add(other.agents);
        self.effective = self.effective.saturating_add(other.effective);
        self.sampled = self.sampled.saturating_add(other.sampled);
        self.rated = self.rated.saturating_add(other.rated);
        self.passed = self.passed.saturating_add(other.passed);
        self.counts = self.counts.plus(other.counts);
    }

    /// The pass rate (质检合格率): none where no agent is effective and sampled, neither 0 nor 1.
    pub fn pass_rate(&self) -> Option<Fraction> {
        Fraction::of(self.passed, self.rated)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usual() -> Thresholds {
        Thresholds { key: "0.1".parse().unwrap(), non_key: "0.6".parse().unwrap() }
    }

    fn counts(n: u64, k: u64, m: u64) -> Counts {
        Counts { evaluations: n, key_errors: k, non_key_errors: m }
    }

    #[test]
    fn the_handbook_s_worked_examples() {
        for (n, k, m, expected) in [
            (10, 1, 6, Verdict::Pass),
            (9, 1, 0, Verdict::Fail),
            (20, 2, 13, Verdict::Fail),
            (5, 0, 3, Verdict::Pass),
            (30, 3, 18, Verdict::Pass),
            (0, 0, 0, Verdict::NotSampled),
        ] {
            assert_eq!(counts(n, k, m).verdict(usual()), expected, "n={n} K={k} N={m}");
        }
    }

    #[test]
    fn ratios_are_exact_and_null_without_samples() {
        let nine = counts(9, 1, 0);
        assert_eq!(nine.key_ratio().unwrap(), Fraction { numerator: 1, denominator: 9, decimal: "0.1111".into() });
        assert_eq!(counts(20, 2, 13).non_key_ratio().unwrap().decimal, "0.6500");
        assert_eq!(counts(3, 2, 0).key_ratio().unwrap().decimal, "0.6667");
        assert_eq!(counts(0, 0, 0).key_ratio(), None);
        assert!(Fraction::of(u64::MAX, u64::MAX).is_some());
    }

    #[test]
    fn headroom_is_what_a_pass_still_bears() {
        assert_eq!(counts(10, 1, 6).headroom(usual()), Some(Headroom { key_errors: 0, non_key_errors: 0 }));
        assert_eq!(counts(30, 1, 10).headroom(usual()), Some(Headroom { key_errors: 2, non_key_errors: 8 }));
        assert_eq!(counts(9, 1, 0).headroom(usual()), None);
        assert_eq!(counts(0, 0, 0).headroom(usual()), None);
    }

    #[test]
    fn more_than_five_days_by_attendance_or_else_by_conversations() {
        assert!(!WorkedDays::known(Some(5), 20).effective(5));
        assert!(WorkedDays::known(Some(6), 0).effective(5));
        assert_eq!(WorkedDays::known(Some(0), 20), WorkedDays { days: 0, source: DaysSource::Attendance });
        assert_eq!(WorkedDays::known(None, 6), WorkedDays { days: 6, source: DaysSource::Conversations });
    }

    #[test]
    fn a_pass_rate_is_of_effective_and_sampled_agents_only() {
        let mut team = Tally::default();
        assert_eq!(team.pass_rate(), None);
        team.add(counts(10, 1, 6), Verdict::Pass, false);
        team.add(counts(0, 0, 0), Verdict::NotSampled, true);
        assert_eq!(team.pass_rate(), None, "nobody is both effective and sampled");
        team.add(counts(10, 1, 6), Verdict::Pass, true);
        team.add(counts(9, 1, 0), Verdict::Fail, true);
        team.add(counts(9, 1, 0), Verdict::Fail, false);
        assert_eq!((team.agents, team.effective, team.sampled, team.rated, team.passed), (5, 3, 4, 2, 1));
        assert_eq!(team.pass_rate().unwrap().decimal, "0.5000");
        assert_eq!(team.counts, counts(38, 4, 12));
    }

    fn any_counts() -> impl Strategy<Value = Counts> {
        (0_u64..2000, 0_u64..400, 0_u64..2000).prop_map(|(n, k, m)| counts(n, k, m))
    }

    fn any_thresholds() -> impl Strategy<Value = Thresholds> {
        let one = || (0_u32..30_000).prop_map(|parts| Threshold::from_ten_thousandths(parts).unwrap());
        (one(), one()).prop_map(|(key, non_key)| Thresholds { key, non_key })
    }

    proptest! {
        #[test]
        fn removing_an_error_never_turns_a_pass_into_a_fail(it in any_counts(), by in any_thresholds(), k in 0_u64..5, m in 0_u64..5) {
            let fewer = Counts { key_errors: it.key_errors.saturating_sub(k), non_key_errors: it.non_key_errors.saturating_sub(m), ..it };
            if it.verdict(by) == Verdict::Pass {
                prop_assert_eq!(fewer.verdict(by), Verdict::Pass);
            }
            prop_assert_eq!(fewer.verdict(by) == Verdict::NotSampled, it.evaluations == 0);
        }

        #[test]
        fn a_flawless_sample_more_never_turns_a_pass_into_a_fail(it in any_counts(), by in any_thresholds()) {
            if it.verdict(by) == Verdict::Pass {
                prop_assert_eq!(Counts { evaluations: it.evaluations + 1, ..it }.verdict(by), Verdict::Pass);
            }
        }

        #[test]
        fn the_headroom_is_exactly_what_can_be_borne(it in any_counts(), by in any_thresholds()) {
            if let Some(room) = it.headroom(by) {
                let full = Counts {
                    key_errors: it.key_errors + room.key_errors, non_key_errors: it.non_key_errors + room.non_key_errors, ..it
                };
                prop_assert_eq!(full.verdict(by), Verdict::Pass);
                prop_assert_eq!(Counts { key_errors: full.key_errors + 1, ..full }.verdict(by), Verdict::Fail);
                prop_assert_eq!(Counts { non_key_errors: full.non_key_errors + 1, ..full }.verdict(by), Verdict::Fail);
            }
        }

        #[test]
        fn adding_sets_is_adding_their_agents(agents in prop::collection::vec((any_counts(), any::<bool>()), 0..20), cut in 0_usize..20) {
            let add = |set: &[(Counts, bool)]| {
                let mut tally = Tally::default();
                for (it, effective) in set {
                    tally.add(*it, it.verdict(usual()), *effective);
                }
                tally
            };
            let cut = cut.min(agents.len());
            let mut both = add(&agents[..cut]);
            both.merge(&add(&agents[cut..]));
            prop_assert_eq!(both, add(&agents));
            prop_assert!(both.passed <= both.rated && both.rated <= both.sampled.min(both.effective));
        }
    }
}
