//! Optimistic locking: an edit names the version that it started from.

use super::refusal::{Refusal, Refused};

/// Compares the version that a caller last saw with the one that is stored.
///
/// # Errors
/// `Stale` where they differ.
pub fn check(seen: i32, stored: i32) -> Refused<()> {
    if seen == stored {
        Ok(())
    } else {
        Err(Refusal::stale(format!("it was changed meanwhile (you saw version {seen}, it is now {stored}); read it again first")))
    }
}
