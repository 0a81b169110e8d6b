//! Conversations as NDJSON: any bytes give rows, however they arrive; each row that is taken can be written down and read again as the same
//! conversation.
#![no_main]

use std::io::BufReader;

use assay::domain::conversation::ndjson::NdjsonReader;
use assay::domain::conversation::{
    AttributeValue, Conversation, ConversationInput, ImportLimits, RecordingInput, RecordingReference, StereoInput, TranscriptLine,
    TranscriptLineInput, Voices,
};
use libfuzzer_sys::fuzz_target;

/// What a source would have to write to say the same.
fn written(conversation: Conversation) -> ConversationInput {
    ConversationInput {
        source: Some(conversation.source),
        external_id: Some(conversation.external_id),
        channel: Some(conversation.channel.to_string()),
        agent: Some(conversation.agent),
        started_at: Some(conversation.started_at.to_rfc3339()),
        ended_at: None,
        duration_ms: Some(conversation.duration_ms),
        customer: conversation.customer,
        queue: conversation.queue,
        language: conversation.language,
        satisfaction: conversation.satisfaction.map(i64::from),
        attributes: conversation.attributes.into_iter().map(|(name, value)| (name, attribute(value))).collect(),
        transcript: Some(conversation.transcript.into_iter().map(line).collect()),
        recordings: Some(conversation.recordings.into_iter().map(recording).collect()),
    }
}

fn attribute(value: AttributeValue) -> serde_json::Value {
    match value {
        AttributeValue::Truth(truth) => truth.into(),
        AttributeValue::Number(number) => number.into(),
        AttributeValue::Text(text) => text.into(),
    }
}

fn line(TranscriptLine { speaker, start_ms, end_ms, text }: TranscriptLine) -> TranscriptLineInput {
    TranscriptLineInput { speaker: Some(speaker.to_string()), start_ms, end_ms, text: Some(text) }
}

fn recording(RecordingReference { file, voices, start_ms }: RecordingReference) -> RecordingInput {
    let (speaker, stereo) = match voices {
        Voices::Everyone => (None, None),
        Voices::One(speaker) => (Some(speaker.to_string()), None),
        Voices::Stereo { left, right } => (None, Some(StereoInput { left: Some(left.to_string()), right: Some(right.to_string()) })),
    };
    RecordingInput { file: Some(file), speaker, stereo, start_ms: Some(start_ms) }
}

fuzz_target!(|data: &[u8]| {
    let limits = ImportLimits { line_bytes: 4096, ..ImportLimits::default() };
    // The first byte says in which pieces the rest arrives.
    let (piece, bytes) = data.split_first().map_or((1, data), |(first, rest)| (usize::from(*first).max(1), rest));
    let read = |piece| {
        let rows = NdjsonReader::new(BufReader::with_capacity(piece, bytes), limits.clone());
        rows.map(|row| (row.line, row.conversation.map_err(|e| e.message))).collect::<Vec<_>>()
    };
    let rows = read(piece);
    assert_eq!(rows, read(1 << 16), "rows depend on how the bytes arrive");
    for conversation in rows.into_iter().filter_map(|(_, row)| row.ok()) {
        let json = serde_json::to_vec(&written((*conversation).clone())).expect("it can be written");
        let again: Vec<_> = NdjsonReader::new(json.as_slice(), ImportLimits::default()).map(|row| row.conversation).collect();
        let [Ok(again)] = again.as_slice() else { panic!("{} became {again:?}", String::from_utf8_lossy(&json)) };
        assert_eq!(again.digest(), conversation.digest(), "{conversation:?} became {again:?}");
    }
});
