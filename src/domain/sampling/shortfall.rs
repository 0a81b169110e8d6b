//! The shortfall report: for whom the quota was not met, and why.

use serde::{Deserialize, Serialize};

use super::filter::Exclusion;
use super::sample::SampleKind;
use crate::domain::id::AgentId;
use crate::domain::words::words;

words! {
    /// Why the quota of an agent was not met.
    ShortfallReason ("reason") {
        /// The agent has no conversation that the plan looks at (for targeted picks: none that carries the risk).
        NoConversations = "no_conversations",
        /// There are fewer than wanted.
        TooFewConversations = "too_few_conversations",
        /// There would have been enough without those that the plan leaves out (too short, already sampled, no recording).
        Exclusions = "exclusions",
        /// There would have been enough for the targeted picks, but the random picks and their reserves come first.
        TakenByRandom = "taken_by_random",
    }
}

/// How many conversations of an agent the filter matched and the plan left out, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// Shorter than the plan allows.
    pub too_short: u32,
    /// Sampled by a draw before.
    pub already_sampled: u32,
    /// Calls without a recording.
    pub no_recording: u32,
}

impl Excluded {
    /// Counts one more.
    pub fn count(&mut self, exclusion: Exclusion) {
        let counter = match exclusion {
            Exclusion::TooShort => &mut self.too_short,
            Exclusion::AlreadySampled => &mut self.already_sampled,
            Exclusion::NoRecording => &mut self.no_recording,
        };
        *counter = counter.saturating_add(1);
    }

    /// All together.
    pub fn total(&self) -> u32 {
        self.too_short.saturating_add(self.already_sampled).saturating_add(self.no_recording)
    }

    /// The counts of both.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            too_short: self.too_short.saturating_add(other.too_short),
            already_sampled: self.already_sampled.saturating_add(other.already_sampled),
            no_recording: self.no_recording.saturating_add(other.no_recording),
        }
    }
}

/// What was wanted of an agent and what there was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Random samples wanted, with what was carried over.
    pub quota: u32,
    /// How many of the quota were carried over from the period before.
    pub carried: u32,
    /// Eligible conversations.
    pub available: u32,
    /// Random samples drawn.
    pub drawn: u32,
    /// Targeted samples wanted.
    pub targeted_quota: u32,
    /// Eligible conversations that carry the risk.
    pub targeted_available: u32,
    /// Targeted samples drawn.
    pub targeted_drawn: u32,
    /// What was left out.
    pub excluded: Excluded,
}

/// One line of the shortfall report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Shortfall {
    /// The agent.
    pub agent_id: AgentId,
    /// Which of the two quotas.
    pub kind: SampleKind,
    /// How many were wanted.
    pub quota: u32,
    /// How many of them were carried over from the period before.
    pub carried: u32,
    /// How many eligible conversations there were.
    pub available: u32,
    /// How many were drawn.
    pub drawn: u32,
    /// How many are missing.
    pub missing: u32,
    /// Why.
    pub reason: ShortfallReason,
    /// How many conversations the plan left out, by reason.
    pub excluded: Excluded,
}

/// The lines of the report for one agent: none where both quotas were met.
pub fn shortfalls(agent_id: AgentId, tally: &Tally) -> Vec<Shortfall> {
    let random = (tally.drawn < tally.quota).then(|| Shortfall {
        agent_id,
        kind: SampleKind::Random,
        quota: tally.quota,
        carried: tally.carried,
        available: tally.available,
        drawn: tally.drawn,
        missing: tally.quota.saturating_sub(tally.drawn),
        reason: match tally.available.saturating_add(tally.excluded.total()) {
            0 => ShortfallReason::NoConversations,
            matched if matched >= tally.quota => ShortfallReason::Exclusions,
            _ => ShortfallReason::TooFewConversations,
        },
        excluded: tally.excluded,
    });
    let targeted = (tally.targeted_drawn < tally.targeted_quota).then(|| Shortfall {
        agent_id,
        kind: SampleKind::Targeted,
        quota: tally.targeted_quota,
        carried: 0,
        available: tally.targeted_available,
        drawn: tally.targeted_drawn,
        missing: tally.targeted_quota.saturating_sub(tally.targeted_drawn),
        reason: match tally.targeted_available {
            0 => ShortfallReason::NoConversations,
            available if available >= tally.targeted_quota => ShortfallReason::TakenByRandom,
            _ => ShortfallReason::TooFewConversations,
        },
        excluded: tally.excluded,
    });
    random.into_iter().chain(targeted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const MET: Tally = Tally {
        quota: 10,
        carried: 0,
        available: 50,
        drawn: 10,
        targeted_quota: 0,
        targeted_available: 0,
        targeted_drawn: 0,
        excluded: Excluded { too_short: 0, already_sampled: 0, no_recording: 0 },
    };

    fn reasons(tally: Tally) -> Vec<(SampleKind, u32, ShortfallReason)> {
        shortfalls(AgentId(Uuid::nil()), &tally).into_iter().map(|line| (line.kind, line.missing, line.reason)).collect()
    }

    #[test]
    fn each_reason_has_its_case() {
        let few = Excluded { too_short: 2, ..Excluded::default() };
        let many = Excluded { too_short: 5, no_recording: 4, ..Excluded::default() };
        assert_eq!(reasons(MET), []);
        assert_eq!(reasons(Tally { available: 0, drawn: 0, ..MET }), [(SampleKind::Random, 10, ShortfallReason::NoConversations)]);
        assert_eq!(
            reasons(Tally { available: 4, drawn: 4, excluded: few, ..MET }),
            [(SampleKind::Random, 6, ShortfallReason::TooFewConversations)]
        );
        assert_eq!(
            reasons(Tally { available: 4, drawn: 4, excluded: many, ..MET }),
            [(SampleKind::Random, 6, ShortfallReason::Exclusions)]
        );
        let targeted = Tally { targeted_quota: 3, ..MET };
        assert_eq!(reasons(targeted), [(SampleKind::Targeted, 3, ShortfallReason::NoConversations)]);
        assert_eq!(
            reasons(Tally { targeted_available: 2, targeted_drawn: 2, ..targeted }),
            [(SampleKind::Targeted, 1, ShortfallReason::TooFewConversations)]
        );
        assert_eq!(
            reasons(Tally { targeted_available: 3, targeted_drawn: 2, ..targeted }),
            [(SampleKind::Targeted, 1, ShortfallReason::TakenByRandom)]
        );
    }
}
