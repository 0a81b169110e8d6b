//! Verifying a draw: everything is computed again from the stored facts, and what differs is told.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::algorithm::ALGORITHM;
use super::assignment::{AgentSamples, Assigned, InspectorFacts, assign};
use super::digest::{PopulationDigest, ResultDigest};
use super::draw::{AgentDraw, Wish};
use super::plan::PlanContent;
use super::population::Population;
use super::sample::SampleKind;
use super::seed::Seed;
use super::shortfall::Tally;
use crate::domain::id::{AgentId, ConversationId, SampleId, SamplingPlanId, TeamId, UserId};
use crate::domain::period::Period;

/// A draw as it is stored.
#[derive(Debug, Clone)]
pub struct StoredDraw {
    /// The plan.
    pub plan_id: SamplingPlanId,
    /// The period.
    pub period: Period,
    /// The algorithm's name and version.
    pub algorithm: String,
    /// The seed.
    pub seed: Vec<u8>,
    /// What the draw committed to.
    pub seed_hash: String,
    /// The plan's content.
    pub plan: PlanContent,
    /// How many eligible conversations there were.
    pub population_count: u64,
    /// The digest over them.
    pub population_digest: String,
    /// The digest over the result.
    pub result_digest: String,
    /// How many samples name the draw.
    pub samples: u64,
    /// The inspectors as the draw knew them.
    pub inspectors: Vec<InspectorFacts>,
}

/// An agent of a draw as it is stored.
#[derive(Debug, Clone)]
pub struct StoredAgent {
    /// The agent.
    pub agent_id: AgentId,
    /// The agent's team at the time of the draw.
    pub team_id: TeamId,
    /// What was wanted and found.
    pub tally: Tally,
    /// The encoded population.
    pub population: Vec<u8>,
    /// The agent's samples of this draw.
    pub samples: Vec<StoredSample>,
    /// Conversations that may be passed over among the reserves, because other draws have sampled them.
    pub taken: BTreeSet<ConversationId>,
}

/// A sample as it is stored.
#[derive(Debug, Clone)]
pub struct StoredSample {
    /// The sample.
    pub id: SampleId,
    /// How it was picked.
    pub kind: SampleKind,
    /// Its place in the order.
    pub position: u32,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The draw's plan, which each sample repeats.
    pub plan_id: SamplingPlanId,
    /// The draw's period, which each sample repeats.
    pub period: Period,
    /// Whether its evaluation enters n, K and N.
    pub counts: bool,
    /// Who has it.
    pub inspector: Option<UserId>,
    /// Whether a person gave it to another inspector than the draw did.
    pub reassigned: bool,
    /// The sample whose place it took.
    pub replaces: Option<SampleId>,
    /// Whether another one took its place.
    pub replaced: bool,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DrawDifference {
    /// What: `algorithm`, `seed`, `population`, `population_count`, `population_digest`, `tally`, `sample_missing`, `sample_unexpected`,
    /// `conversation`, `plan`, `period`, `counts`, `replacement`, `inspector` or `result_digest`.
    pub what: String,
    /// Whose, where it concerns one agent.
    pub agent_id: Option<AgentId>,
    /// Which sample, where it concerns one.
    pub sample_id: Option<SampleId>,
    /// What the computation gives.
    pub expected: String,
    /// What is stored.
    pub found: String,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Verification {
    /// Whether everything is as it was computed again.
    pub verified: bool,
    /// How many agents were looked at.
    pub agents: u64,
    /// How many eligible conversations.
    pub conversations: u64,
    /// How many samples, replaced ones and their successors too.
    pub samples: u64,
    /// How many differences there are.
    pub differing: u64,
    /// The first 1000 of them.
    pub differences: Vec<DrawDifference>,
}

/// Takes in a draw agent by agent, in ascending order of id, and tells the differences at the end.
pub struct Verifier {
    draw: StoredDraw,
    seed: Option<Seed>,
    population: PopulationDigest,
    agents: Vec<Checked>,
    unreadable: bool,
    result: Verification,
}

/// An agent whose picks were checked, kept for the assignment.
struct Checked {
    agent: AgentSamples,
    picks: Vec<Pick>,
}

/// A pick as computed, and who has it as stored: `None` where the stored sample is missing or was given to somebody else by hand.
struct Pick {
    kind: SampleKind,
    position: u32,
    conversation: ConversationId,
    stored: Option<(SampleId, Option<UserId>)>,
}

impl Verifier {
    /// Begins with the draw's own record.
    pub fn new(draw: StoredDraw) -> Self {
        let mut verifier = Self {
            seed: Seed::from_slice(&draw.seed),
            draw,
            population: PopulationDigest::default(),
            agents: Vec::new(),
            unreadable: false,
            result: Verification { verified: true, agents: 0, conversations: 0, samples: 0, differing: 0, differences: Vec::new() },
        };
        if verifier.draw.algorithm != ALGORITHM {
            let found = verifier.draw.algorithm.clone();
            verifier.differ("algorithm", None, None, ALGORITHM, found);
        }
        match verifier.seed {
            None => {
                let found = format!("{} bytes", verifier.draw.seed.len());
                verifier.differ("seed", None, None, "32 bytes", found);
            }
            Some(seed) if seed.commitment() != verifier.draw.seed_hash => {
                let found = verifier.draw.seed_hash.clone();
                verifier.differ("seed", None, None, seed.commitment(), found);
            }
            Some(_) => {}
        }
        verifier
    }

    /// Checks the next agent.
    pub fn agent(&mut self, stored: StoredAgent) {
        let agent = stored.agent_id;
        self.result.agents = self.result.agents.saturating_add(1);
        self.result.samples = self.result.samples.saturating_add(u64::try_from(stored.samples.len()).unwrap_or(u64::MAX));
        let population = match Population::decode(&stored.population) {
            Ok(population) => population,
            Err(error) => {
                self.unreadable = true;
                return self.differ("population", Some(agent), None, "an encoded population", error.to_string());
            }
        };
        self.population.add(agent, &population);
        self.check_repeated(agent, &stored.samples);
        let Some(seed) = self.seed else { return };

        let carried = stored.tally.carried;
        let wish = Wish::of(&self.draw.plan, &population, carried);
        let draw = AgentDraw::new(&seed, agent, &population, wish);
        let tally = draw.tally(&population, wish, carried, stored.tally.excluded);
        if tally != stored.tally {
            self.differ("tally", Some(agent), None, format!("{tally:?}"), format!("{:?}", stored.tally));
        }
        let picks = self.check_picks(agent, &draw, &stored.samples);
        self.check_reserves(agent, &draw, &stored);
        let samples = u32::try_from(picks.len()).unwrap_or(u32::MAX);
        self.agents.push(Checked { agent: AgentSamples { agent_id: agent, team_id: stored.team_id, samples }, picks });
    }

    /// What each sample repeats of its draw and its plan is what they say.
    fn check_repeated(&mut self, agent: AgentId, samples: &[StoredSample]) {
        let (plan, period) = (self.draw.plan_id, self.draw.period);
        for sample in samples {
            let counts = self.draw.plan.counts(sample.kind);
            if sample.plan_id != plan {
                self.differ("plan", Some(agent), Some(sample.id), plan, sample.plan_id);
            }
            if sample.period != period {
                self.differ("period", Some(agent), Some(sample.id), period, sample.period);
            }
            if sample.counts != counts {
                self.differ("counts", Some(agent), Some(sample.id), counts, sample.counts);
            }
        }
    }

    fn check_picks(&mut self, agent: AgentId, draw: &AgentDraw, samples: &[StoredSample]) -> Vec<Pick> {
        let by_place: BTreeMap<(SampleKind, u32), &StoredSample> = samples.iter().map(|s| ((s.kind, s.position), s)).collect();
        let mut picks = Vec::new();
        for (kind, position, conversation) in draw.picks() {
            let sample = by_place.get(&(kind, position)).copied();
            match sample {
                None => self.differ("sample_missing", Some(agent), None, place(kind, position, conversation), "nothing"),
                Some(found) if found.conversation != conversation => {
                    self.differ("conversation", Some(agent), Some(found.id), conversation, found.conversation);
                }
                Some(found) if found.replaces.is_some() => {
                    self.differ("replacement", Some(agent), Some(found.id), "a pick that replaces nothing", "a replacement");
                }
                Some(_) => {}
            }
            let stored = sample.filter(|sample| !sample.reassigned).map(|sample| (sample.id, sample.inspector));
            picks.push(Pick { kind, position, conversation, stored });
        }
        picks
    }

    /// Samples behind the picks stand in for replaced ones: one for each, in the order of the reserves, none passed over but those that
    /// another sample has.
    fn check_reserves(&mut self, agent: AgentId, draw: &AgentDraw, stored: &StoredAgent) {
        let own: BTreeSet<ConversationId> = stored.samples.iter().map(|sample| sample.conversation).collect();
        for kind in [SampleKind::Random, SampleKind::Targeted] {
            let picks = u32::try_from(draw.drawn(kind)).unwrap_or(u32::MAX);
            let mut reserves: Vec<&StoredSample> = stored.samples.iter().filter(|s| s.kind == kind && s.position >= picks).collect();
            reserves.sort_unstable_by_key(|sample| sample.position);
            let (mut next, mut stood_in_for) = (picks, BTreeSet::new());
            for sample in reserves {
                match draw.at(kind, sample.position) {
                    None => self.differ("sample_unexpected", Some(agent), Some(sample.id), "no sample", sample.conversation),
                    Some(id) if id != sample.conversation => {
                        self.differ("conversation", Some(agent), Some(sample.id), id, sample.conversation);
                    }
                    Some(_) => {}
                }
                let passed: Vec<ConversationId> = (next..sample.position).filter_map(|position| draw.at(kind, position)).collect();
                if let Some(free) = passed.into_iter().find(|id| !stored.taken.contains(id) && !own.contains(id)) {
                    self.differ("replacement", Some(agent), Some(sample.id), free, sample.conversation);
                }
                next = sample.position.saturating_add(1);
                let replaced = sample.replaces.and_then(|id| stored.samples.iter().find(|other| other.id == id));
                match replaced {
                    Some(before) if before.replaced && before.kind == kind && before.position < sample.position => {
                        if !stood_in_for.insert(before.id) {
                            self.differ(
                                "replacement",
                                Some(agent),
                                Some(sample.id),
                                "one replacement",
                                format!("another one of {}", before.id),
                            );
                        }
                        if !sample.reassigned && !before.reassigned && sample.inspector != before.inspector {
                            let (expected, found) = (name(before.inspector), name(sample.inspector));
                            self.differ("inspector", Some(agent), Some(sample.id), expected, found);
                        }
                    }
                    Some(_) | None => {
                        self.differ("sample_unexpected", Some(agent), Some(sample.id), "no sample", "one that replaces nothing");
                    }
                }
            }
            let free = (next..).map_while(|position| draw.at(kind, position)).find(|id| !stored.taken.contains(id) && !own.contains(id));
            if let Some(free) = free {
                for left in stored.samples.iter().filter(|s| s.kind == kind && s.replaced && !stood_in_for.contains(&s.id)) {
                    self.differ("replacement", Some(agent), Some(left.id), free, "nothing");
                }
            }
        }
    }

    /// Checks the assignment and the digests, and tells what differs.
    pub fn finish(mut self) -> Verification {
        self.result.conversations = self.population.conversations();
        if self.draw.population_count != self.population.conversations() {
            let (expected, found) = (self.population.conversations(), self.draw.population_count);
            self.differ("population_count", None, None, expected, found);
        }
        let (expected, found) = (std::mem::take(&mut self.population).finish(), self.draw.population_digest.clone());
        if expected != found {
            self.differ("population_digest", None, None, expected, found);
        }
        if self.draw.samples != self.result.samples {
            let (expected, found) = (format!("{} samples, of its agents", self.result.samples), self.draw.samples);
            self.differ("sample_unexpected", None, None, expected, found);
        }
        if let Some(seed) = self.seed.filter(|_| !self.unreadable) {
            self.check_assignment(&seed);
        }
        self.result.verified = self.result.differing == 0;
        self.result
    }

    fn check_assignment(&mut self, seed: &Seed) {
        let checked = std::mem::take(&mut self.agents);
        let agents: Vec<AgentSamples> = checked.iter().map(|checked| checked.agent).collect();
        let assigned: Vec<Assigned> = assign(seed, &self.draw.inspectors, &agents, self.draw.plan.pair_share_percent);
        let mut digest = ResultDigest::default();
        for (checked, assigned) in checked.iter().zip(&assigned) {
            let agent = checked.agent.agent_id;
            for (pick, expected) in checked.picks.iter().zip(&assigned.inspectors) {
                digest.add(agent, pick.kind, pick.position, pick.conversation, *expected);
                if let Some((sample, found)) = pick.stored.filter(|(_, found)| found != expected) {
                    self.differ("inspector", Some(agent), Some(sample), name(*expected), name(found));
                }
            }
        }
        let (expected, found) = (digest.finish(), self.draw.result_digest.clone());
        if expected != found {
            self.differ("result_digest", None, None, expected, found);
        }
    }

    fn differ(
        &mut self,
        what: &str,
        agent_id: Option<AgentId>,
        sample_id: Option<SampleId>,
        expected: impl std::fmt::Display,
        found: impl std::fmt::Display,
    ) {
        self.result.differing = self.result.differing.saturating_add(1);
        if self.result.differences.len() < 1000 {
            let (what, expected, found) = (what.to_owned(), expected.to_string(), found.to_string());
            self.result.differences.push(DrawDifference { what, agent_id, sample_id, expected, found });
        }
    }
}

fn place(kind: SampleKind, position: u32, conversation: ConversationId) -> String {
    format!("{kind} sample {position}: conversation {conversation}")
}

fn name(inspector: Option<UserId>) -> String {
    inspector.map_or_else(|| "nobody".to_owned(), |user| user.to_string())
}
