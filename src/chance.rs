//! Chance: the only place that asks for randomness. Ids, draw seeds and secrets come from here.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use rand::rngs::{ChaCha20Rng, SysRng};
use rand::{Rng, SeedableRng, TryRng};
use uuid::Uuid;

use crate::domain::id::uuid7;

/// A source of ids, seeds and secrets.
#[derive(Debug)]
pub struct Chance(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    generator: ChaCha20Rng,
    /// The last id's millisecond and its count within that millisecond: ids of one process rise.
    last: (i64, u16),
}

impl Chance {
    /// Seeded by the operating system.
    ///
    /// # Errors
    /// Where the operating system gives no randomness.
    pub fn from_system() -> std::io::Result<Self> {
        let mut seed = [0_u8; 32];
        SysRng.try_fill_bytes(&mut seed).map_err(|e| std::io::Error::other(format!("no randomness from the operating system: {e}")))?;
        Ok(Self::from_seed(seed))
    }

    /// Always the same sequence: for tests and the demo centre, whose ids may be known to anybody.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(Mutex::new(Inner { generator: ChaCha20Rng::from_seed(seed), last: (i64::MIN, 0) }))
    }

    /// A new id (UUID version 7) that sorts after every earlier one of this process, unless the clock went back.
    pub fn id(&self, now: DateTime<Utc>) -> Uuid {
        let mut inner = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let millis = now.timestamp_millis().max(inner.last.0.min(now.timestamp_millis().saturating_add(1000)));
        let (millis, count) = if millis == inner.last.0 {
            if inner.last.1 < 0xFFF { (millis, inner.last.1.saturating_add(1)) } else { (millis.saturating_add(1), 0) }
        } else {
            (millis, 0)
        };
        inner.last = (millis, count);
        let mut random = [0_u8; 10];
        inner.generator.fill_bytes(&mut random);
        let [high, low] = count.to_be_bytes();
        random[0] = high;
        random[1] = low;
        uuid7(DateTime::from_timestamp_millis(millis).unwrap_or(now), random)
    }

    /// 32 random bytes, for seeds and secrets.
    pub fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0_u8; 32];
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).generator.fill_bytes(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_within_and_across_milliseconds() {
        let chance = Chance::from_seed([7; 32]);
        let at: DateTime<Utc> = "2026-11-21T00:00:00Z".parse().unwrap();
        let ids: Vec<Uuid> = (0..10_000).map(|i| chance.id(at + chrono::Duration::milliseconds(i / 9000))).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }
}
