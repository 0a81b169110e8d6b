//! Who grades what: even by capacity, within the conflict rules, and the same from the same seed.

use serde::{Deserialize, Serialize};

use super::algorithm::{Purpose, Stream, wide};
use super::exchange::Desk;
use super::seed::Seed;
use crate::domain::id::{AgentId, TeamId, UserId};
use crate::domain::words::words;

/// An inspector as a draw knew them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectorFacts {
    /// The inspector's user.
    pub user_id: UserId,
    /// At most so many samples of this draw.
    pub capacity: u32,
    /// The agent that the inspector is, if any: nobody grades themselves.
    pub agent_id: Option<AgentId>,
    /// The inspector's own teams: nobody grades their own team.
    pub team_ids: Vec<TeamId>,
}

impl InspectorFacts {
    /// Whether the inspector may grade this agent.
    pub fn may_grade(&self, agent: AgentId, team: TeamId) -> bool {
        self.agent_id != Some(agent) && !self.team_ids.contains(&team)
    }
}

/// An agent and the number of samples to give away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentSamples {
    /// The agent.
    pub agent_id: AgentId,
    /// The agent's team at the time of the draw.
    pub team_id: TeamId,
    /// How many samples, random and targeted.
    pub samples: u32,
}

words! {
    /// Why a sample has no inspector.
    UnassignedReason ("reason") {
        /// Each inspector is the agent or belongs to the agent's team.
        Conflict = "conflict",
        /// Each inspector that may grade the agent has the largest share of the agent's samples already.
        PairShare = "pair_share",
        /// The inspectors that may grade the agent have no capacity left.
        Capacity = "capacity",
    }
}

/// Who grades the samples of one agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The inspector of each sample, in the order of the samples.
    pub inspectors: Vec<Option<UserId>>,
    /// Why some have none.
    pub reason: Option<UnassignedReason>,
}

/// The most samples of an agent with `samples` of them that one inspector may grade: the share rounded down, but at least one.
pub fn pair_limit(samples: u32, share_percent: u32) -> u32 {
    (samples.saturating_mul(share_percent) / 100).max(1)
}

/// Assigns the samples of all agents; the answer is in the order of `agents`.
///
/// Without conflicts each inspector gets the proportional share of the samples by capacity, rounded down or up. Conflict rules and
/// capacities are never broken; within them as many samples as possible are assigned. What is even beyond that is as near to the
/// proportional shares as the conflicts leave it.
pub fn assign(seed: &Seed, inspectors: &[InspectorFacts], agents: &[AgentSamples], pair_share_percent: u32) -> Vec<Assigned> {
    let mut stream = Stream::new(seed, Purpose::Assignment, &[]);
    let mut ranked: Vec<&InspectorFacts> = inspectors.iter().collect();
    ranked.sort_unstable_by_key(|inspector| inspector.user_id);
    stream.shuffle(&mut ranked);
    let mut queue: Vec<(usize, &AgentSamples)> = agents.iter().enumerate().collect();
    queue.sort_unstable_by_key(|(_, agent)| agent.agent_id);
    stream.shuffle(&mut queue);
    queue.sort_by_cached_key(|(_, agent)| ranked.iter().filter(|inspector| inspector.may_grade(agent.agent_id, agent.team_id)).count());

    let total = agents.iter().map(|agent| u64::from(agent.samples)).sum();
    let limits = shares(total, &ranked.iter().map(|inspector| u64::from(inspector.capacity)).collect::<Vec<_>>());
    let mut desk = Desk::new(&ranked, &limits, queue.iter().map(|(_, agent)| **agent), pair_share_percent);
    desk.give_all();

    let mut answer: Vec<(usize, Assigned)> = queue
        .iter()
        .enumerate()
        .map(|(at, (place, _))| {
            let (given, reason) = desk.given(at);
            let inspectors = given.iter().map(|rank| rank.and_then(|rank| ranked.get(rank)).map(|inspector| inspector.user_id)).collect();
            (*place, Assigned { inspectors, reason })
        })
        .collect();
    answer.sort_unstable_by_key(|(place, _)| *place);
    answer.into_iter().map(|(_, assigned)| assigned).collect()
}

/// The shares of `total` in proportion to the capacities, by largest remainder, ties to the first; no share is above its capacity.
fn shares(total: u64, capacities: &[u64]) -> Vec<u64> {
    let all: u64 = capacities.iter().sum();
    let total = total.min(all);
    if all == 0 {
        return vec![0; capacities.len()];
    }
    let exact = |capacity: u64| u128::from(total) * u128::from(capacity);
    let narrow = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
    let mut shares: Vec<u64> = capacities.iter().map(|capacity| narrow(exact(*capacity) / u128::from(all))).collect();
    let left = total.saturating_sub(shares.iter().sum());
    let mut by_remainder: Vec<(u128, usize)> =
        capacities.iter().enumerate().map(|(index, capacity)| (exact(*capacity) % u128::from(all), index)).collect();
    by_remainder.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, index) in by_remainder.iter().take_while(|(remainder, _)| *remainder > 0).take(usize::try_from(left).unwrap_or(0)) {
        if let Some(share) = shares.get_mut(*index) {
            *share = share.saturating_add(1);
        }
    }
    debug_assert_eq!(shares.iter().sum::<u64>(), total, "{} inspectors", wide(capacities.len()));
    shares
}

#[cfg(test)]
#[expect(clippy::as_conversions, reason = "small numbers of a test")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    fn agent(number: u128, team: u128, samples: u32) -> AgentSamples {
        AgentSamples { agent_id: AgentId(Uuid::from_u128(number)), team_id: TeamId(Uuid::from_u128(team)), samples }
    }

    fn inspector(number: u128, capacity: u32) -> InspectorFacts {
        InspectorFacts { user_id: UserId(Uuid::from_u128(number)), capacity, agent_id: None, team_ids: vec![] }
    }

    fn loads(assigned: &[Assigned]) -> BTreeMap<UserId, u64> {
        let mut loads = BTreeMap::new();
        for user in assigned.iter().flat_map(|a| a.inspectors.iter().flatten()) {
            *loads.entry(*user).or_insert(0) += 1;
        }
        loads
    }

    /// The largest number of samples that can be assigned at all: a plain maximum flow, one augmenting path at a time.
    fn most_assignable(inspectors: &[InspectorFacts], agents: &[AgentSamples], share: u32) -> u32 {
        let (a, i) = (agents.len(), inspectors.len());
        let (source, sink) = (a + i, a + i + 1);
        let mut room = vec![vec![0_u32; a + i + 2]; a + i + 2];
        for (x, agent) in agents.iter().enumerate() {
            room[source][x] = agent.samples;
            for (y, inspector) in inspectors.iter().enumerate() {
                if inspector.may_grade(agent.agent_id, agent.team_id) {
                    room[x][a + y] = pair_limit(agent.samples, share);
                }
                room[a + y][sink] = inspector.capacity;
            }
        }
        let mut flow = 0;
        loop {
            let mut from = vec![usize::MAX; a + i + 2];
            let mut stack = vec![source];
            while let Some(node) = stack.pop() {
                for next in 0..room.len() {
                    if room[node][next] > 0 && from[next] == usize::MAX && next != source {
                        from[next] = node;
                        stack.push(next);
                    }
                }
            }
            if from[sink] == usize::MAX {
                return flow;
            }
            let mut node = sink;
            while node != source {
                room[from[node]][node] -= 1;
                room[node][from[node]] += 1;
                node = from[node];
            }
            flow += 1;
        }
    }

    #[test]
    fn it_is_even_to_within_one_sample() {
        let inspectors: Vec<_> = (1..=3).map(|n| inspector(n, 100)).collect();
        let agents: Vec<_> = (10..20).map(|n| agent(n, 1, 10)).collect();
        let assigned = assign(&Seed([1; 32]), &inspectors, &agents, 100);
        let mut counts: Vec<u64> = loads(&assigned).into_values().collect();
        counts.sort_unstable();
        assert_eq!(counts, [33, 33, 34]);
    }

    #[test]
    fn what_cannot_be_assigned_says_why() {
        let mut own = inspector(1, 4);
        own.agent_id = Some(agent(10, 1, 0).agent_id);
        own.team_ids = vec![TeamId(Uuid::from_u128(1))];
        let agents = [agent(10, 1, 2), agent(11, 1, 2), agent(12, 2, 4), agent(13, 2, 4)];
        let assigned = assign(&Seed([1; 32]), &[own], &agents, 50);
        let reasons: Vec<_> = assigned.iter().map(|a| a.reason).collect();
        assert_eq!(reasons[..2], [Some(UnassignedReason::Conflict); 2]);
        assert_eq!(reasons[2..], [Some(UnassignedReason::PairShare); 2]);
        let assigned = assign(&Seed([1; 32]), &[inspector(1, 3)], &agents, 100);
        assert_eq!(loads(&assigned).into_values().sum::<u64>(), 3);
        assert!(assigned.iter().any(|a| a.reason == Some(UnassignedReason::Capacity)));
        assert_eq!(assign(&Seed([1; 32]), &[], &agents, 100)[0].reason, Some(UnassignedReason::Conflict));
    }

    #[test]
    fn a_chain_of_exchanges_finds_the_last_place() {
        // Inspector 1 may grade only agent 11's team; the greedy choice would waste that place on agent 10.
        for seed in 0..50 {
            let mut one = inspector(1, 2);
            one.team_ids = vec![TeamId(Uuid::from_u128(2))];
            let two = inspector(2, 2);
            let assigned = assign(&Seed([seed; 32]), &[one, two], &[agent(10, 1, 2), agent(11, 2, 2)], 100);
            assert!(assigned.iter().all(|a| a.reason.is_none()), "{assigned:?}");
        }
    }

    #[test]
    fn the_assignment_is_pinned() {
        // Made by the independent implementation at the end of docs/SAMPLING.md.
        let seed = Seed(std::array::from_fn(|i| i as u8));
        let id = Uuid::from_u128;
        let inspectors: Vec<_> = (0..6)
            .map(|n| InspectorFacts {
                user_id: UserId(id(100 + n)),
                capacity: 10 + 7 * n as u32,
                agent_id: Some(AgentId(id(n + 1))),
                team_ids: vec![TeamId(id(50 + n))],
            })
            .collect();
        let agents: Vec<_> = (1..=40).map(|n| agent(n, 50 + n % 5, (n % 7) as u32)).collect();
        for (share, unassigned, digest) in [PINNED_34, PINNED_100] {
            let assigned = assign(&seed, &inspectors, &agents, share);
            let bytes: Vec<u8> =
                assigned.iter().flat_map(|a| &a.inspectors).map(|user| user.map_or(0, |user| user.0.as_bytes()[15])).collect();
            assert_eq!(bytes.iter().filter(|byte| **byte == 0).count(), unassigned);
            assert_eq!(hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&bytes)), digest);
        }
    }

    const PINNED_34: (u32, usize, &str) = (34, 1, "2ac13336609353180c5ef34c7fdd36bed972b6dcd97b3e966c0e8f68a0ffe0d3");
    const PINNED_100: (u32, usize, &str) = (100, 0, "75e266dd79cae23c34d54bcdf6beb84859577dad9d5389ff10d5623d2bb89830");

    fn centre() -> impl Strategy<Value = (Vec<InspectorFacts>, Vec<AgentSamples>, u32)> {
        let inspectors = prop::collection::vec((1_u32..12, prop::option::of(0_u128..8), prop::collection::vec(0_u128..4, 0..3)), 0..5);
        let agents = prop::collection::vec((0_u128..4, 0_u32..7), 0..8);
        (inspectors, agents, 1_u32..=100).prop_map(|(inspectors, agents, share)| {
            let inspectors = (100..).zip(inspectors).map(|(number, (capacity, own, teams))| InspectorFacts {
                user_id: UserId(Uuid::from_u128(number)),
                capacity,
                agent_id: own.map(|own| AgentId(Uuid::from_u128(own))),
                team_ids: teams.into_iter().map(|team| TeamId(Uuid::from_u128(team))).collect(),
            });
            let agents = (0..).zip(agents).map(|(number, (team, samples))| agent(number, team, samples));
            (inspectors.collect(), agents.collect(), share)
        })
    }

    proptest! {
        #[test]
        fn no_rule_is_ever_broken_and_nothing_more_could_be_assigned(seed in any::<[u8; 32]>(), (inspectors, agents, share) in centre()) {
            let assigned = assign(&Seed(seed), &inspectors, &agents, share);
            prop_assert_eq!(assigned.len(), agents.len());
            for (agent, given) in agents.iter().zip(&assigned) {
                prop_assert_eq!(given.inspectors.len(), agent.samples as usize);
                prop_assert_eq!(given.reason.is_some(), given.inspectors.contains(&None));
                for inspector in &inspectors {
                    let pair = given.inspectors.iter().filter(|user| **user == Some(inspector.user_id)).count();
                    prop_assert!(pair == 0 || inspector.may_grade(agent.agent_id, agent.team_id));
                    prop_assert!(pair as u32 <= pair_limit(agent.samples, share));
                }
            }
            let loads = loads(&assigned);
            for inspector in &inspectors {
                prop_assert!(loads.get(&inspector.user_id).copied().unwrap_or(0) <= u64::from(inspector.capacity));
            }
            prop_assert_eq!(loads.values().sum::<u64>(), u64::from(most_assignable(&inspectors, &agents, share)));
            prop_assert_eq!(assign(&Seed(seed), &inspectors, &agents, share), assigned);
        }

        #[test]
        fn without_conflicts_each_gets_the_share_rounded_down_or_up(
            seed in any::<[u8; 32]>(),
            capacities in prop::collection::vec(1_u32..200, 1..8),
            samples in prop::collection::vec(0_u32..30, 0..20),
        ) {
            let inspectors: Vec<_> = (1..).zip(&capacities).map(|(number, capacity)| inspector(number, *capacity)).collect();
            let agents: Vec<_> = (1000..).zip(&samples).map(|(number, samples)| agent(number, number, *samples)).collect();
            let all: u64 = capacities.iter().map(|c| u64::from(*c)).sum();
            let total: u64 = samples.iter().map(|s| u64::from(*s)).sum::<u64>().min(all);
            let loads = loads(&assign(&Seed(seed), &inspectors, &agents, 100));
            for inspector in &inspectors {
                let load = loads.get(&inspector.user_id).copied().unwrap_or(0);
                let exact = total * u64::from(inspector.capacity);
                prop_assert!(load >= exact / all && load <= exact.div_ceil(all));
            }
        }
    }
}
