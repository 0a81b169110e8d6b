//! The readers of the public data lose nothing, and the neutral format takes all of it.

mod docs;

use std::fs::File;

use assay::domain::conversation::{Conversation, ConversationInput, ImportLimits, ndjson::NdjsonReader};
use assay::recordings::{RecordingLimits, probe};
use chrono::{DateTime, Utc};

use crate::support::real_data;

/// Writes the conversations as NDJSON and reads them again; none may be refused.
fn taken(inputs: &[ConversationInput]) -> Vec<Conversation> {
    let file = real_data::ndjson(inputs);
    let rows = NdjsonReader::new(file.as_slice(), ImportLimits::default());
    rows.map(|row| *row.conversation.unwrap_or_else(|refusal| panic!("line {}: {refusal}", row.line))).collect()
}

fn lines(conversations: &[Conversation]) -> usize {
    conversations.iter().map(|c| c.transcript.len()).sum()
}

fn october() -> DateTime<Utc> {
    "2026-10-01T00:00:00Z".parse().unwrap()
}

#[test]
fn harpervalley_is_eight_calls_with_two_recordings_each() {
    let Some(data) = real_data::folder() else { return };
    let calls = taken(&real_data::harpervalley(&data));
    assert_eq!((calls.len(), lines(&calls)), (8, 165));
    assert_eq!(calls.iter().map(|c| c.recordings.len()).sum::<usize>(), 16);
    for call in &calls {
        let mut ends = Vec::new();
        for recording in &call.recordings {
            let file = File::open(real_data::harpervalley_recordings(&data).join(&recording.file)).unwrap();
            let sound = probe(file, &RecordingLimits::default()).unwrap();
            assert_eq!((sound.codec.as_str(), sound.channels, sound.sample_rate), ("pcm_s16", 1, 8000));
            ends.push(sound.duration_ms + recording.start_ms);
        }
        assert!((ends[0] - ends[1]).abs() <= 20, "{}: both sides hang up together: {ends:?}", call.external_id);
        assert!(ends.iter().all(|end| end.abs_diff(call.duration_ms) < 200), "{}: {ends:?}", call.external_id);
        // The file says nothing where people wrote nothing down; the machine's text is taken then.
        assert!(call.transcript.iter().all(|line| !line.text.is_empty()));
        assert!(call.transcript.is_sorted_by_key(|line| line.start_ms));
    }
}

#[test]
fn crosswoz_is_five_hundred_dialogues_of_sixty_three_agents() {
    let Some(data) = real_data::folder() else { return };
    let inputs = real_data::crosswoz(&data, october());
    let dialogues = taken(&inputs);
    assert_eq!((dialogues.len(), lines(&dialogues), real_data::agents(&inputs).len()), (500, 8476, 63));
    assert!(dialogues.iter().all(|d| d.started_at < october() + chrono::TimeDelta::days(28)));
}

#[test]
fn multidogo_is_seven_thousand_customers_who_write_empty_and_broken_lines() {
    let Some(data) = real_data::folder() else { return };
    let conversations = taken(&real_data::multidogo(&data, october()));
    assert_eq!((conversations.len(), lines(&conversations)), (7230, 58_190));
    let texts = || conversations.iter().flat_map(|c| &c.transcript).map(|line| &line.text);
    assert_eq!(texts().filter(|text| text.is_empty()).count(), 40);
    assert_eq!(texts().filter(|text| text.contains('\n')).count(), 96);
}

#[test]
fn every_published_sound_file_is_read() {
    let Some(data) = real_data::folder() else { return };
    let read = |path: &str| {
        let sound = probe(File::open(data.join(path)).unwrap(), &RecordingLimits::default()).unwrap();
        (sound.codec.as_str(), sound.channels, sound.sample_rate, sound.duration_ms / 1000)
    };
    assert_eq!(read("aws_lca/Auto_Repairs_40_UTC_agent.wav").0, "pcm_s16");
    assert_eq!(read("aws_lca/Auto_Repairs_40_UTC_caller.wav").3, 245);
    assert_eq!(read("azure_ingestion/test_audio.wav").2, 16_000);
    assert_eq!(read("azure_ingestion/test_audio_stereo.wav").1, 2);
    assert_eq!(read("azure_ingestion/test_audio.mp3").0, "mp3");
}
