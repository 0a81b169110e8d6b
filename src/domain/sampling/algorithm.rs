//! The algorithm `assay-draw/1` on ChaCha20. docs/SAMPLING.md describes it for other languages; a change here is a new version.

use rand::rngs::ChaCha20Rng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use super::population::Population;
use super::seed::Seed;
use crate::domain::id::AgentId;

/// The name and version that a draw records.
pub const ALGORITHM: &str = "assay-draw/1";

/// What a stream of randomness is for, so that no two uses share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The order of an agent's conversations.
    Random,
    /// The order of an agent's targeted candidates.
    Targeted,
    /// Who grades what.
    Assignment,
}

impl Purpose {
    const fn name(self) -> &'static [u8] {
        match self {
            Self::Random => b"random",
            Self::Targeted => b"targeted",
            Self::Assignment => b"assignment",
        }
    }
}

/// An endless stream of random numbers: the ChaCha20 key stream (20 rounds, counter and nonce 0) under the key
/// SHA-256(algorithm ‖ 0x00 ‖ purpose ‖ 0x00 ‖ seed ‖ subject), read as 64-bit little-endian numbers.
pub struct Stream(ChaCha20Rng);

impl Stream {
    /// The stream of a purpose. `subject` is the agent's id where there is one stream for each agent, else empty.
    pub fn new(seed: &Seed, purpose: Purpose, subject: &[u8]) -> Self {
        let mut key = Sha256::new();
        for part in [ALGORITHM.as_bytes(), &[0], purpose.name(), &[0], &seed.0, subject] {
            key.update(part);
        }
        Self(ChaCha20Rng::from_seed(key.finalize().into()))
    }

    /// A number below `bound`, each equally likely: numbers at or above the largest multiple of `bound` that fits into 64 bits are
    /// thrown away, of the first one below it the remainder counts. 0 for a bound of 0; a bound of 1 uses no number.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound <= 1 {
            return 0;
        }
        // 2^64 mod bound numbers at the top would make the small remainders more likely.
        let surplus = (u64::MAX % bound + 1) % bound;
        loop {
            let number = self.0.next_u64();
            if number <= u64::MAX - surplus {
                return number % bound;
            }
        }
    }

    /// Puts `items` into a random order, each order equally likely (Fisher and Yates, from the end to the beginning).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = usize::try_from(self.below(wide(last) + 1)).unwrap_or(last);
            items.swap(last, other);
        }
    }
}

/// The order of an agent's conversations: places in the population, each once. The first `min(quota, size)` are the picks, what follows
/// are the reserves.
///
/// Within each stratum, every order is equally likely; a systematic choice with a random start over the strata in ascending order gives
/// each stratum, and each run of neighbouring strata, its proportional share of the picks rounded down or up; picks and reserves are
/// shuffled. So every conversation has the chance 1/size of standing at any place of the order, and quota/size of being picked. With
/// one stratum every order of the whole population is equally likely.
pub fn order(seed: &Seed, agent: AgentId, population: &Population, quota: u32) -> Vec<usize> {
    let Order { mut picks, mut reserves, mut stream } = Order::new(seed, agent, population, quota);
    stream.shuffle(&mut reserves);
    picks.append(&mut reserves);
    picks
}

/// The picks alone: what [`order`] begins with.
pub fn picks(seed: &Seed, agent: AgentId, population: &Population, quota: u32) -> Vec<usize> {
    Order::new(seed, agent, population, quota).picks
}

/// An order whose reserves are not shuffled yet.
struct Order {
    picks: Vec<usize>,
    reserves: Vec<usize>,
    stream: Stream,
}

impl Order {
    fn new(seed: &Seed, agent: AgentId, population: &Population, quota: u32) -> Self {
        let mut stream = Stream::new(seed, Purpose::Random, agent.0.as_bytes());
        let line = line_of_strata(population, &mut stream);
        let size = wide(line.len());
        let wanted = u64::from(quota).min(size);
        let start = stream.below(size);
        let (mut picks, mut reserves): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::with_capacity(line.len()));
        // (place * wanted + start) modulo size, from place to place.
        let mut phase = start;
        for member in line {
            if phase >= size - wanted {
                picks.push(member);
                phase -= size - wanted;
            } else {
                reserves.push(member);
                phase += wanted;
            }
        }
        stream.shuffle(&mut picks);
        Self { picks, reserves, stream }
    }
}

/// The members one stratum after the other, each stratum shuffled within itself.
fn line_of_strata(population: &Population, stream: &mut Stream) -> Vec<usize> {
    let mut strata = vec![Vec::new(); usize::from(u8::MAX) + 1];
    for (place, member) in population.members().iter().enumerate() {
        if let Some(stratum) = strata.get_mut(usize::from(member.stratum)) {
            stratum.push(place);
        }
    }
    let mut line = Vec::with_capacity(population.len());
    for mut stratum in strata {
        stream.shuffle(&mut stratum);
        line.append(&mut stratum);
    }
    line
}

/// The order of an agent's targeted candidates: the members that carry the risk, without those at the places in `withheld`, each order
/// equally likely. Places in the population.
pub fn targeted_order(seed: &Seed, agent: AgentId, population: &Population, withheld: &[usize]) -> Vec<usize> {
    let withheld: std::collections::BTreeSet<usize> = withheld.iter().copied().collect();
    let mut candidates: Vec<usize> = population
        .members()
        .iter()
        .enumerate()
        .filter(|(place, member)| member.targeted && !withheld.contains(place))
        .map(|(place, _)| place)
        .collect();
    Stream::new(seed, Purpose::Targeted, agent.0.as_bytes()).shuffle(&mut candidates);
    candidates
}

/// A length or place as a 64-bit number.
pub(super) fn wide(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[expect(clippy::as_conversions, reason = "small numbers of a test")]
mod tests {
    use super::super::population::Member;
    use super::*;
    use crate::domain::id::ConversationId;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn population(strata: &[u8]) -> Population {
        let member = |(index, stratum): (usize, &u8)| Member {
            conversation: ConversationId(Uuid::from_u128(0x100 + index as u128)),
            stratum: *stratum,
            targeted: index % 3 == 0,
        };
        Population::new(strata.iter().enumerate().map(member).collect())
    }

    fn agent(number: u128) -> AgentId {
        AgentId(Uuid::from_u128(number))
    }

    #[test]
    fn numbers_are_the_chacha20_key_stream_little_endian() {
        // The first block for key, counter and nonce 0 begins 76 b8 e0 ad a0 f1 3d 90 40 5d 6a e5 53 86 bd 28 (RFC 8439, A.1).
        let mut stream = Stream(ChaCha20Rng::from_seed([0; 32]));
        assert_eq!(stream.0.next_u64(), 0x903d_f1a0_ade0_b876);
        assert_eq!(stream.0.next_u64(), 0x28bd_8653_e56a_5d40);
    }

    #[test]
    fn streams_differ_by_seed_purpose_and_subject() {
        let first = |seed: u8, purpose, subject: &[u8]| Stream::new(&Seed([seed; 32]), purpose, subject).below(u64::MAX);
        let all = [
            first(1, Purpose::Random, b"a"),
            first(2, Purpose::Random, b"a"),
            first(1, Purpose::Targeted, b"a"),
            first(1, Purpose::Assignment, b"a"),
            first(1, Purpose::Random, b"b"),
        ];
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
    }

    #[test]
    fn the_result_is_pinned() {
        let strata: Vec<u8> = (0..20).map(|i| i / 4).collect();
        let seed = Seed(std::array::from_fn(|i| i as u8));
        assert_eq!(order(&seed, agent(7), &population(&strata), 5), PINNED);
        assert_eq!(targeted_order(&seed, agent(7), &population(&strata), &PINNED[..8]), PINNED_TARGETED);
    }

    // Made by the independent implementation at the end of docs/SAMPLING.md.
    const PINNED: [usize; 20] = [19, 8, 1, 7, 12, 6, 18, 13, 14, 16, 5, 9, 4, 0, 3, 11, 15, 10, 17, 2];
    const PINNED_TARGETED: [usize; 4] = [9, 15, 0, 3];

    proptest! {
        #[test]
        fn an_order_is_a_permutation_and_replays(
            seed in any::<[u8; 32]>(), who in any::<u128>(), strata in prop::collection::vec(0_u8..32, 0..80), quota in 0_u32..100,
        ) {
            let population = population(&strata);
            let first = order(&Seed(seed), agent(who), &population, quota);
            let mut sorted = first.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..strata.len()).collect::<Vec<_>>());
            prop_assert_eq!(&order(&Seed(seed), agent(who), &population, quota), &first);
            prop_assert_eq!(picks(&Seed(seed), agent(who), &population, quota), &first[..first.len().min(quota as usize)]);
        }

        #[test]
        fn every_run_of_strata_gets_its_share_rounded_down_or_up(
            seed in any::<[u8; 32]>(), strata in prop::collection::vec(0_u8..8, 1..80), quota in 0_u32..100,
        ) {
            let population = population(&strata);
            let size = strata.len();
            let wanted = (quota as usize).min(size);
            let picks = &order(&Seed(seed), agent(1), &population, quota)[..wanted];
            for (from, to) in (0..8).flat_map(|from| (from..8).map(move |to| (from, to))) {
                let there = strata.iter().filter(|s| (from..=to).contains(*s)).count();
                let picked = picks.iter().filter(|place| (from..=to).contains(&population.members()[**place].stratum)).count();
                prop_assert!(picked >= wanted * there / size && picked <= (wanted * there).div_ceil(size));
            }
        }

        #[test]
        fn targeted_candidates_carry_the_risk_and_are_not_withheld(
            seed in any::<[u8; 32]>(), size in 0_usize..60, withheld in prop::collection::vec(0_usize..60, 0..20),
        ) {
            let population = population(&vec![0; size]);
            let mut candidates = targeted_order(&Seed(seed), agent(1), &population, &withheld);
            candidates.sort_unstable();
            let expected: Vec<usize> = (0..size).filter(|place| place % 3 == 0 && !withheld.contains(place)).collect();
            prop_assert_eq!(candidates, expected);
        }

        #[test]
        fn numbers_stay_below_their_bound(seed in any::<[u8; 32]>(), bound in 1_u64..) {
            prop_assert!(Stream::new(&Seed(seed), Purpose::Random, b"").below(bound) < bound);
        }
    }
}
