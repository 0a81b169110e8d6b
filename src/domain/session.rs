//! Sessions at a browser, and how log-in attempts are slowed down.

use chrono::{DateTime, Duration, Utc};

use super::refusal::{Refusal, Refused};

/// A session ends after this time without a request.
pub const IDLE: Duration = Duration::hours(12);
/// A session ends after this time in any case.
pub const LONGEST: Duration = Duration::days(7);
/// A session's last request is noted at most this often.
pub const NOTED_EVERY: Duration = Duration::minutes(5);

/// So many failures of one user name are free.
const FREE_FAILURES_OF_USER: i32 = 5;
/// So many failures from one address are free: an office shares an address.
const FREE_FAILURES_OF_ADDRESS: i32 = 30;
/// Failures older than this are forgotten.
const FORGOTTEN_AFTER: Duration = Duration::minutes(30);
/// The longest block.
const LONGEST_BLOCK: Duration = Duration::minutes(15);

/// What attempts are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// The user name that was typed, whether it exists or not.
    User,
    /// The network address.
    Address,
}

/// The attempts on a user name or from an address so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// Failures in a row.
    pub failures: i32,
    /// The last one.
    pub last_at: DateTime<Utc>,
    /// No attempt is looked at before this.
    pub blocked_until: Option<DateTime<Utc>>,
}

impl Attempts {
    /// Whether another attempt may be made now.
    ///
    /// # Errors
    /// `TooMany`, which says how long to wait.
    pub fn check(&self, now: DateTime<Utc>) -> Refused<()> {
        match self.blocked_until {
            // A block that seems longer than the longest was set before the clock went back.
            Some(until) if until > now && until.signed_duration_since(now) <= LONGEST_BLOCK => {
                let seconds = until.signed_duration_since(now).num_seconds().max(1);
                Err(Refusal::too_many(format!("too many failed attempts; try again in {seconds} seconds")))
            }
            _ => Ok(()),
        }
    }

    /// The attempts with one more failure: from the free number on, each one doubles the wait, from 2 seconds to 15 minutes.
    pub fn failed(before: Option<Self>, counted: Counted, now: DateTime<Utc>) -> Self {
        let recent = before.filter(|b| now.signed_duration_since(b.last_at) < FORGOTTEN_AFTER);
        let failures = recent.map_or(0, |b| b.failures).saturating_add(1);
        let free = match counted {
            Counted::User => FREE_FAILURES_OF_USER,
            Counted::Address => FREE_FAILURES_OF_ADDRESS,
        };
        let blocked_until = (failures > free).then(|| {
            let doublings = u32::try_from(failures.saturating_sub(free)).unwrap_or(1).min(20);
            let wait = Duration::seconds(1_i64 << doublings).min(LONGEST_BLOCK);
            now.checked_add_signed(wait).unwrap_or(now)
        });
        Self { failures, last_at: now, blocked_until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_after_the_free_ones_doubles_the_wait_up_to_the_longest() {
        let now: DateTime<Utc> = "2026-11-10T04:00:00Z".parse().unwrap();
        let mut attempts = None;
        let mut waits = Vec::new();
        for _ in 0..20 {
            let next = Attempts::failed(attempts, Counted::User, now);
            waits.push(next.blocked_until.map_or(0, |u| u.signed_duration_since(now).num_seconds()));
            attempts = Some(next);
        }
        assert_eq!(waits[..8], [0, 0, 0, 0, 0, 2, 4, 8]);
        assert_eq!(waits[19], 900);
        assert!(attempts.unwrap().check(now).is_err());
        assert!(attempts.unwrap().check(now + Duration::minutes(15)).is_ok());
        assert!(attempts.unwrap().check(now - Duration::hours(1)).is_ok(), "the clock went back by an hour");
        let later = Attempts::failed(attempts, Counted::User, now + Duration::minutes(31));
        assert_eq!(later.failures, 1, "old failures are forgotten");
    }
}
