//! Chance that is the same every time: a small generator with a name for its seed. Not for draws, which use ChaCha20.

use sha2::{Digest, Sha256};

/// SplitMix64, seeded with the SHA-256 of a text.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice that always fall in the same way for the same name.
    pub fn named(name: &str) -> Self {
        let digest = Sha256::digest(name.as_bytes());
        Self(digest.iter().take(8).fold(0, |seed, byte| (seed << 8) | u64::from(*byte)))
    }

    /// The next 64 bits.
    pub const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included; `low` where they are the wrong way round.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.checked_sub(low).and_then(|span| u64::try_from(span).ok()).unwrap_or(0).saturating_add(1);
        low.saturating_add(i64::try_from(self.roll().checked_rem(span).unwrap_or(0)).unwrap_or(0))
    }

    /// Whether something with a chance of `percent` happens.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.between(1, 100) <= i64::from(percent)
    }

    /// One of `items`.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let last = i64::try_from(items.len()).ok()?.checked_sub(1)?;
        items.get(usize::try_from(self.between(0, last)).ok()?)
    }

    /// One of `items`, each as likely as its weight says.
    pub fn pick_weighted<'a, T>(&mut self, items: &'a [T], weight: impl Fn(&T) -> u32) -> Option<&'a T> {
        let total: i64 = items.iter().map(|item| i64::from(weight(item))).sum();
        if total == 0 {
            return None;
        }
        let mut left = self.between(1, total);
        items.iter().find(|item| {
            left = left.saturating_sub(i64::from(weight(item)));
            left <= 0
        })
    }

    /// The items in an order of chance.
    pub fn shuffled<T>(&mut self, items: impl IntoIterator<Item = T>) -> Vec<T> {
        let mut keyed: Vec<(u64, T)> = items.into_iter().map(|item| (self.roll(), item)).collect();
        keyed.sort_by_key(|(key, _)| *key);
        keyed.into_iter().map(|(_, item)| item).collect()
    }
}
