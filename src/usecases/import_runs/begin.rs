//! Begins a run once more: a preview is stored, or what broke off is taken up again.

use super::{kept, permit};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::Actor;
use crate::domain::id::ImportRunId;
use crate::domain::import_run::{ImportRun, RunProgress, RunState};

/// Begins the next attempt of a run of one's own, which [`super::run`] is to carry out. `store` makes an import of a preview. What was stored by an
/// earlier attempt is known to the import and changes nothing.
///
/// # Permissions
/// What the import of that kind asks for.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Conflict` with code `import_running`, `import_finished` or `file_gone`.
pub async fn begin(app: &App, actor: &Actor, id: ImportRunId, store: bool) -> Result<ImportRun> {
    let user = actor.person()?;
    let there = kept::is_kept(app, id);
    let asking = actor.clone();
    app.write(actor, move |tx| {
        let run = db::import_runs::get(tx.conn, id)?;
        if run.user_id != user {
            return Err(Refusal::not_found("import run", id).into());
        }
        permit(&asking, run.kind)?;
        run.may_begin(store, tx.now)?;
        if !there {
            return Err(Refusal::conflict("file_gone", "the file is no longer kept; hand it in again").into());
        }
        let dry_run = run.dry_run && !store;
        db::import_runs::begin_again(tx, &run, dry_run)?;
        let (attempt, state) = (run.attempt.saturating_add(1), RunState::Waiting);
        Ok(ImportRun { attempt, dry_run, state, touched_at: tx.now, finished_at: None, progress: RunProgress::default(), why: None, ..run })
    })
    .await
}
