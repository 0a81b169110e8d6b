//! The seed of a draw and the commitment to it.

use sha2::{Digest, Sha256};

/// The 32 bytes from which everything random in a draw follows.
///
/// The draw stores [`Seed::commitment`] before its population is fixed, so nobody can pick a seed that spares someone; the seed
/// itself becomes visible with the result.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub [u8; 32]);

impl Seed {
    /// How long a seed is, in bytes.
    pub const LENGTH: usize = 32;

    /// SHA-256 of the seed's 32 bytes, in lower-case hex: what the draw commits to.
    pub fn commitment(&self) -> String {
        hex::encode(Sha256::digest(self.0))
    }

    /// The seed in lower-case hex.
    pub fn hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Reads 32 stored bytes; `None` where there are more or fewer.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seed(commitment {})", self.commitment())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commitment_is_sha_256_and_the_seed_does_not_leak_into_logs() {
        let seed = Seed([0; 32]);
        assert_eq!(seed.commitment(), "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
        assert!(!format!("{seed:?}").contains(&seed.hex()));
        assert_eq!(Seed::from_slice(&[1; 31]), None);
    }
}
