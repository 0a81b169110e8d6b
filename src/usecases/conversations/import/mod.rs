//! Brings a file of conversations in, with their recordings.
//!
//! The file is read as it comes and stored in chunks, each in one transaction with its audit line: memory stays flat however long the file is,
//! and one that breaks off half-way leaves whole conversations only and can be run again. `(source, external_id)` is a conversation's identity;
//! what is the same as before changes nothing.

mod chunks;
mod decide;
mod prepare;
mod report;
mod store;

use std::io::BufRead;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::conversation::{FileFormat, ImportLimits};
use crate::domain::id::ImportId;
use crate::recordings::{Folder, RecordingLimits};

pub use report::{ImportReport, RefusedConversation};

use prepare::{Step, Workshop};
use store::Outcome;

/// What is imported.
pub struct ImportSource {
    /// The file.
    pub input: Box<dyn BufRead + Send>,
    /// How it is written.
    pub format: FileFormat,
    /// Where the recordings that it names lie.
    pub recordings: Option<Folder>,
}

/// Brings the conversations of `source` in. `progress` is told of the report so far after each chunk.
///
/// # Permissions
/// `conversations.import`; a conversation whose agent is out of reach is refused as if there were no such agent.
///
/// # Errors
/// `Invalid` where the file cannot be read at all, such as CSV without its columns. Refused conversations are no error: the report has them.
/// `Busy` where the database fails half-way, and `Full` where there is no room half-way: what was reported so far is stored then.
pub async fn import(app: &App, actor: &Actor, source: ImportSource, mut progress: impl FnMut(&ImportReport)) -> Result<ImportReport> {
    let reach = actor.reach(Action::ConversationImport)?;
    let zone = app.read(db::organisation::load).await?.zone;
    let limits = limits(app);
    let (send, mut receive) = mpsc::channel(1);
    let workshop = Arc::new(Workshop {
        zone,
        reach,
        folder: source.recordings,
        store: Arc::clone(&app.recordings),
        limits: RecordingLimits {
            bytes: app.config.limits.recording_bytes,
            duration_ms: app.config.limits.recording_seconds.saturating_mul(1000),
        },
    });
    let (input, format, shop) = (source.input, source.format, Arc::clone(&workshop));
    // The next chunk is read and prepared while the database stores the one before.
    let reader = tokio::task::spawn_blocking(move || {
        chunks::read(input, format, &limits, &shop, |chunk| send.blocking_send(chunk).is_ok());
    });
    let mut report = ImportReport::new(app.config.limits.report_lines);
    while let Some(prepared) = receive.recv().await {
        let prepared: Step = prepared?;
        let id = match report.id {
            Some(id) => id,
            None => *report.id.insert(begin(app, actor).await?),
        };
        if let Err(error) = bring_in(app, actor, &workshop, id, prepared, &mut report).await {
            return Err(broken_off(error, &report));
        }
        progress(&report);
    }
    reader.await.map_err(|e| db::Error::Panicked(e.to_string()))?;
    if let Some(id) = report.id {
        finish(app, actor, id, &report).await?;
    }
    Ok(report)
}

/// An import that stops half-way is no request of which nothing was stored, and its caller must know that.
fn broken_off(error: db::Error, report: &ImportReport) -> db::Error {
    let stored = report.inserted.saturating_add(report.updated);
    if stored == 0 || matches!(error, db::Error::Refused(_)) {
        return error;
    }
    tracing::error!(%error, import = ?report.id, stored, "an import stopped half-way");
    let refusal = if matches!(error, db::Error::Full(_)) {
        Refusal::full(format!(
            "the import stopped after {stored} conversations were stored, because there is no room left where the data are kept; make room and run it again"
        ))
    } else {
        Refusal::busy(format!("the import stopped after {stored} conversations were stored, because of a fault of ours; run it again"))
    };
    refusal.into()
}

/// The limits of the configuration.
fn limits(app: &App) -> ImportLimits {
    let limits = &app.config.limits;
    ImportLimits {
        line_bytes: limits.line_bytes,
        transcript_lines: limits.transcript_lines,
        text_characters: limits.text_characters,
        attributes: limits.attributes,
        recordings: limits.recordings,
        ..ImportLimits::default()
    }
}

async fn begin(app: &App, actor: &Actor) -> Result<ImportId> {
    app.write(actor, |tx| db::imports::begin(tx, "conversations")).await
}

async fn finish(app: &App, actor: &Actor, id: ImportId, report: &ImportReport) -> Result<()> {
    let (counts, text) = (report.counts(), db::tx::to_json(report)?);
    let details = serde_json::json!({
        "inserted": counts.inserted, "updated": counts.updated, "unchanged": counts.unchanged, "refused": counts.refused,
    });
    app.write(actor, move |tx| {
        db::imports::finish(tx, id, counts, &text)?;
        tx.audit_event("conversations.import_finished", ("import", &id), &details)
    })
    .await
}

/// One chunk: what can be refused without touching a recording is refused first, then recordings are read and stored, then the rows.
async fn bring_in(
    app: &App,
    actor: &Actor,
    workshop: &Arc<Workshop>,
    import: ImportId,
    mut prepared: Step,
    report: &mut ImportReport,
) -> Result<()> {
    prepared.refused.drain(..).for_each(|refused| report.refuse(refused));
    if prepared.rows.iter().any(|row| !row.recordings.is_empty()) {
        let rows = Arc::new(prepared.rows);
        let (shop, shared) = (Arc::clone(workshop), Arc::clone(&rows));
        let foresight = app.read(move |conn| prepare::foresee(conn, &shop.reach, &shared)).await?;
        let shop = Arc::clone(workshop);
        let rows = Arc::try_unwrap(rows).unwrap_or_else(|shared| (*shared).clone());
        prepared = blocking(move || shop.read_recordings(rows, foresight)).await??;
        prepared.refused.drain(..).for_each(|refused| report.refuse(refused));
    }
    let rows = Arc::new(prepared.rows);
    let (reach, shared) = (workshop.reach.clone(), Arc::clone(&rows));
    let outcomes = app.write(actor, move |tx| store::store(tx, import, &reach, &shared)).await?;
    let mut with_sounds = Vec::new();
    for (place, (row, outcome)) in rows.iter().zip(outcomes).enumerate() {
        if !row.recordings.is_empty() && matches!(outcome, Outcome::Inserted | Outcome::Updated) {
            with_sounds.push(place);
        }
        report.note(row, outcome);
    }
    if with_sounds.is_empty() {
        return Ok(());
    }
    // A file that had its time with another conversation may have been deleted between being found and being named.
    let shop = Arc::clone(workshop);
    blocking(move || with_sounds.iter().filter_map(|place| rows.get(*place)).try_for_each(|row| shop.store_all(row))).await?
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| db::Error::Panicked(e.to_string()))
}
