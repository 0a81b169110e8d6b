//! The neutral format as it is written, before it is checked.
//!
//! Every field is optional here and most are plain text, so that all faults of a conversation can be told at once.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::attributes::{self, unique_names};
use super::limits::ImportLimits;
use super::recording::checked_file;
use super::{AttributeValue, Channel, Conversation, RecordingReference, Speaker, TranscriptLine, Voices};
use crate::domain::refusal::{Faults, Refusal, Refused, checked_code, checked_text};

/// One conversation in the neutral format. One such object on each line of an NDJSON file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversationInput {
    /// The system that the conversation comes from: 1 to 64 letters, digits, `-`, `_` or `.`. With `external_id` its identity.
    #[schema(required = true, nullable = false, example = "acd")]
    pub source: Option<String>,
    /// What that system calls it, 1 to 200 characters.
    #[schema(required = true, nullable = false, example = "c-20261103-000017")]
    pub external_id: Option<String>,
    /// The way the customer came in: `call`, `chat` or `email`.
    #[schema(required = true, nullable = false, value_type = Channel)]
    pub channel: Option<String>,
    /// The employee number of the agent who handled it. The agent must exist.
    #[schema(required = true, nullable = false, example = "1001")]
    pub agent: Option<String>,
    /// When it began, RFC 3339 with an offset.
    #[schema(required = true, nullable = false, value_type = DateTime<Utc>, example = "2026-11-03T10:15:00+08:00")]
    pub started_at: Option<String>,
    /// When it ended, RFC 3339 with an offset. Give this or `duration_ms`; where both are given they must agree.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub ended_at: Option<String>,
    /// How long it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub duration_ms: Option<i64>,
    /// What the source calls the customer, at most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The queue or skill group that it came through, at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// The language as a BCP 47 tag, such as `zh`, `en` or `pt-BR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The customer's rating, a whole number from 1 to 10 on the source's own scale; more is better.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10)]
    pub satisfaction: Option<i64>,
    /// Whatever else the source knows: a flat object of texts, numbers, true and false.
    #[serde(default, deserialize_with = "unique_names", skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, AttributeValue>)]
    pub attributes: BTreeMap<String, Value>,
    /// What was said, line by line in the order in which it is to be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<TranscriptLineInput>>)]
    pub transcript: Option<Vec<TranscriptLineInput>>,
    /// Its recordings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recordings: Option<Vec<RecordingInput>>,
}

/// One line of a transcript as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TranscriptLineInput {
    /// Who speaks: `agent`, `customer` or `system`.
    #[schema(required = true, nullable = false, value_type = Speaker)]
    pub speaker: Option<String>,
    /// When the line begins, in milliseconds from the start of the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<i64>,
    /// When the line ends, in milliseconds from the start of the conversation. Lines may overlap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<i64>,
    /// What is said. May be empty, but must be there.
    #[schema(required = true, nullable = false)]
    pub text: Option<String>,
}

/// One recording as it is written. Without `speaker` and `stereo` everybody is heard in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordingInput {
    /// The file, relative to the folder of the import (or the file name of the uploaded part), with `/` between the parts.
    #[schema(required = true, nullable = false, example = "2026/11/c-1.wav")]
    pub file: Option<String>,
    /// The only speaker who is heard in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Speaker>)]
    pub speaker: Option<String>,
    /// Who is on which side of a stereo recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stereo: Option<StereoInput>,
    /// When the recording begins, in milliseconds from the start of the conversation; 0 if not given, negative if it began before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<i64>,
}

/// Who is on which side of a stereo recording.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StereoInput {
    /// Who is on the left, the first channel.
    #[schema(required = true, nullable = false, value_type = Speaker)]
    pub left: Option<String>,
    /// Who is on the right, the second channel.
    #[schema(required = true, nullable = false, value_type = Speaker)]
    pub right: Option<String>,
}

impl ConversationInput {
    /// `source/external_id`, as far as they are given; for messages.
    pub fn name(&self) -> Option<String> {
        let external_id = self.external_id.as_deref()?;
        let name = format!("{}/{external_id}", self.source.as_deref().unwrap_or("?"));
        Some(name.chars().filter(|c| !c.is_control()).take(280).collect())
    }

    /// Checks everything and collects every fault.
    ///
    /// # Errors
    /// `Invalid` with the path of each field at fault.
    pub fn check(self, limits: &ImportLimits) -> Refused<Conversation> {
        let mut faults = Faults::new();
        let source = required(&mut faults, "source", self.source, |text| checked_code("source", &text));
        let external_id = required(&mut faults, "external_id", self.external_id, |text| one_line("external_id", &text, 200));
        let channel = required(&mut faults, "channel", self.channel, |text| text.parse::<Channel>());
        let agent = required(&mut faults, "agent", self.agent, |text| checked_code("agent", &text));
        let started_at = required(&mut faults, "started_at", self.started_at, |text| moment("started_at", &text));
        let ended_at = self.ended_at.and_then(|text| faults.take(moment("ended_at", &text)).map(Some)).unwrap_or(None);
        let duration_ms = started_at.and_then(|start| faults.take(duration(start, ended_at, self.duration_ms, limits)));
        let customer = optional(&mut faults, "customer", self.customer, 200);
        let queue = optional(&mut faults, "queue", self.queue, 100);
        let language = self.language.filter(|text| !text.trim().is_empty()).and_then(|text| faults.take(language(&text)));
        let satisfaction = self.satisfaction.and_then(|given| {
            let rating = i32::try_from(given).ok().filter(|rating| (1..=10).contains(rating));
            if rating.is_none() {
                faults.push("satisfaction", format!("is {given}; must be a whole number from 1 to 10"));
            }
            rating
        });
        let attributes = attributes::checked(self.attributes, limits, &mut faults);
        let transcript = transcript(self.transcript.unwrap_or_default(), limits, &mut faults);
        let recordings = recordings(self.recordings.unwrap_or_default(), limits, &mut faults);
        faults.finish()?;
        match (source, external_id, channel, agent, started_at, duration_ms) {
            (Some(source), Some(external_id), Some(channel), Some(agent), Some(started_at), Some(duration_ms)) => Ok(Conversation {
                source,
                external_id,
                channel,
                agent,
                started_at,
                duration_ms,
                customer,
                queue,
                language,
                satisfaction,
                attributes,
                transcript,
                recordings,
            }),
            _ => Err(Refusal::invalid("", "is not complete")),
        }
    }
}

fn required<T>(faults: &mut Faults, field: &str, given: Option<String>, check: impl FnOnce(String) -> Refused<T>) -> Option<T> {
    match given {
        Some(text) => faults.take(check(text)),
        None => {
            faults.push(field, "is missing");
            None
        }
    }
}

/// The same refusal for another field.
fn renamed(mut refusal: Refusal, field: &str) -> Refusal {
    match refusal.faults.pop() {
        Some(fault) => Refusal::invalid(field, fault.message),
        None => refusal,
    }
}

fn optional(faults: &mut Faults, field: &str, given: Option<String>, max: usize) -> Option<String> {
    given.filter(|text| !text.trim().is_empty()).and_then(|text| faults.take(one_line(field, &text, max)))
}

fn one_line(field: &str, text: &str, max: usize) -> Refused<String> {
    let text = checked_text(field, text, max)?;
    if text.contains(['\n', '\r', '\t']) { Err(Refusal::invalid(field, "must be one line without tabs")) } else { Ok(text) }
}

fn moment(field: &str, text: &str) -> Refused<DateTime<Utc>> {
    let given = DateTime::parse_from_rfc3339(text.trim()).map_err(|_| {
        let shown: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
        Refusal::invalid(field, format!("`{shown}` is not a time with an offset; use RFC 3339 such as 2026-11-03T10:15:00+08:00"))
    })?;
    let at = DateTime::from_timestamp_micros(given.timestamp_micros()).unwrap_or_default();
    // A day less at both ends, so that the local month exists in every time zone.
    let (first, last) = (946_771_200, 32_503_507_200);
    if (first..last).contains(&at.timestamp()) { Ok(at) } else { Err(Refusal::invalid(field, "must lie in the years 2000 to 2999")) }
}

fn duration(start: DateTime<Utc>, end: Option<DateTime<Utc>>, given: Option<i64>, limits: &ImportLimits) -> Refused<i64> {
    let (field, duration) = match (end, given) {
        (None, None) => return Err(Refusal::invalid("duration_ms", "is missing; give `duration_ms` or `ended_at`")),
        (None, Some(given)) => ("duration_ms", given),
        (Some(end), given) => {
            let between = end.signed_duration_since(start).num_milliseconds();
            if between < 0 || end < start {
                return Err(Refusal::invalid("ended_at", "lies before started_at"));
            }
            if let Some(given) = given.filter(|given| *given != between) {
                let message = format!("is {given}, but from started_at to ended_at it is {between}; give one of the two");
                return Err(Refusal::invalid("duration_ms", message));
            }
            ("ended_at", between)
        }
    };
    if (0..=limits.duration_ms).contains(&duration) {
        Ok(duration)
    } else {
        Err(Refusal::invalid(field, format!("makes {duration} ms; must be 0 to {} ms", limits.duration_ms)))
    }
}

fn language(text: &str) -> Refused<String> {
    let text = text.trim();
    let mut parts = text.split('-');
    let primary = parts.next().is_some_and(|p| (2..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()));
    let others = parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    if primary && others && text.len() <= 35 {
        Ok(text.to_owned())
    } else {
        let shown: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
        Err(Refusal::invalid("language", format!("`{shown}` is not a language tag; use one such as zh, en or pt-BR")))
    }
}

/// How many faulty lines of one transcript are listed.
const FAULTY_LINES: usize = 10;

fn transcript(given: Vec<TranscriptLineInput>, limits: &ImportLimits, faults: &mut Faults) -> Vec<TranscriptLine> {
    if given.len() > limits.transcript_lines {
        faults.push("transcript", format!("has {} lines; at most {} are allowed", given.len(), limits.transcript_lines));
        return Vec::new();
    }
    let mut lines = Vec::with_capacity(given.len());
    let mut bad = 0_usize;
    for (i, line) in given.into_iter().enumerate() {
        if bad >= FAULTY_LINES {
            faults.push("transcript", "has more faulty lines, which are not listed");
            break;
        }
        let at = |field: &str| format!("transcript[{i}].{field}");
        let mut wrong = Faults::new();
        let speaker = required(&mut wrong, "speaker", line.speaker, |text| text.parse::<Speaker>());
        let text = required(&mut wrong, "text", line.text, |text| spoken(text, limits));
        for (field, value) in [("start_ms", line.start_ms), ("end_ms", line.end_ms)] {
            if value.is_some_and(|ms| !(0..=limits.duration_ms).contains(&ms)) {
                wrong.push(field, format!("must be 0 to {} ms from the start of the conversation", limits.duration_ms));
            }
        }
        match (line.start_ms, line.end_ms) {
            (None, Some(_)) => wrong.push("end_ms", "is given without start_ms"),
            (Some(start), Some(end)) if end < start => wrong.push("end_ms", "lies before start_ms"),
            _ => {}
        }
        match (wrong.finish(), speaker, text) {
            (Ok(()), Some(speaker), Some(text)) => {
                lines.push(TranscriptLine { speaker, start_ms: line.start_ms, end_ms: line.end_ms, text });
            }
            (Err(refusal), _, _) => {
                bad = bad.saturating_add(1);
                refusal.faults.into_iter().for_each(|fault| faults.push(at(&fault.field), fault.message));
            }
            (Ok(()), _, _) => {}
        }
    }
    lines
}

/// Checks the text of a transcript line. Kept as it is: blanks around it can be evidence of how something was written.
fn spoken(text: String, limits: &ImportLimits) -> Refused<String> {
    let length = text.chars().count();
    if length > limits.text_characters {
        return Err(Refusal::invalid("text", format!("has {length} characters; at most {} are allowed", limits.text_characters)));
    }
    match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        Some(bad) => {
            Err(Refusal::invalid("text", format!("contains the control character U+{:04X}, which is not allowed", u32::from(bad))))
        }
        None => Ok(text),
    }
}

fn recordings(given: Vec<RecordingInput>, limits: &ImportLimits, faults: &mut Faults) -> Vec<RecordingReference> {
    if given.len() > limits.recordings {
        faults.push("recordings", format!("has {} recordings; at most {} are allowed", given.len(), limits.recordings));
        return Vec::new();
    }
    let mut references: Vec<RecordingReference> = Vec::with_capacity(given.len());
    for (i, recording) in given.into_iter().enumerate() {
        let at = |field: &str| format!("recordings[{i}].{field}");
        let file = required(faults, &at("file"), recording.file, |name| checked_file(&at("file"), &name));
        let voices = match (recording.speaker, recording.stereo) {
            (None, None) => Some(Voices::Everyone),
            (Some(speaker), None) => {
                faults.take(speaker.parse().map_err(|r: Refusal| r.within(&format!("recordings[{i}]")))).map(Voices::One)
            }
            (None, Some(stereo)) => {
                let mut side = |name: &str, given: Option<String>| {
                    let field = at(&format!("stereo.{name}"));
                    required(faults, &field, given, |text| text.parse::<Speaker>().map_err(|refusal| renamed(refusal, &field)))
                };
                let (left, right) = (side("left", stereo.left), side("right", stereo.right));
                left.zip(right).map(|(left, right)| Voices::Stereo { left, right })
            }
            (Some(_), Some(_)) => {
                faults.push(at("stereo"), "is given together with `speaker`; give one of the two, or none where everybody is heard");
                None
            }
        };
        let start_ms = recording.start_ms.unwrap_or(0);
        if start_ms.unsigned_abs() > limits.duration_ms.unsigned_abs() {
            faults.push(at("start_ms"), format!("must be within {} ms of the start of the conversation", limits.duration_ms));
        }
        if let (Some(file), Some(voices)) = (file, voices) {
            if references.iter().any(|other| other.file == file) {
                faults.push(at("file"), format!("`{file}` is named twice"));
            }
            references.push(RecordingReference { file, voices, start_ms });
        }
    }
    references
}
