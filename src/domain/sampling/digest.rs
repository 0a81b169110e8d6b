//! Digests over the population and over the result of a draw, in lower-case hex.

use sha2::{Digest, Sha256};

use super::algorithm::wide;
use super::population::Population;
use super::sample::SampleKind;
use crate::domain::id::{AgentId, ConversationId, UserId};

/// SHA-256 over the population, agent by agent in ascending order of id: `assay-population/1` and a line feed; for each agent the 16
/// bytes of its id, the number of its conversations as 8 bytes big-endian, and the stored records; at the end the number of agents
/// and of all conversations, 8 bytes each.
pub struct PopulationDigest {
    hash: Sha256,
    agents: u64,
    conversations: u64,
}

impl Default for PopulationDigest {
    fn default() -> Self {
        Self { hash: Sha256::new_with_prefix(b"assay-population/1\n"), agents: 0, conversations: 0 }
    }
}

impl PopulationDigest {
    /// Takes in the next agent.
    pub fn add(&mut self, agent: AgentId, population: &Population) {
        self.add_encoded(agent, &population.encode());
    }

    /// [`Self::add`] of a population in its stored form.
    pub fn add_encoded(&mut self, agent: AgentId, records: &[u8]) {
        let size = wide(records.len() / Population::RECORD);
        self.hash.update(agent.0.as_bytes());
        self.hash.update(size.to_be_bytes());
        self.hash.update(records);
        self.agents = self.agents.saturating_add(1);
        self.conversations = self.conversations.saturating_add(size);
    }

    /// How many conversations were taken in.
    pub const fn conversations(&self) -> u64 {
        self.conversations
    }

    /// The digest.
    pub fn finish(mut self) -> String {
        self.hash.update(self.agents.to_be_bytes());
        self.hash.update(self.conversations.to_be_bytes());
        hex::encode(self.hash.finalize())
    }
}

/// SHA-256 over the result, sample by sample in the order of agent id, random before targeted, and position: `assay-result/1` and a
/// line feed; for each sample the agent's id, one byte (`R` or `T`), the position as 4 bytes big-endian, the conversation's id, and the id of
/// the inspector it was assigned to (16 zero bytes for nobody); at the end the number of samples as 8 bytes big-endian.
pub struct ResultDigest {
    hash: Sha256,
    samples: u64,
}

impl Default for ResultDigest {
    fn default() -> Self {
        Self { hash: Sha256::new_with_prefix(b"assay-result/1\n"), samples: 0 }
    }
}

impl ResultDigest {
    /// Takes in the next sample.
    pub fn add(&mut self, agent: AgentId, kind: SampleKind, position: u32, conversation: ConversationId, inspector: Option<UserId>) {
        self.hash.update(agent.0.as_bytes());
        self.hash.update(match kind {
            SampleKind::Random => b"R",
            SampleKind::Targeted => b"T",
        });
        self.hash.update(position.to_be_bytes());
        self.hash.update(conversation.0.as_bytes());
        self.hash.update(inspector.map_or([0; 16], |user| user.0.into_bytes()));
        self.samples = self.samples.saturating_add(1);
    }

    /// The digest.
    pub fn finish(mut self) -> String {
        self.hash.update(self.samples.to_be_bytes());
        hex::encode(self.hash.finalize())
    }
}

#[cfg(test)]
#[expect(clippy::as_conversions, reason = "small numbers of a test")]
mod tests {
    use super::super::draw::{AgentDraw, Wish};
    use super::super::population::Member;
    use super::super::seed::Seed;
    use super::*;
    use uuid::Uuid;

    fn of(agents: &[(u128, &[u128])]) -> String {
        let mut digest = PopulationDigest::default();
        for (agent, conversations) in agents {
            let member = |id: &u128| Member { conversation: ConversationId(Uuid::from_u128(*id)), stratum: 0, targeted: false };
            digest.add(AgentId(Uuid::from_u128(*agent)), &Population::new(conversations.iter().map(member).collect()));
        }
        digest.finish()
    }

    #[test]
    fn the_digest_of_nothing_is_that_of_its_frame() {
        let mut frame = b"assay-population/1\n".to_vec();
        frame.extend([0; 16]);
        assert_eq!(of(&[]), hex::encode(Sha256::digest(frame)));
    }

    #[test]
    fn digests_are_pinned() {
        // Made by the independent implementation at the end of docs/SAMPLING.md.
        let id = |number: u128| ConversationId(Uuid::from_u128(number));
        let member = |n: u8| Member { conversation: id(0x100 + u128::from(n)), stratum: n / 4, targeted: n.is_multiple_of(3) };
        let population = Population::new((0..20).map(member).collect());
        let (seed, agent) = (Seed(std::array::from_fn(|i| i as u8)), AgentId(Uuid::from_u128(7)));
        let mut digest = PopulationDigest::default();
        digest.add(agent, &population);
        assert_eq!(digest.finish(), "1a669b9ceab0db5d6c17b9f5e5b304d14ca67c322c914fa54d17231f42de386c");
        let draw = AgentDraw::new(&seed, agent, &population, Wish { quota: 5, targeted_quota: 2, reserves: 3 });
        let mut digest = ResultDigest::default();
        for (kind, position, conversation) in draw.picks() {
            let inspector = (kind == SampleKind::Random).then_some(UserId(Uuid::from_u128(101)));
            digest.add(agent, kind, position, conversation, inspector);
        }
        assert_eq!(digest.finish(), "9eed191b43c33f4d832b034adfe6c47b0712d41ead033c14c621d76ab5f32fe2");
    }

    #[test]
    fn whose_a_conversation_is_matters() {
        let all = [of(&[(1, &[10, 11]), (2, &[12])]), of(&[(1, &[10]), (2, &[11, 12])]), of(&[(1, &[10, 11, 12]), (2, &[])])];
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
    }
}
