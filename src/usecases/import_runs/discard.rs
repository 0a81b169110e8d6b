//! Discards a run that is not to be stored, with its file.

use super::kept;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::Actor;
use crate::domain::id::ImportRunId;
use crate::domain::import_run::{ImportRun, RunState};

/// Takes a preview, or a run that broke off, off one's list. What it has stored stays.
///
/// # Permissions
/// One's own.
///
/// # Errors
/// `NotFound`; `Conflict` with code `import_running` or `import_finished`.
pub async fn discard(app: &App, actor: &Actor, id: ImportRunId) -> Result<ImportRun> {
    let user = actor.person()?;
    let run = app
        .write(actor, move |tx| {
            let run = db::import_runs::get(tx.conn, id)?;
            if run.user_id != user {
                return Err(Refusal::not_found("import run", id).into());
            }
            match run.state_at(tx.now) {
                RunState::Finished if !run.dry_run => {
                    return Err(Refusal::conflict("import_finished", "this import has come to its end, and its report stays").into());
                }
                RunState::Waiting | RunState::Running => {
                    return Err(Refusal::conflict("import_running", "this import is running; wait for its end").into());
                }
                RunState::Finished | RunState::BrokenOff => {}
            }
            db::import_runs::remove(tx, id)?;
            Ok(run)
        })
        .await?;
    kept::remove(kept::place(app, id)).await?;
    Ok(run)
}
