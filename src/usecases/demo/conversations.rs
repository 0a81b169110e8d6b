//! The demo's conversations, as a file of the neutral format, and the sound of its calls.

use std::io::Cursor;
use std::path::Path;

use crate::app::App;
use crate::db::{Error, Result};
use crate::domain::Refusal;
use crate::domain::access::Actor;
use crate::domain::conversation::{FileFormat, RecordingInput, Speaker, StereoInput};
use crate::domain::demo::{DemoConversation, Spoken, flac, samples, syllables};
use crate::recordings::Folder;
use crate::usecases::conversations::import::{ImportSource, import};

/// Brings conversations in as they are.
pub(super) async fn bring_in(app: &App, actor: &Actor, conversations: &[DemoConversation]) -> Result<()> {
    import_file(app, actor, conversations, None).await
}

/// Brings the recordings of calls in, as they are fetched from a telephone system once it is known which calls are wanted.
pub(super) async fn record(app: &App, actor: &Actor, mut calls: Vec<DemoConversation>) -> Result<()> {
    for call in &mut calls {
        let side = |speaker: Speaker| Some(speaker.as_str().to_owned());
        call.input.recordings = Some(vec![RecordingInput {
            file: Some(file_name(call)),
            stereo: Some(StereoInput { left: side(Speaker::Agent), right: side(Speaker::Customer) }),
            ..RecordingInput::default()
        }]);
    }
    let folder = tempfile::tempdir().map_err(|e| Error::Connection(format!("no folder for recordings: {e}")))?;
    let path = folder.path().to_owned();
    let spoken = calls.clone();
    let written = tokio::task::spawn_blocking(move || write_sounds(&path, &spoken)).await.map_err(|e| Error::Panicked(e.to_string()))?;
    written.map_err(|e| Error::Connection(format!("the recordings cannot be written: {e}")))?;
    import_file(app, actor, &calls, Some(folder.path())).await
}

fn file_name(call: &DemoConversation) -> String {
    format!("{}.flac", call.external_id)
}

/// Gives every call its voices, on every core.
fn write_sounds(folder: &Path, calls: &[DemoConversation]) -> std::io::Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = calls.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = calls
            .chunks(share)
            .map(|calls| scope.spawn(move || calls.iter().try_for_each(|call| std::fs::write(folder.join(file_name(call)), sound(call)))))
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(std::io::Error::other("a thread failed"))))
    })
}

fn sound(call: &DemoConversation) -> Vec<u8> {
    let lines = call.transcript.iter().filter_map(|line| {
        Some(Spoken {
            agent: line.speaker == Speaker::Agent,
            start_ms: line.start_ms?,
            end_ms: line.end_ms?,
            syllables: syllables(&line.text),
        })
    });
    flac(&samples(&lines.collect::<Vec<_>>(), call.duration_ms, &call.external_id))
}

async fn import_file(app: &App, actor: &Actor, conversations: &[DemoConversation], folder: Option<&Path>) -> Result<()> {
    let mut file = Vec::new();
    for made in conversations {
        serde_json::to_writer(&mut file, &made.input).map_err(|e| Error::Damaged(e.to_string()))?;
        file.push(b'\n');
    }
    let recordings = folder.map(Folder::at).transpose()?;
    let source = ImportSource { input: Box::new(Cursor::new(file)), format: FileFormat::Ndjson, recordings };
    let report = import(app, actor, source, |_| ()).await?;
    match report.refusals.first() {
        None => Ok(()),
        Some(refused) => Err(Refusal::invalid("conversations", format!("line {}: {}", refused.line, refused.reason)).into()),
    }
}
