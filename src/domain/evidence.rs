//! Evidence: where in a conversation something is to be seen or heard.

use serde::{Deserialize, Serialize};

use super::id::RecordingId;
use super::refusal::{Refusal, Refused};

/// One piece of evidence: lines of the transcript or a span of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Evidence {
    /// Lines of the transcript.
    Lines {
        /// The first line, counted from 1.
        first: u32,
        /// The last line, at least `first`.
        last: u32,
    },
    /// A span of time in a recording.
    Span {
        /// The recording; absent where the conversation has one only, or none that is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recording_id: Option<RecordingId>,
        /// Where it begins, milliseconds from the start of the recording.
        from_ms: u64,
        /// Where it ends, milliseconds, more than `from_ms`.
        to_ms: u64,
    },
}

/// Where a recording lies in its conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sounding {
    /// The recording.
    pub id: RecordingId,
    /// When it begins, in milliseconds from the start of the conversation.
    pub start_ms: i64,
    /// How long it is, in milliseconds.
    pub duration_ms: i64,
}

/// How far a span may reach beyond the end of its recording: clocks are read in whole seconds.
const OVERSHOOT_MS: i64 = 1_000;

impl Evidence {
    /// A span as it is read off the conversation's clock, in milliseconds from its start: in the recording that it lies in, counted from that one's
    /// start. Where no recording sounds there, the clock's own times.
    pub fn heard(from_ms: u64, to_ms: u64, recordings: &[Sounding]) -> Self {
        let as_read = Self::Span { recording_id: None, from_ms, to_ms };
        let (Ok(from), Ok(to)) = (i64::try_from(from_ms), i64::try_from(to_ms)) else { return as_read };
        let end = |it: &Sounding| it.start_ms.saturating_add(it.duration_ms);
        let within = |it: &&Sounding| it.start_ms <= from && to <= end(it).saturating_add(OVERSHOOT_MS);
        let touches = |it: &&Sounding| from < end(it) && it.start_ms < to;
        let Some(found) = recordings.iter().find(within).or_else(|| recordings.iter().find(touches)) else { return as_read };
        let own = |at: i64| u64::try_from(at.clamp(found.start_ms, end(found)).saturating_sub(found.start_ms)).unwrap_or(0);
        Self::Span { recording_id: (recordings.len() > 1).then_some(found.id), from_ms: own(from), to_ms: own(to) }
    }

    /// From when to when a span is heard on the conversation's clock, in milliseconds from its start; nothing for lines.
    pub fn on_the_clock(&self, recordings: &[Sounding]) -> Option<(i64, i64)> {
        let Self::Span { recording_id, from_ms, to_ms } = self else { return None };
        let start = match (recording_id, recordings) {
            (Some(id), all) => all.iter().find(|it| it.id == *id).map_or(0, |it| it.start_ms),
            (None, [only]) => only.start_ms,
            (None, _) => 0,
        };
        let at = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX).saturating_add(start);
        Some((at(*from_ms), at(*to_ms)))
    }
}

/// What a conversation offers as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Material {
    /// Lines of the transcript; 0 where there is none.
    pub transcript_lines: u32,
    /// Duration of the conversation in milliseconds, where known.
    pub duration_ms: Option<u64>,
    /// The recordings with their duration in milliseconds, where known.
    pub recordings: Vec<(RecordingId, Option<u64>)>,
}

impl Material {
    /// Whether a piece of evidence lies within the conversation.
    ///
    /// # Errors
    /// `Invalid` naming the field within the evidence.
    pub fn check(&self, evidence: &Evidence) -> Refused<()> {
        match evidence {
            Evidence::Lines { first, last } => self.check_lines(*first, *last),
            Evidence::Span { recording_id, from_ms, to_ms } => self.check_span(*recording_id, *from_ms, *to_ms),
        }
    }

    fn check_lines(&self, first: u32, last: u32) -> Refused<()> {
        if self.transcript_lines == 0 {
            return Err(Refusal::invalid("first", "cannot be given: the conversation has no transcript"));
        }
        if first == 0 || first > self.transcript_lines {
            return Err(Refusal::invalid("first", format!("must be a line of the transcript, 1 to {}", self.transcript_lines)));
        }
        if last < first || last > self.transcript_lines {
            return Err(Refusal::invalid("last", format!("must be {first} to {}, the last line of the transcript", self.transcript_lines)));
        }
        Ok(())
    }

    fn check_span(&self, recording_id: Option<RecordingId>, from_ms: u64, to_ms: u64) -> Refused<()> {
        let durations = match recording_id {
            Some(wanted) => match self.recordings.iter().find(|(id, _)| *id == wanted) {
                Some((_, duration)) => vec![duration.or(self.duration_ms)],
                None => return Err(Refusal::invalid("recording_id", "is not a recording of this conversation")),
            },
            None => self.recordings.iter().map(|(_, duration)| *duration).chain([self.duration_ms]).filter(Option::is_some).collect(),
        };
        if from_ms >= to_ms {
            return Err(Refusal::invalid("to_ms", "must be more than from_ms"));
        }
        match durations.into_iter().flatten().max() {
            Some(longest) if to_ms > longest => {
                Err(Refusal::invalid("to_ms", format!("must be at most {longest}, the end of the recording in milliseconds")))
            }
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(byte: u8) -> RecordingId {
        RecordingId(uuid::Uuid::from_bytes([byte; 16]))
    }

    fn field(material: &Material, evidence: &Evidence) -> String {
        material.check(evidence).map_or_else(|refusal| refusal.faults[0].field.clone(), |()| "fits".into())
    }

    #[test]
    fn lines_lie_within_the_transcript() {
        let material = Material { transcript_lines: 10, ..Material::default() };
        for (first, last, expected) in
            [(1, 1, "fits"), (1, 10, "fits"), (0, 3, "first"), (11, 11, "first"), (3, 2, "last"), (3, 11, "last"), (u32::MAX, 0, "first")]
        {
            assert_eq!(field(&material, &Evidence::Lines { first, last }), expected, "{first} to {last}");
        }
        assert_eq!(field(&Material::default(), &Evidence::Lines { first: 1, last: 1 }), "first");
    }

    #[test]
    fn spans_lie_within_the_recording() {
        let material = Material {
            transcript_lines: 0,
            duration_ms: Some(60_000),
            recordings: vec![(recording(1), Some(61_000)), (recording(2), Some(30_000)), (recording(3), None)],
        };
        let span = |recording_id, from_ms, to_ms| Evidence::Span { recording_id, from_ms, to_ms };
        for (piece, expected) in [
            (span(None, 0, 61_000), "fits"),
            (span(None, 0, 61_001), "to_ms"),
            (span(Some(recording(2)), 0, 30_001), "to_ms"),
            (span(Some(recording(3)), 0, 60_000), "fits"),
            (span(Some(recording(3)), 0, 60_001), "to_ms"),
            (span(Some(recording(9)), 0, 1), "recording_id"),
            (span(None, 5, 5), "to_ms"),
        ] {
            assert_eq!(field(&material, &piece), expected, "{piece:?}");
        }
        assert_eq!(field(&Material::default(), &span(None, 0, u64::MAX)), "fits", "nothing is known of its length");
    }

    #[test]
    fn a_span_is_counted_from_the_start_of_its_recording_and_read_back_on_the_clock() {
        let sounding = |byte, start_ms, duration_ms| Sounding { id: recording(byte), start_ms, duration_ms };
        let late = [sounding(1, 2_000, 30_500)];
        let span = |recording_id, from_ms, to_ms| Evidence::Span { recording_id, from_ms, to_ms };
        assert_eq!(Evidence::heard(5_000, 8_000, &late), span(None, 3_000, 6_000));
        assert_eq!(span(None, 3_000, 6_000).on_the_clock(&late), Some((5_000, 8_000)));
        // What is cut off is not heard: before the recording begins, and the rest of the last second.
        assert_eq!(Evidence::heard(1_000, 33_000, &late), span(None, 0, 30_500));
        let two = [sounding(1, 0, 10_000), sounding(2, 12_000, 10_000)];
        assert_eq!(Evidence::heard(13_000, 15_000, &two), span(Some(recording(2)), 1_000, 3_000));
        assert_eq!(span(Some(recording(2)), 1_000, 3_000).on_the_clock(&two), Some((13_000, 15_000)));
        assert_eq!(Evidence::heard(2_000, 4_000, &two), span(Some(recording(1)), 2_000, 4_000));
        assert_eq!(Evidence::heard(60_000, 61_000, &two), span(None, 60_000, 61_000), "nothing sounds there");
        assert_eq!(Evidence::heard(2_000, 4_000, &[]), span(None, 2_000, 4_000));
        assert_eq!(Evidence::heard(4_000, 2_000, &late), span(None, 2_000, 0), "still refused");
        assert_eq!(Evidence::Lines { first: 1, last: 2 }.on_the_clock(&late), None);
    }

    #[test]
    fn the_shape_is_strict() {
        let read = serde_json::from_str::<Evidence>;
        assert_eq!(read(r#"{"kind":"lines","first":1,"last":2}"#).unwrap(), Evidence::Lines { first: 1, last: 2 });
        assert!(read(r#"{"kind":"lines","first":1,"last":2,"to":3}"#).is_err());
        assert!(read(r#"{"kind":"lines","first":-1,"last":2}"#).is_err());
        assert!(read(r#"{"kind":"span","from_ms":1,"to_ms":2.5}"#).is_err());
    }
}
