//! What a conversation that is delivered again may change.

use chrono::{DateTime, Utc};

use super::{Channel, Conversation};
use crate::domain::period::Period;
use crate::domain::refusal::{Refusal, Refused};

/// What is stored of a conversation, as far as it binds a later delivery.
#[derive(Debug, Clone)]
pub struct StoredConversation {
    /// The employee number of its agent.
    pub agent: String,
    /// Its channel.
    pub channel: Channel,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Its period, computed when it was stored.
    pub period: Period,
    /// Its transcript or its recordings were deleted because they had had their time.
    pub purged: bool,
    /// That period is closed.
    pub closed: bool,
    /// A draw has picked it.
    pub sampled: bool,
    /// Somebody has begun to grade it, so that evidence may point at its lines and recordings.
    pub graded: bool,
}

/// What a delivery would do to the parts that evidence points at.
#[derive(Debug, Clone, Copy)]
pub struct EvidenceChange {
    /// The transcript's lines differ from the stored ones.
    pub transcript: bool,
    /// A stored recording would be replaced, heard differently or be gone. A further recording is no such change.
    pub recordings: bool,
}

/// Decides whether `new` (in period `period`) may take the place of `old`.
///
/// - Nothing of what was deleted because it had had its time comes back.
/// - Nothing changes in a closed period, and nothing moves out of one or into one (handbook 3.7).
/// - A sampled conversation keeps its agent, its channel and its start: the draw rests on them, and the period of a sample is
///   that of its draw (handbook 3.5). What comes late (a rating, a transcript, a recording, attributes) may still be added.
/// - Once grading has begun, transcript lines and recordings stay, because evidence points at them; further recordings may join.
///
/// # Errors
/// `Conflict` with the code `conversation_purged`, `period_closed`, `conversation_sampled` or `conversation_graded`.
pub fn decide(old: &StoredConversation, new: &Conversation, period: Period, closed: bool, evidence: EvidenceChange) -> Refused<()> {
    if old.purged {
        let message = "its transcript or recordings were deleted because they had had their time; it cannot change any more";
        return Err(Refusal::conflict("conversation_purged", message));
    }
    if old.closed {
        return Err(closed_period(old.period));
    }
    if closed {
        return Err(closed_period(period));
    }
    if old.sampled {
        let moved =
            [("agent", old.agent != new.agent), ("channel", old.channel != new.channel), ("started_at", old.started_at != new.started_at)];
        if let Some((field, _)) = moved.iter().find(|(_, differs)| *differs) {
            let message = format!("{field} differs, but the conversation is sampled and keeps its agent, channel and start");
            return Err(Refusal::conflict("conversation_sampled", message));
        }
    }
    if old.graded && (evidence.transcript || evidence.recordings) {
        let what = if evidence.transcript { "transcript" } else { "recordings" };
        let message = format!("{what} differ, but grading has begun and evidence may point at them; further recordings may be added");
        return Err(Refusal::conflict("conversation_graded", message));
    }
    Ok(())
}

/// The refusal of a conversation that is new in a closed period or would change there.
pub fn closed_period(period: Period) -> Refusal {
    Refusal::conflict("period_closed", format!("period {period} is closed; its conversations cannot change"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::conversation::{ImportLimits, ndjson};

    const LINE: &str =
        r#"{"source":"s","external_id":"1","channel":"chat","agent":"7","started_at":"2026-11-03T10:15:00Z","duration_ms":5}"#;

    fn new(line: &str) -> Conversation {
        ndjson::parse(line.as_bytes(), false).unwrap().check(&ImportLimits::default()).unwrap()
    }

    fn stored(sampled: bool, graded: bool) -> StoredConversation {
        let old = new(LINE);
        let period = "2026-11".parse().unwrap();
        StoredConversation {
            agent: old.agent,
            channel: old.channel,
            started_at: old.started_at,
            period,
            purged: false,
            closed: false,
            sampled,
            graded,
        }
    }

    #[test]
    fn what_is_fixed_depends_on_how_far_it_went() {
        let november = "2026-11".parse().unwrap();
        let none = EvidenceChange { transcript: false, recordings: false };
        let lines = EvidenceChange { transcript: true, recordings: false };
        let code = |r: Refused<()>| r.err().map(|e| e.code);
        let other_agent = new(&LINE.replace(r#""7""#, r#""8""#));
        assert_eq!(code(decide(&stored(false, false), &other_agent, november, false, lines)), None);
        assert_eq!(code(decide(&stored(true, false), &other_agent, november, false, none)), Some("conversation_sampled"));
        assert_eq!(code(decide(&stored(true, false), &new(LINE), november, false, lines)), None);
        assert_eq!(code(decide(&stored(true, true), &new(LINE), november, false, lines)), Some("conversation_graded"));
        let rated = new(&LINE.replace(r#""duration_ms":5"#, r#""duration_ms":5,"satisfaction":2"#));
        assert_eq!(code(decide(&stored(true, true), &rated, november, false, none)), None);
        assert_eq!(code(decide(&stored(false, false), &rated, november, true, none)), Some("period_closed"));
        let closed = StoredConversation { closed: true, ..stored(false, false) };
        assert_eq!(code(decide(&closed, &rated, november, false, none)), Some("period_closed"));
        let purged = StoredConversation { purged: true, ..closed };
        assert_eq!(code(decide(&purged, &rated, november, false, none)), Some("conversation_purged"));
    }
}
