//! The population of a draw: the eligible conversations of each agent, fixed before anything is drawn.

use crate::domain::id::ConversationId;
use uuid::Uuid;

/// One eligible conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The conversation.
    pub conversation: ConversationId,
    /// The number of its stratum, 0 to 63.
    pub stratum: u8,
    /// Whether targeted picks may take it.
    pub targeted: bool,
}

/// The eligible conversations of one agent, each once, in ascending order of the 16 bytes of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Population(Vec<Member>);

/// Stored bytes that are not a population, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAPopulation {
    /// The length is not a multiple of the record's.
    #[error("its length is not a multiple of {} bytes", Population::RECORD)]
    Length,
    /// The ids are not strictly ascending.
    #[error("its conversations are not in strictly ascending order")]
    Order,
    /// A record has the bit set that means nothing.
    #[error("bit 6 of a stratum is set")]
    Stratum,
}

impl Population {
    /// The length of a stored record: 16 bytes of id and one byte with the stratum in its lower six bits and, in its highest bit,
    /// whether targeted picks may take it.
    pub const RECORD: usize = 17;

    /// The population of these members, in whatever order they come; of two with one id the first by stratum stays.
    pub fn new(mut members: Vec<Member>) -> Self {
        members.sort_unstable();
        members.dedup_by_key(|member| member.conversation);
        Self(members)
    }

    /// The members in ascending order of id.
    pub fn members(&self) -> &[Member] {
        &self.0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where a conversation stands among the members.
    pub fn place(&self, conversation: ConversationId) -> Option<usize> {
        self.0.binary_search_by_key(&conversation, |member| member.conversation).ok()
    }

    /// How many of them targeted picks may take.
    pub fn targeted(&self) -> usize {
        self.0.iter().filter(|member| member.targeted).count()
    }

    /// The stored form, [`Self::RECORD`] bytes for each member.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len().saturating_mul(Self::RECORD));
        for member in &self.0 {
            bytes.extend_from_slice(member.conversation.0.as_bytes());
            bytes.push((member.stratum & 0x3f) | if member.targeted { 0x80 } else { 0 });
        }
        bytes
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// Where the bytes are not what [`Self::encode`] makes.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotAPopulation> {
        let (records, rest) = bytes.as_chunks::<{ Self::RECORD }>();
        if !rest.is_empty() {
            return Err(NotAPopulation::Length);
        }
        if records.iter().any(|[.., tag]| tag & 0x40 != 0) {
            return Err(NotAPopulation::Stratum);
        }
        let members: Vec<Member> = records
            .iter()
            .map(|[id @ .., tag]| Member {
                conversation: ConversationId(Uuid::from_bytes(*id)),
                stratum: tag & 0x3f,
                targeted: tag & 0x80 != 0,
            })
            .collect();
        let ascending = members.iter().zip(members.iter().skip(1)).all(|(a, b)| a.conversation < b.conversation);
        if ascending { Ok(Self(members)) } else { Err(NotAPopulation::Order) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn member(id: u128, stratum: u8, targeted: bool) -> Member {
        Member { conversation: ConversationId(Uuid::from_u128(id)), stratum, targeted }
    }

    #[test]
    fn the_stored_form_is_seventeen_bytes_each() {
        let population = Population::new(vec![member(2, 31, true), member(1, 1, false)]);
        let bytes = population.encode();
        assert_eq!(hex::encode(&bytes), "000000000000000000000000000000010100000000000000000000000000000002".to_owned() + "9f");
        assert_eq!(Population::decode(&bytes), Ok(population));
        assert_eq!(Population::decode(&bytes[1..]), Err(NotAPopulation::Length));
        let swapped: Vec<u8> = bytes[17..].iter().chain(&bytes[..17]).copied().collect();
        assert_eq!(Population::decode(&swapped), Err(NotAPopulation::Order));
    }

    proptest! {
        #[test]
        fn encoding_loses_nothing(members in prop::collection::vec((any::<u128>(), 0_u8..64, any::<bool>()), 0..50)) {
            let population = Population::new(members.into_iter().map(|(id, stratum, targeted)| member(id, stratum, targeted)).collect());
            prop_assert_eq!(Population::decode(&population.encode()), Ok(population));
        }
    }
}
