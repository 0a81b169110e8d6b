//! What is claimed to be equally likely is counted over many seeds and tested by chi-square.

use std::collections::BTreeMap;
use uuid::Uuid;

use super::algorithm::{Purpose, Stream, order, targeted_order};
use super::population::{Member, Population};
use super::seed::Seed;
use crate::domain::id::{AgentId, ConversationId};

fn seed(number: u32) -> Seed {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    Seed(bytes)
}

fn population(strata: &[u8]) -> Population {
    let member =
        |(id, stratum): (u128, &u8)| Member { conversation: ConversationId(Uuid::from_u128(id)), stratum: *stratum, targeted: true };
    Population::new((0..).zip(strata).map(member).collect())
}

/// Asserts that counts fit equal chances: chi-square below the quantile 0.9999 of its distribution (Wilson and Hilferty).
fn assert_uniform(what: &str, counts: &[u32]) {
    let total: u32 = counts.iter().sum();
    let expected = f64::from(total) / counts.len() as f64;
    assert!(expected >= 5.0, "{what}: too few trials");
    let chi_square: f64 = counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
    let freedom = (counts.len() - 1) as f64;
    let spread = 2.0 / (9.0 * freedom);
    let bound = freedom * (1.0 - spread + 3.719 * spread.sqrt()).powi(3);
    assert!(chi_square < bound, "{what}: chi-square {chi_square:.1} with {freedom} degrees of freedom, at most {bound:.1} was expected");
}

const AGENT: AgentId = AgentId(Uuid::from_u128(42));

#[test]
fn numbers_below_a_bound_are_equally_likely() {
    let mut stream = Stream::new(&seed(1), Purpose::Random, b"");
    let mut counts = vec![0_u32; 37];
    (0..37_000).for_each(|_| counts[stream.below(37) as usize] += 1);
    assert_uniform("numbers", &counts);
}

#[test]
fn rejection_leaves_no_remainder_more_likely() {
    // Two thirds of 2^64: without rejection the lower half would come up twice as often as the upper half.
    let bound = u64::MAX / 3 * 2 + 1;
    let mut stream = Stream::new(&seed(2), Purpose::Random, b"");
    let mut counts = [0_u32; 2];
    (0..4000).for_each(|_| counts[usize::from(stream.below(bound) >= bound / 2)] += 1);
    assert_uniform("halves", &counts);
}

#[test]
fn without_strata_every_order_is_equally_likely() {
    let population = population(&[0; 4]);
    let mut counts: BTreeMap<Vec<usize>, u32> = BTreeMap::new();
    (0..6000).for_each(|n| *counts.entry(order(&seed(n), AGENT, &population, 2)).or_default() += 1);
    assert_eq!(counts.len(), 24);
    assert_uniform("orders", &counts.into_values().collect::<Vec<_>>());
}

#[test]
fn with_unequal_strata_every_conversation_is_picked_equally_often() {
    // Days with 1, 9, 2, 5, 1 and 12 conversations, of which 7 are picked: no day's share is a whole number.
    let strata: Vec<u8> = [1, 9, 2, 5, 1, 12].iter().zip(1..).flat_map(|(size, day)| vec![day; *size]).collect();
    let population = population(&strata);
    let (mut picked, mut at_each_place) = (vec![0_u32; strata.len()], vec![vec![0_u32; strata.len()]; strata.len()]);
    for number in 0..12_000 {
        let order = order(&seed(number), AGENT, &population, 7);
        order[..7].iter().for_each(|member| picked[*member] += 1);
        order.iter().enumerate().for_each(|(place, member)| at_each_place[place][*member] += 1);
    }
    assert_uniform("picks", &picked);
    for place in [0, 6, 7, 29] {
        assert_uniform(&format!("place {place}"), &at_each_place[place]);
    }
}

#[test]
fn agents_are_drawn_independently() {
    let population = population(&[0; 6]);
    let mut pairs = vec![0_u32; 36];
    for number in 0..7200 {
        let first = |agent: u128| order(&seed(number), AgentId(Uuid::from_u128(agent)), &population, 1)[0];
        pairs[first(1) * 6 + first(2)] += 1;
    }
    assert_uniform("pairs of first picks", &pairs);
}

#[test]
fn targeted_candidates_are_equally_likely() {
    let population = population(&[0; 12]);
    let mut counts = vec![0_u32; 12];
    for number in 0..6000 {
        let withheld = order(&seed(number), AGENT, &population, 3);
        counts[targeted_order(&seed(number), AGENT, &population, &withheld[..5])[0]] += 1;
    }
    assert_uniform("targeted picks", &counts);
}
