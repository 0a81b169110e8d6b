//! Conversations (会话): one call, chat or e-mail thread handled by one agent (handbook 2).
//!
//! What a file or a request gives is a [`ConversationInput`]; checked, it is a [`Conversation`]. [`ndjson`] and [`csv`] read the two
//! written forms piece by piece, so that an import of any size needs the memory of a few lines.

mod attributes;
pub mod change;
pub mod csv;
mod input;
mod limits;
pub mod ndjson;
mod recording;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use attributes::AttributeValue;
pub use input::{ConversationInput, RecordingInput, StereoInput, TranscriptLineInput};
pub use limits::ImportLimits;
pub use recording::{AudioCodec, AudioFormat, RecordingReference, Voices, checked_file};

use super::refusal::Refused;
use super::words::words;

words! {
    /// The way a customer came in.
    Channel ("channel") {
        /// A telephone call.
        Call = "call",
        /// An online chat.
        Chat = "chat",
        /// An e-mail thread.
        Email = "email",
    }
}

words! {
    /// Who speaks or writes in a conversation.
    Speaker ("speaker") {
        /// The agent (客服).
        Agent = "agent",
        /// The customer (客户).
        Customer = "customer",
        /// Nobody: an event or an automatic text, such as a greeting or a transfer.
        System = "system",
    }
}

words! {
    /// How a file of conversations is written.
    FileFormat ("format") {
        /// One JSON object on each line.
        Ndjson = "ndjson",
        /// A table with one conversation on each row.
        Csv = "csv",
    }
}

/// One line of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TranscriptLine {
    /// Who speaks.
    pub speaker: Speaker,
    /// When the line begins, in milliseconds from the start of the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<i64>,
    /// When the line ends, in milliseconds from the start of the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<i64>,
    /// What is said, as it was given. May be empty.
    pub text: String,
}

/// A conversation in the neutral format, checked. Only [`ConversationInput::check`] makes one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conversation {
    /// The system that the conversation comes from. With `external_id` its identity.
    pub source: String,
    /// What that system calls it.
    pub external_id: String,
    /// The way the customer came in.
    pub channel: Channel,
    /// The employee number of the agent.
    pub agent: String,
    /// When it began, to the microsecond.
    pub started_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// What the source calls the customer.
    pub customer: Option<String>,
    /// The queue or skill group that it came through.
    pub queue: Option<String>,
    /// The language, such as `zh` or `pt-BR`.
    pub language: Option<String>,
    /// The customer's rating, 1 to 10 on the source's own scale.
    pub satisfaction: Option<i32>,
    /// Whatever else the source knows.
    pub attributes: BTreeMap<String, AttributeValue>,
    /// What was said, in the order given.
    pub transcript: Vec<TranscriptLine>,
    /// The files of its recordings.
    pub recordings: Vec<RecordingReference>,
}

impl Conversation {
    /// When it ended.
    pub fn ended_at(&self) -> DateTime<Utc> {
        self.started_at.checked_add_signed(TimeDelta::milliseconds(self.duration_ms)).unwrap_or(self.started_at)
    }

    /// The SHA-256 of what the conversation says; two inputs with the same digest are the same conversation, however
    /// they were written. It covers every field, with the names of the recordings but not their sound.
    ///
    /// Canonical form: the line `assay conversation 1`, then this struct as JSON without blanks, fields in the order of declaration, times
    /// in UTC, attributes sorted by name.
    pub fn digest(&self) -> [u8; 32] {
        self.digest_with(&json(&self.transcript))
    }

    /// The same with the transcript as JSON without blanks, which is most of the whole and is written for other purposes too.
    pub fn digest_with(&self, transcript: &[u8]) -> [u8; 32] {
        let Self { source, external_id, agent, queue, language, attributes, recordings, .. } = self;
        let head = Head {
            source,
            external_id,
            channel: self.channel,
            agent,
            started_at: self.started_at,
            duration_ms: self.duration_ms,
            customer: self.customer.as_deref(),
            queue: queue.as_deref(),
            language: language.as_deref(),
            satisfaction: self.satisfaction,
            attributes,
        };
        let head = json(&head);
        let mut digest = Sha256::new_with_prefix(b"assay conversation 1\n");
        digest.update(head.strip_suffix(b"}").unwrap_or(&head));
        digest.update(b",\"transcript\":");
        digest.update(transcript);
        digest.update(b",\"recordings\":");
        digest.update(json(recordings));
        digest.update(b"}");
        digest.finalize().into()
    }
}

/// What stands before the transcript in a conversation's canonical form.
#[derive(Serialize)]
struct Head<'a> {
    source: &'a str,
    external_id: &'a str,
    channel: Channel,
    agent: &'a str,
    started_at: DateTime<Utc>,
    duration_ms: i64,
    customer: Option<&'a str>,
    queue: Option<&'a str>,
    language: Option<&'a str>,
    satisfaction: Option<i32>,
    attributes: &'a BTreeMap<String, AttributeValue>,
}

/// JSON without blanks of what cannot fail to be written: its only map has text keys.
fn json(value: &impl Serialize) -> Vec<u8> {
    let mut json = Vec::with_capacity(512);
    let written = serde_json::to_writer(&mut json, value);
    debug_assert!(written.is_ok());
    json
}

/// One conversation of a file, or why it is refused.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    /// How many bytes it takes in the file, about.
    pub bytes: usize,
    /// `source` and `external_id` as far as they could be read, to find the conversation again.
    pub named: Option<String>,
    /// The conversation, or what is wrong with it.
    pub conversation: Refused<Box<Conversation>>,
}

impl ImportRow {
    fn checked(line: u64, bytes: usize, input: Refused<ConversationInput>, limits: &ImportLimits) -> Self {
        let named = input.as_ref().ok().and_then(ConversationInput::name);
        Self { line, bytes, named, conversation: input.and_then(|input| input.check(limits)).map(Box::new) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Refused<Conversation> {
        ndjson::parse(json.as_bytes(), false).unwrap().check(&ImportLimits::default())
    }

    const FULL: &str = r#"{"source":"acd","external_id":"c-1","channel":"call","agent":"1001","started_at":"2026-11-03T10:15:00.5+08:00",
        "ended_at":"2026-11-03T10:17:00.5+08:00","customer":"K 77","queue":"loans","language":"zh","satisfaction":4,
        "attributes":{"vip":true,"attempt":2,"reason":"还款"},
        "transcript":[{"speaker":"agent","start_ms":0,"end_ms":900,"text":"您好"},{"speaker":"customer","text":""}],
        "recordings":[{"file":"2026/11/c-1.wav","stereo":{"left":"agent","right":"customer"},"start_ms":-250}]}"#;

    #[test]
    fn every_field_is_read() {
        let all = read(FULL).unwrap();
        assert_eq!(all.started_at.to_rfc3339(), "2026-11-03T02:15:00.500+00:00");
        assert_eq!(all.duration_ms, 120_000);
        assert_eq!(all.ended_at().to_rfc3339(), "2026-11-03T02:17:00.500+00:00");
        assert_eq!(all.attributes.len(), 3);
        assert_eq!(all.transcript[1].text, "");
        assert_eq!(all.recordings[0].voices, Voices::Stereo { left: Speaker::Agent, right: Speaker::Customer });
        assert_eq!(all.recordings[0].start_ms, -250);
    }

    #[test]
    fn the_digest_is_that_of_the_whole_struct_as_json() {
        for input in [FULL, &FULL.replace("您好", "\\\"}],\\n")] {
            let all = read(input).unwrap();
            let whole = serde_json::to_vec(&all).unwrap();
            let expected: [u8; 32] = Sha256::new_with_prefix(b"assay conversation 1\n").chain_update(whole).finalize().into();
            assert_eq!(all.digest(), expected);
        }
    }

    #[test]
    fn the_digest_is_of_what_is_said_and_not_of_how() {
        let digest = read(FULL).unwrap().digest();
        let otherwise = FULL
            .replace("2026-11-03T10:15:00.5+08:00", "2026-11-03T02:15:00.500Z")
            .replace(r#""ended_at":"2026-11-03T10:17:00.5+08:00""#, r#""duration_ms":120000"#)
            .replace(r#""vip":true,"attempt":2"#, r#""attempt":2,"vip":true"#);
        assert_ne!(otherwise, FULL);
        assert_eq!(read(&otherwise).unwrap().digest(), digest);
        for (from, to) in [("c-1\"", "c-2\""), ("您好", "您好。"), ("2,", "3,"), ("-250", "-251"), ("loans", "cards"), ("4,", "5,")] {
            assert_ne!(read(&FULL.replacen(from, to, 1)).unwrap().digest(), digest, "{from}");
        }
    }
}
