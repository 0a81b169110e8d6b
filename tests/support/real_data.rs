//! Public data that nobody here wrote, brought into the neutral format. It lies beside the project in `../shared/data` and is no part of it;
//! where it is absent a test says so and ends, unless `ASSAY_REQUIRE` contains `data`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use assay::domain::conversation::{ConversationInput, RecordingInput, TranscriptLineInput};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

/// The folder of the data, or `None` with a line that says that the test is skipped.
pub fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if folder.join("MANIFEST.csv").is_file() {
        return Some(folder);
    }
    let required = std::env::var("ASSAY_REQUIRE").unwrap_or_default();
    assert!(!required.split([',', ' ']).any(|what| what == "data"), "{} is absent, and ASSAY_REQUIRE asks for it", folder.display());
    println!("skipped: {} is absent", folder.display());
    None
}

/// The conversations as NDJSON.
pub fn ndjson(conversations: &[ConversationInput]) -> Vec<u8> {
    let mut file = Vec::new();
    for conversation in conversations {
        serde_json::to_writer(&mut file, conversation).unwrap();
        file.push(b'\n');
    }
    file
}

/// The employee numbers that the conversations name, sorted.
pub fn agents(conversations: &[ConversationInput]) -> Vec<String> {
    conversations.iter().filter_map(|c| c.agent.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The folder below which the recordings of [`harpervalley`] lie.
pub fn harpervalley_recordings(data: &Path) -> PathBuf {
    data.join("harpervalley/audio")
}

/// The eight HarperValley calls, with both channels.
///
/// The audio itself shows that `start_ms` of a segment counts from the start of that channel's file, and `offset_ms` from the start of the call:
/// speech lies at `start_ms` in the files (0.9 to 1.0 of the energy, against 0.2 to 0.5 at `offset_ms` where the two differ), and the list is in
/// the order of `offset_ms`. So the agent's file begins `offset_ms - start_ms` after the call.
pub fn harpervalley(data: &Path) -> Vec<ConversationInput> {
    let folder = data.join("harpervalley");
    let mut names: Vec<_> = fs::read_dir(folder.join("metadata")).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.iter().map(|name| harpervalley_call(&folder, name)).collect()
}

fn harpervalley_call(folder: &Path, name: &str) -> ConversationInput {
    let meta: Value = serde_json::from_slice(&fs::read(folder.join("metadata").join(name)).unwrap()).unwrap();
    let segments: Vec<Value> = serde_json::from_slice(&fs::read(folder.join("transcript").join(name)).unwrap()).unwrap();
    let ms = |value: &Value| value.as_i64().unwrap();
    let sid = meta["sid"].as_str().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let speaker = |segment: &Value| if segment["speaker_role"] == "agent" { "agent" } else { "customer" };
    let transcript: Vec<TranscriptLineInput> = segments
        .iter()
        .map(|segment| {
            // What people heard comes first; where they wrote nothing down, what the machine heard.
            let heard = text(&segment["human_transcript"]);
            let said = if heard.is_empty() { text(&segment["transcript"]) } else { heard };
            TranscriptLineInput {
                speaker: Some(speaker(segment).to_owned()),
                start_ms: Some(ms(&segment["offset_ms"])),
                end_ms: Some(ms(&segment["offset_ms"]) + ms(&segment["duration_ms"])),
                text: Some(said),
            }
        })
        .collect();
    let recordings = [("agent", "agent"), ("caller", "customer")].map(|(side, who)| {
        let late = segments.iter().find(|s| speaker(s) == who).map_or(0, |s| ms(&s["offset_ms"]) - ms(&s["start_ms"]));
        RecordingInput {
            file: Some(format!("{side}/{sid}.wav")),
            speaker: Some(who.to_owned()),
            start_ms: Some(late),
            ..RecordingInput::default()
        }
    });
    let survey = &meta["caller"]["survey_response"]["data"];
    let mut attributes = BTreeMap::from([
        ("session".to_owned(), meta["session"].clone()),
        ("task".to_owned(), meta["tasks"][0]["task_type"].clone()),
        ("persona".to_owned(), meta["agent"]["metadata"]["agent_name"].clone()),
    ]);
    for (label, value) in meta["labels"].as_object().unwrap() {
        attributes.insert(label.clone(), value.clone());
    }
    for answer in ["ease_of_connection", "additional_comments"] {
        if let Some(given) = survey.get(answer) {
            attributes.insert(answer.to_owned(), given.clone());
        }
    }
    ConversationInput {
        source: Some("harpervalley".to_owned()),
        external_id: Some(sid.to_owned()),
        channel: Some("call".to_owned()),
        agent: Some(format!("hv-{}", meta["agent"]["speaker_id"])),
        started_at: Some(written(DateTime::from_timestamp_millis(ms(&meta["start_time_ms"])).unwrap())),
        ended_at: Some(written(DateTime::from_timestamp_millis(ms(&meta["end_time_ms"])).unwrap())),
        customer: Some(format!("hv-{}", meta["caller"]["speaker_id"])),
        queue: Some("bank".to_owned()),
        language: Some("en".to_owned()),
        // The rating is a text, "1" to "10", and absent where no survey was sent.
        satisfaction: survey["partner_rating"].as_str().map(|rating| rating.parse().unwrap()),
        attributes,
        transcript: Some(transcript),
        recordings: Some(recordings.to_vec()),
        ..ConversationInput::default()
    }
}

/// The 500 CrossWOZ dialogues of the test set. The worker on the system's side is the agent; times are invented, spread evenly over the
/// 28 days from `from` on.
pub fn crosswoz(data: &Path, from: DateTime<Utc>) -> Vec<ConversationInput> {
    let mut archive = zip::ZipArchive::new(fs::File::open(data.join("crosswoz/test.json.zip")).unwrap()).unwrap();
    let dialogues: BTreeMap<u32, Value> = serde_json::from_reader(std::io::BufReader::new(archive.by_index(0).unwrap())).unwrap();
    let count = dialogues.len();
    let story = |(i, (id, dialogue)): (usize, (u32, Value))| {
        let messages = dialogue["messages"].as_array().unwrap();
        let transcript = messages.iter().map(|message| TranscriptLineInput {
            speaker: Some(if message["role"] == "sys" { "agent" } else { "customer" }.to_owned()),
            text: Some(message["content"].as_str().unwrap().to_owned()),
            ..TranscriptLineInput::default()
        });
        let workers = &dialogue["sys-usr"];
        ConversationInput {
            source: Some("crosswoz".to_owned()),
            external_id: Some(id.to_string()),
            channel: Some("chat".to_owned()),
            agent: Some(format!("cw-{}", workers[0])),
            started_at: Some(written(spread(from, i, count))),
            duration_ms: Some(i64::try_from(messages.len()).unwrap() * 20_000),
            customer: Some(format!("cw-{}", workers[1])),
            queue: Some("travel".to_owned()),
            language: Some("zh".to_owned()),
            attributes: BTreeMap::from([("type".to_owned(), dialogue["type"].clone())]),
            transcript: Some(transcript.collect()),
            ..ConversationInput::default()
        }
    };
    dialogues.into_iter().enumerate().map(story).collect()
}

/// The 7,230 MultiDoGO conversations, of which the data has the customer's side only. 60 agents and the times are invented, the latter spread
/// evenly over the 28 days from `from` on.
pub fn multidogo(data: &Path, from: DateTime<Utc>) -> Vec<ConversationInput> {
    let mut conversations: Vec<ConversationInput> = Vec::new();
    for (domain, part) in ["airline", "finance", "media"].iter().flat_map(|d| ["dev", "test", "train"].map(|p| (*d, p))) {
        let path = data.join(format!("multidogo/turn_level/{domain}/{part}.tsv"));
        // Cells hold line breaks, so this is no file of lines.
        let mut table = csv::ReaderBuilder::new().delimiter(b'\t').from_path(path).unwrap();
        for row in table.records() {
            let row = row.unwrap();
            let (id, utterance) = (&row[0], &row[3]);
            if conversations.last().and_then(|c| c.external_id.as_deref()) != Some(id) {
                conversations.push(ConversationInput {
                    source: Some("multidogo".to_owned()),
                    external_id: Some(id.to_owned()),
                    channel: Some("chat".to_owned()),
                    queue: Some(domain.to_owned()),
                    language: Some("en".to_owned()),
                    attributes: BTreeMap::from([("split".to_owned(), part.into()), ("first_intent".to_owned(), row[5].into())]),
                    transcript: Some(Vec::new()),
                    ..ConversationInput::default()
                });
            }
            let lines = conversations.last_mut().unwrap().transcript.as_mut().unwrap();
            let speaker = Some("customer".to_owned());
            lines.push(TranscriptLineInput { speaker, text: Some(utterance.to_owned()), ..TranscriptLineInput::default() });
        }
    }
    let count = conversations.len();
    for (i, conversation) in conversations.iter_mut().enumerate() {
        conversation.agent = Some(format!("md-{:02}", i * 7 % 60));
        conversation.started_at = Some(written(spread(from, i, count)));
        conversation.duration_ms = Some(i64::try_from(conversation.transcript.as_ref().unwrap().len()).unwrap() * 30_000);
    }
    conversations
}

/// The moment of conversation `i` of `count`, evenly over 28 days.
fn spread(from: DateTime<Utc>, i: usize, count: usize) -> DateTime<Utc> {
    from + TimeDelta::milliseconds(28 * 86_400_000 * i64::try_from(i).unwrap() / i64::try_from(count).unwrap())
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
