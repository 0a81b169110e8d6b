//! The draw (抽样) of one agent: picks, targeted picks and their reserves.

use super::algorithm::{order, picks, targeted_order};
use super::plan::PlanContent;
use super::population::Population;
use super::sample::SampleKind;
use super::seed::Seed;
use super::shortfall::{Excluded, Tally};
use crate::domain::id::{AgentId, ConversationId};

/// How many samples of one agent are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Random samples, with what was carried over.
    pub quota: u32,
    /// Targeted samples.
    pub targeted_quota: u32,
    /// How many of the first reserves targeted picks may not take.
    pub reserves: u32,
}

impl Wish {
    /// What a plan wants of an agent with this population. `carried` is added to the quota.
    pub fn of(plan: &PlanContent, population: &Population, carried: u32) -> Self {
        let size = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Self {
            quota: plan.quota.wanted(size(population.len())).saturating_add(carried),
            targeted_quota: plan.targeted.as_ref().map_or(0, |targeted| targeted.quota.wanted(size(population.targeted()))),
            reserves: plan.reserves,
        }
    }
}

/// The draw of one agent. Positions count from 0; those below the number of picks are picks, the others reserves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentDraw {
    random: Vec<ConversationId>,
    drawn: usize,
    targeted: Vec<ConversationId>,
    targeted_drawn: usize,
}

impl AgentDraw {
    /// Draws. The same seed, agent, population and wish give the same draw for ever.
    pub fn new(seed: &Seed, agent: AgentId, population: &Population, wish: Wish) -> Self {
        Self::of_places(seed, agent, population, wish, order(seed, agent, population, wish.quota))
    }

    /// The same draw without the reserves of its random samples, as far as they do not decide who is picked: to put millions of reserves
    /// into order takes as long as all the rest.
    pub fn without_reserves(seed: &Seed, agent: AgentId, population: &Population, wish: Wish) -> Self {
        if wish.targeted_quota > 0 {
            return Self::new(seed, agent, population, wish);
        }
        Self::of_places(seed, agent, population, wish, picks(seed, agent, population, wish.quota))
    }

    fn of_places(seed: &Seed, agent: AgentId, population: &Population, wish: Wish, places: Vec<usize>) -> Self {
        let drawn = places.len().min(size(wish.quota));
        let targeted_places = if wish.targeted_quota == 0 {
            Vec::new()
        } else {
            let withheld = drawn.saturating_add(size(wish.reserves)).min(places.len());
            targeted_order(seed, agent, population, places.get(..withheld).unwrap_or(&places))
        };
        let conversations = |places: &[usize]| {
            places.iter().filter_map(|place| population.members().get(*place)).map(|member| member.conversation).collect::<Vec<_>>()
        };
        Self {
            drawn,
            targeted_drawn: targeted_places.len().min(size(wish.targeted_quota)),
            random: conversations(&places),
            targeted: conversations(&targeted_places),
        }
    }

    /// How many were picked.
    pub fn drawn(&self, kind: SampleKind) -> usize {
        match kind {
            SampleKind::Random => self.drawn,
            SampleKind::Targeted => self.targeted_drawn,
        }
    }

    /// The whole order, picks first.
    pub fn order(&self, kind: SampleKind) -> &[ConversationId] {
        match kind {
            SampleKind::Random => &self.random,
            SampleKind::Targeted => &self.targeted,
        }
    }

    /// The conversation at a position.
    pub fn at(&self, kind: SampleKind, position: u32) -> Option<ConversationId> {
        self.order(kind).get(size(position)).copied()
    }

    /// The picks with their kind and position, random before targeted.
    pub fn picks(&self) -> impl Iterator<Item = (SampleKind, u32, ConversationId)> {
        [SampleKind::Random, SampleKind::Targeted].into_iter().flat_map(|kind| {
            let picks = self.order(kind).iter().take(self.drawn(kind));
            (0..).zip(picks).map(move |(position, conversation)| (kind, position, *conversation))
        })
    }

    /// The next reserve after position `after`: the first that is not `taken`. `None` where the order has come to its end.
    pub fn next_reserve(&self, kind: SampleKind, after: u32, taken: impl Fn(ConversationId) -> bool) -> Option<(u32, ConversationId)> {
        let from = size(after).saturating_add(1).max(self.drawn(kind));
        let start = u32::try_from(from).ok()?;
        (start..).zip(self.order(kind).iter().skip(from)).map(|(position, id)| (position, *id)).find(|(_, id)| !taken(*id))
    }

    /// What was wanted and what was found, for the record.
    pub fn tally(&self, population: &Population, wish: Wish, carried: u32, excluded: Excluded) -> Tally {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Tally {
            quota: wish.quota,
            carried,
            available: count(population.len()),
            drawn: count(self.drawn),
            targeted_quota: wish.targeted_quota,
            targeted_available: count(population.targeted()),
            targeted_drawn: count(self.targeted_drawn),
            excluded,
        }
    }
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
#[expect(clippy::as_conversions, reason = "small numbers of a test")]
mod tests {
    use super::super::population::Member;
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use uuid::Uuid;

    fn population(size: u128) -> Population {
        let member = |id| Member { conversation: ConversationId(Uuid::from_u128(id)), stratum: (id % 30) as u8, targeted: id % 4 == 0 };
        Population::new((0..size).map(member).collect())
    }

    proptest! {
        #[test]
        fn nothing_is_picked_twice_and_reserves_are_the_rest(
            seed in any::<[u8; 32]>(), size in 0_u128..120, quota in 0_u32..40, targeted_quota in 0_u32..10, reserves in 0_u32..10,
        ) {
            let population = population(size);
            let draw = AgentDraw::new(&Seed(seed), AgentId(Uuid::nil()), &population, Wish { quota, targeted_quota, reserves });
            let alone = AgentDraw::without_reserves(&Seed(seed), AgentId(Uuid::nil()), &population, Wish { quota, targeted_quota, reserves });
            prop_assert_eq!(alone.picks().collect::<Vec<_>>(), draw.picks().collect::<Vec<_>>());
            let picks: Vec<ConversationId> = draw.picks().map(|(_, _, id)| id).collect();
            prop_assert_eq!(picks.iter().collect::<BTreeSet<_>>().len(), picks.len());
            prop_assert_eq!(draw.drawn(SampleKind::Random), (quota as usize).min(size as usize));
            let protected = draw.order(SampleKind::Random).iter().take(draw.drawn(SampleKind::Random) + reserves as usize);
            let targeted: BTreeSet<_> = draw.order(SampleKind::Targeted).iter().collect();
            prop_assert!(protected.into_iter().all(|id| !targeted.contains(id)));
        }

        #[test]
        fn the_reserves_come_one_after_the_other(seed in any::<[u8; 32]>(), size in 1_u128..60, quota in 1_u32..20) {
            let wish = Wish { quota, targeted_quota: 0, reserves: 3 };
            let draw = AgentDraw::new(&Seed(seed), AgentId(Uuid::nil()), &population(size), wish);
            let mut seen: Vec<ConversationId> = draw.picks().map(|(_, _, id)| id).collect();
            let mut at = 0;
            while let Some((position, id)) = draw.next_reserve(SampleKind::Random, at, |id| seen.contains(&id)) {
                prop_assert!(position > at && draw.at(SampleKind::Random, position) == Some(id));
                seen.push(id);
                at = position;
            }
            prop_assert_eq!(seen.len(), size as usize);
        }
    }

    #[test]
    fn a_reserve_that_is_taken_elsewhere_is_passed_over() {
        let wish = Wish { quota: 2, targeted_quota: 0, reserves: 0 };
        let draw = AgentDraw::new(&Seed([3; 32]), AgentId(Uuid::nil()), &population(5), wish);
        let third = draw.order(SampleKind::Random)[2];
        assert_eq!(draw.next_reserve(SampleKind::Random, 0, |_| false), Some((2, third)));
        assert_eq!(draw.next_reserve(SampleKind::Random, 1, |id| id == third), Some((3, draw.order(SampleKind::Random)[3])));
        assert_eq!(draw.next_reserve(SampleKind::Random, 4, |_| false), None);
    }
}
