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
    fn the_shape_is_strict() {
        let read = serde_json::from_str::<Evidence>;
        assert_eq!(read(r#"{"kind":"lines","first":1,"last":2}"#).unwrap(), Evidence::Lines { first: 1, last: 2 });
        assert!(read(r#"{"kind":"lines","first":1,"last":2,"to":3}"#).is_err());
        assert!(read(r#"{"kind":"lines","first":-1,"last":2}"#).is_err());
        assert!(read(r#"{"kind":"span","from_ms":1,"to_ms":2.5}"#).is_err());
    }
}
