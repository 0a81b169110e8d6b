//! A draw is stored as a correct service would, changed in one place, and the verification must tell where.

use std::collections::BTreeSet;

use proptest::prelude::*;
use uuid::Uuid;

use super::algorithm::ALGORITHM;
use super::assignment::{AgentSamples, InspectorFacts, assign};
use super::digest::{PopulationDigest, ResultDigest};
use super::draw::{AgentDraw, Wish};
use super::plan::PlanContent;
use super::population::{Member, Population};
use super::sample::SampleKind;
use super::seed::Seed;
use super::shortfall::Excluded;
use super::verify::{StoredAgent, StoredDraw, StoredSample, Verifier};
use crate::domain::id::{AgentId, ConversationId, SampleId, SamplingPlanId, TeamId, UserId};
use crate::domain::period::Period;

const SEED: Seed = Seed([9; 32]);
const PLAN: SamplingPlanId = SamplingPlanId(Uuid::from_u128(5));

fn period() -> Period {
    "2026-11".parse().unwrap()
}

fn plan() -> PlanContent {
    serde_json::from_value(serde_json::json!({
        "quota": {"kind": "count", "count": 4},
        "targeted": {"filter": {"satisfaction": {"max": 2}}, "quota": {"kind": "count", "count": 1}},
        "inspectors": [],
        "due_days": 10,
        "scorecards": []
    }))
    .unwrap()
}

/// A draw of five agents with their replacements, as a correct service would store it.
fn stored() -> (StoredDraw, Vec<StoredAgent>) {
    let plan = plan();
    let inspectors: Vec<InspectorFacts> =
        (1..=3).map(|n| InspectorFacts { user_id: UserId(Uuid::from_u128(n)), capacity: 50, agent_id: None, team_ids: vec![] }).collect();
    let (mut population_digest, mut result_digest, mut agents, mut count) =
        (PopulationDigest::default(), ResultDigest::default(), vec![], 0);
    let mut draws = vec![];
    for number in 1..=5_u128 {
        let agent_id = AgentId(Uuid::from_u128(number));
        let member = |n: u128| Member {
            conversation: ConversationId(Uuid::from_u128(number * 1000 + n)),
            stratum: (n % 7) as u8,
            targeted: n.is_multiple_of(2),
        };
        let population = Population::new((0..number * 4).map(member).collect());
        population_digest.add(agent_id, &population);
        count += population.len() as u64;
        let wish = Wish::of(&plan, &population, 0);
        let draw = AgentDraw::new(&SEED, agent_id, &population, wish);
        agents.push(StoredAgent {
            agent_id,
            team_id: TeamId(Uuid::from_u128(1)),
            tally: draw.tally(&population, wish, 0, Excluded::default()),
            population: population.encode(),
            samples: vec![],
            taken: BTreeSet::new(),
        });
        draws.push(draw);
    }
    let wanted: Vec<AgentSamples> = agents
        .iter()
        .zip(&draws)
        .map(|(a, d)| AgentSamples { agent_id: a.agent_id, team_id: a.team_id, samples: d.picks().count() as u32 })
        .collect();
    let assigned = assign(&SEED, &inspectors, &wanted, plan.pair_share_percent);
    let mut next_id = 0;
    for ((agent, draw), assigned) in agents.iter_mut().zip(&draws).zip(&assigned) {
        for ((kind, position, conversation), inspector) in draw.picks().zip(&assigned.inspectors) {
            result_digest.add(agent.agent_id, kind, position, conversation, *inspector);
            next_id += 1;
            let id = SampleId(Uuid::from_u128(next_id));
            let sample = StoredSample {
                id,
                kind,
                position,
                conversation,
                plan_id: PLAN,
                period: period(),
                counts: kind == SampleKind::Random,
                inspector: *inspector,
                reassigned: false,
                replaces: None,
                replaced: false,
            };
            agent.samples.push(sample);
        }
    }
    let draw = StoredDraw {
        plan_id: PLAN,
        period: period(),
        algorithm: ALGORITHM.to_owned(),
        seed: SEED.0.to_vec(),
        seed_hash: SEED.commitment(),
        plan,
        population_count: count,
        population_digest: population_digest.finish(),
        result_digest: result_digest.finish(),
        samples: 0,
        inspectors,
    };
    let mut seen: BTreeSet<ConversationId> = draws[4].picks().map(|(_, _, id)| id).collect();
    replace(&mut agents[4], &draws[4], 0, &mut seen);
    replace(&mut agents[4], &draws[4], 2, &mut seen);
    replace(&mut agents[4], &draws[4], 5, &mut seen);
    (draw, agents)
}

fn replace(agent: &mut StoredAgent, draw: &AgentDraw, index: usize, seen: &mut BTreeSet<ConversationId>) {
    let before = agent.samples[index].clone();
    let last = agent.samples.iter().filter(|s| s.kind == before.kind).map(|s| s.position).max().unwrap();
    let (position, conversation) = draw.next_reserve(before.kind, last, |id| seen.contains(&id)).unwrap();
    seen.insert(conversation);
    agent.samples[index].replaced = true;
    let id = SampleId(Uuid::from_u128(900 + u128::from(position)));
    agent.samples.push(StoredSample { id, position, conversation, replaces: Some(before.id), replaced: false, ..before });
}

fn verify((mut draw, agents): (StoredDraw, Vec<StoredAgent>)) -> Vec<String> {
    draw.samples += agents.iter().map(|agent| agent.samples.len() as u64).sum::<u64>();
    let mut verifier = Verifier::new(draw);
    agents.into_iter().for_each(|agent| verifier.agent(agent));
    let verification = verifier.finish();
    assert_eq!(verification.verified, verification.differences.is_empty());
    verification.differences.into_iter().map(|difference| difference.what).collect()
}

fn after(change: impl FnOnce(&mut StoredDraw, &mut Vec<StoredAgent>)) -> Vec<String> {
    let (mut draw, mut agents) = stored();
    change(&mut draw, &mut agents);
    verify((draw, agents))
}

#[test]
fn what_a_correct_service_stores_is_verified() {
    assert_eq!(verify(stored()), Vec::<String>::new());
}

#[test]
fn each_tampering_is_told() {
    let other = ConversationId(Uuid::from_u128(77));
    assert_eq!(after(|draw, _| draw.algorithm = "assay-draw/0".to_owned()), ["algorithm"]);
    assert_eq!(after(|draw, _| draw.seed_hash.clear()), ["seed"]);
    assert!(after(|draw, _| draw.seed[0] = 0).contains(&"seed".to_owned()));
    assert_eq!(after(|draw, _| draw.seed.truncate(31)), ["seed"]);
    assert_eq!(after(|draw, _| draw.population_count += 1), ["population_count"]);
    assert_eq!(after(|draw, _| draw.population_digest.clear()), ["population_digest"]);
    assert_eq!(after(|draw, _| draw.result_digest.clear()), ["result_digest"]);
    assert_eq!(after(|draw, _| draw.samples += 1), ["sample_unexpected"]);
    assert_eq!(after(|_, agents| agents[1].tally.quota += 1), ["tally"]);
    assert_eq!(after(|_, agents| agents[1].samples[0].conversation = other), ["conversation"]);
    assert_eq!(after(|_, agents| agents[1].samples[0].inspector = None), ["inspector"]);
    assert_eq!(after(|_, agents| agents[1].samples[0].plan_id = SamplingPlanId(other.0)), ["plan"]);
    assert_eq!(after(|_, agents| agents[1].samples[0].period = "2026-12".parse().unwrap()), ["period"]);
    assert_eq!(after(|_, agents| agents[1].samples[0].counts ^= true), ["counts"]);
    assert_eq!(after(|_, agents| _ = agents[1].samples.remove(0)), ["sample_missing"]);
    assert_eq!(after(|_, agents| _ = agents[1].population.pop()), ["population", "population_count", "population_digest"]);
    assert!(after(|_, agents| _ = agents.remove(1)).contains(&"population_digest".to_owned()));
}

#[test]
fn replacements_follow_the_order_one_for_one() {
    let last = |agents: &mut Vec<StoredAgent>| agents[4].samples.pop().unwrap();
    assert_eq!(after(|_, agents| agents[4].samples[0].replaced = false), ["sample_unexpected"]);
    assert_eq!(after(|_, agents| agents[4].samples[5].replaces = None), ["sample_unexpected", "replacement"]);
    assert_eq!(after(|_, agents| agents[4].samples[5].inspector = None), ["inspector", "inspector"]);
    assert_eq!(after(|_, agents| _ = agents[4].samples.remove(5)), ["replacement", "sample_unexpected", "replacement"]);
    assert_eq!(after(|_, agents| agents[4].samples[0].reassigned = true), Vec::<String>::new());
    let passed_over = |_: &mut StoredDraw, agents: &mut Vec<StoredAgent>| {
        let mut sample = last(agents);
        sample.position += 1;
        agents[4].samples.push(sample);
    };
    let told = after(passed_over);
    assert!(told.contains(&"conversation".to_owned()), "{told:?}");
}

proptest! {
    #[test]
    fn any_other_byte_in_a_population_is_noticed(agent in 0_usize..5, byte in any::<prop::sample::Index>(), flip in 1_u8..=255) {
        let told = after(|_, agents| {
            let at = byte.index(agents[agent].population.len());
            agents[agent].population[at] ^= flip;
        });
        prop_assert!(!told.is_empty());
    }
}
