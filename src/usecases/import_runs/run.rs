//! Brings a kept file in, and says how far it is while it does.

use std::io::{BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::kept;
use super::watch::Watch;
use crate::app::App;
use crate::db::{self, Error, Result};
use crate::domain::Refusal;
use crate::domain::access::Actor;
use crate::domain::import_run::{ImportKind, ImportRun, RunCounts, RunFault, RunProgress, RunReport, RunState};
use crate::domain::line_report::LineReport;
use crate::usecases::conversations::import::{ImportReport, ImportSource, import};
use crate::usecases::conversations::upload::source_in;
use crate::usecases::line_import::Upload;
use crate::usecases::{agents, attendance, breaches, complaints, teams, users, vendors};

/// How often it is noted how far a run is, where it has moved.
const BEAT: Duration = Duration::from_millis(700);

/// After how many beats a run that has not moved gives a sign of life.
const QUIET_BEATS: u32 = 20;

/// Why a run broke off that found no room at its beginning.
const NO_ROOM: &str = "there is no room left where the data are kept, and nothing was stored; make room and try again";

/// Carries out an attempt of a run to its end, and notes there what came of it. Each chunk of lines is a transaction, so that a process that is
/// killed leaves whole rows only.
///
/// # Permissions
/// What the import of that kind asks for.
///
/// # Errors
/// Why it broke off, which the run says too.
pub async fn run(app: &App, actor: &Actor, run: &ImportRun) -> Result<()> {
    let (watch, mut heard) = Watch::heard();
    let work = async {
        let turn = app.importing.acquire().await.map_err(|error| Error::Panicked(error.to_string()))?;
        watch.tell(RunProgress::default());
        let done = bring_in(app, actor, run, watch.clone()).await;
        drop(turn);
        done
    };
    tokio::pin!(work);
    let (mut beat, mut quiet, mut state) = (tokio::time::interval(BEAT), 0_u32, RunState::Waiting);
    let outcome = loop {
        tokio::select! {
            outcome = &mut work => break outcome,
            _ = beat.tick() => {}
        }
        if heard.has_changed().unwrap_or(false) {
            state = RunState::Running;
            quiet = 0;
        } else {
            quiet = quiet.saturating_add(1);
            if quiet < QUIET_BEATS {
                continue;
            }
            quiet = 0;
        }
        let progress = *heard.borrow_and_update();
        let (id, attempt) = (run.id, run.attempt);
        match app.write(actor, move |tx| db::import_runs::note(tx, id, attempt, state, &progress)).await {
            Ok(()) => {}
            // Somebody took it for dead and began it again.
            Err(error @ Error::Refused(_)) => return Err(error),
            Err(error) => tracing::warn!(%error, import = %id, "how far an import is could not be noted; it goes on"),
        }
    };
    let progress = *heard.borrow();
    end(app, actor, run, progress, outcome).await
}

/// Notes what came of an attempt, and lets go of a file that was stored.
async fn end(app: &App, actor: &Actor, run: &ImportRun, progress: RunProgress, outcome: Result<(RunReport, RunCounts)>) -> Result<()> {
    let (id, attempt, dry_run) = (run.id, run.attempt, run.dry_run);
    match outcome {
        Ok((report, counts)) => {
            let whole = progress.whole.unwrap_or_else(|| counts.lines());
            let progress = RunProgress { counts, done: whole, whole: Some(whole) };
            app.write(actor, move |tx| {
                db::import_runs::note(tx, id, attempt, RunState::Running, &progress)?;
                db::import_runs::end(tx, id, attempt, Ok(&report))
            })
            .await?;
            if !dry_run {
                kept::remove(kept::place(app, id)).await?;
            }
            Ok(())
        }
        Err(error) => {
            let why = match &error {
                Error::Refused(refusal) => Some(refusal.message.clone()),
                Error::Full(_) => Some(NO_ROOM.to_owned()),
                _ => None,
            };
            app.write(actor, move |tx| {
                db::import_runs::note(tx, id, attempt, RunState::Running, &progress)?;
                db::import_runs::end(tx, id, attempt, Err(why.as_deref()))
            })
            .await?;
            Err(error)
        }
    }
}

async fn bring_in(app: &App, actor: &Actor, run: &ImportRun, watch: Watch) -> Result<(RunReport, RunCounts)> {
    let gone = || Refusal::conflict("file_gone", "the file is no longer kept; hand it in again");
    let folder = kept::place(app, run.id);
    if run.kind == ImportKind::Conversations {
        let found = kept::blocking(move || Ok(source_in(&folder))).await?;
        let ImportSource { input, format, recordings } = found?.ok_or_else(gone)?;
        let read = Arc::new(AtomicU64::new(0));
        let input = Box::new(Counted { input, read: Arc::clone(&read) });
        let whole = Some(run.file_bytes);
        let told = |so_far: &ImportReport| {
            watch.tell(RunProgress { counts: counts(so_far), done: read.load(Ordering::Relaxed), whole });
        };
        let report = import(app, actor, ImportSource { input, format, recordings }, told).await?;
        let counts = counts(&report);
        return Ok((of_conversations(report), counts));
    }
    let csv = kept::table(folder).await?.ok_or_else(gone)?;
    let report = table(app, actor, run.kind, Upload::new(csv, run.dry_run).watched(watch)).await?;
    let counts = RunCounts::from(&report);
    Ok((report.into(), counts))
}

/// Imports a table at once, or says what it would change.
///
/// # Permissions
/// What the import of that kind asks for.
///
/// # Errors
/// Those of that import; `Unsupported` for conversations, which are no table alone.
pub async fn table(app: &App, actor: &Actor, kind: ImportKind, upload: Upload) -> Result<LineReport> {
    match kind {
        ImportKind::Agents => agents::import::import(app, actor, upload).await,
        ImportKind::Attendance => attendance::import::import(app, actor, upload).await,
        ImportKind::Breaches => breaches::import::import(app, actor, upload).await,
        ImportKind::Complaints => complaints::import::import(app, actor, upload).await,
        ImportKind::Conversations => Err(Refusal::unsupported("conversations have no preview").into()),
        ImportKind::Teams => teams::import::import(app, actor, upload).await,
        ImportKind::Users => users::import::import(app, actor, upload).await,
        ImportKind::Vendors => vendors::import::import(app, actor, upload).await,
    }
}

fn counts(report: &ImportReport) -> RunCounts {
    let ImportReport { inserted, updated, unchanged, refused, .. } = *report;
    RunCounts { inserted, updated, unchanged, refused }
}

fn of_conversations(report: ImportReport) -> RunReport {
    let fault = |refused: crate::usecases::conversations::import::RefusedConversation| RunFault {
        line: refused.line,
        about: refused.conversation.unwrap_or_default(),
        field: String::new(),
        message: refused.reason,
    };
    RunReport {
        faults: report.refusals.into_iter().map(fault).collect(),
        faults_left_out: report.refusals_left_out,
        ..RunReport::default()
    }
}

/// A file that says how much of it was read.
struct Counted {
    input: Box<dyn BufRead + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(into)?;
        self.read.fetch_add(u64::try_from(count).unwrap_or(0), Ordering::Relaxed);
        Ok(count)
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.input.consume(amount);
        self.read.fetch_add(u64::try_from(amount).unwrap_or(0), Ordering::Relaxed);
    }
}
