//! What follows from an attempt to deliver a message.
//!
//! Mail has no way to ask a server whether it took a message. So a mail is handed over at most once without a person's order: whatever
//! failed for certain before the server had the whole message is tried again; once the server has it and nobody heard its answer, the
//! message is `unsure`, and stays so until an administrator sends it again, under the same Message-ID, by which a mail store recognises
//! the second copy. A webhook carries an id by which its receiver recognises a repeat, so an unheard answer is simply tried again.

use chrono::{DateTime, Duration, Utc};

use super::Channel;
use crate::domain::words::words;

words! {
    /// Where a message is on its way.
    OutboxState ("state") {
        /// Waits for the digest of the day.
        Held = "held",
        /// Went into a digest.
        Gathered = "gathered",
        /// Waits to be sent.
        Queued = "queued",
        /// An instance has taken it and has sent nothing yet.
        Claimed = "claimed",
        /// An instance is handing it over.
        Sending = "sending",
        /// The server took it.
        Sent = "sent",
        /// It was handed over, but nobody heard whether the server took it.
        Unsure = "unsure",
        /// It was given up.
        Dead = "dead",
    }
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The other side took it.
    Sent,
    /// Not this time; for certain nothing was taken. The reason is for the administrator.
    Later(String),
    /// Like [`Self::Later`], and others would fare no better: the server cannot be reached or lets nobody in.
    ServerDown(String),
    /// Never: the other side refused it for good.
    Never(String),
    /// It was handed over, and the answer did not come.
    Unknown(String),
}

/// What a message becomes after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// Sent.
    Sent,
    /// To be tried again at this time.
    Again {
        /// When.
        at: DateTime<Utc>,
        /// Why it was not sent.
        why: String,
    },
    /// Nobody knows; to be looked at by a person.
    Unsure(String),
    /// Given up.
    Dead(String),
}

/// The shortest pause between attempts.
const FIRST_PAUSE: i64 = 30;
/// The longest pause between attempts, before chance is added.
const LONGEST_PAUSE: i64 = 3600;

/// The pause after the `attempts`th attempt (from 1): 30 s, doubled each time, at most an hour, and up to a quarter more by `chance`, so
/// that what failed together does not return together.
pub fn pause(attempts: i32, chance: u8) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 20).saturating_sub(1)).unwrap_or(0);
    let seconds = FIRST_PAUSE.saturating_mul(2_i64.saturating_pow(doublings)).min(LONGEST_PAUSE);
    let millis = seconds.saturating_mul(1000);
    Duration::milliseconds(millis.saturating_add(millis.saturating_mul(i64::from(chance)) / 1024))
}

/// Decides what a message becomes after its `attempts`th attempt (from 1). `waiting_since` is when it was queued; after `patience` it is
/// given up.
pub fn after(
    channel: Channel,
    delivery: Delivery,
    attempts: i32,
    now: DateTime<Utc>,
    waiting_since: DateTime<Utc>,
    patience: Duration,
    chance: u8,
) -> After {
    let again = |why: String| {
        let pause = pause(attempts, chance);
        let at = now.checked_add_signed(pause).unwrap_or(now);
        if at.signed_duration_since(waiting_since) > patience {
            After::Dead(format!("given up after {} h and {attempts} attempts; the last: {why}", patience.num_hours()))
        } else {
            After::Again { at, why }
        }
    };
    match (delivery, channel) {
        (Delivery::Sent, _) => After::Sent,
        (Delivery::Later(why) | Delivery::ServerDown(why), _) | (Delivery::Unknown(why), Channel::Webhook) => again(why),
        (Delivery::Unknown(why), Channel::Mail) => After::Unsure(why),
        (Delivery::Never(why), _) => After::Dead(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_unheard_answer_repeats_a_webhook_but_no_mail() {
        let now: DateTime<Utc> = "2026-11-21T00:00:00Z".parse().unwrap();
        let decide = |channel| after(channel, Delivery::Unknown("?".into()), 1, now, now, Duration::hours(72), 0);
        assert_eq!(decide(Channel::Mail), After::Unsure("?".into()));
        assert_eq!(decide(Channel::Webhook), After::Again { at: now + Duration::seconds(30), why: "?".into() });
    }

    proptest! {
        #[test]
        fn pauses_grow_and_end(attempts in 1..60_i32, a in any::<u8>(), b in any::<u8>()) {
            let pause_now = pause(attempts, a);
            prop_assert!(pause_now >= Duration::seconds(FIRST_PAUSE));
            prop_assert!(pause_now <= Duration::seconds(LONGEST_PAUSE * 5 / 4));
            prop_assert!(pause(attempts, 0) <= pause(attempts + 1, b), "each pause is at least as long as the one before without its chance");
        }

        #[test]
        fn whatever_is_tried_again_is_given_up_in_the_end(hours in 1..200_i64, chance in any::<u8>()) {
            let start: DateTime<Utc> = "2026-11-21T00:00:00Z".parse().unwrap();
            let (mut now, mut attempts) = (start, 0);
            loop {
                attempts += 1;
                match after(Channel::Mail, Delivery::Later("no".into()), attempts, now, start, Duration::hours(hours), chance) {
                    After::Again { at, .. } => { prop_assert!(at > now); now = at; }
                    After::Dead(why) => { prop_assert!(why.contains("no")); break; }
                    other => prop_assert!(false, "{other:?}"),
                }
                prop_assert!(attempts < 1000);
            }
            prop_assert!(now - start <= Duration::hours(hours));
        }
    }
}
