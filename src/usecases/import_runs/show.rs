//! Shows a run and its report.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::ImportRunId;
use crate::domain::import_run::{ImportRun, RunReport};

/// A run, and its report once it has come to its end.
///
/// # Permissions
/// One's own; others' with `audit.read` for the whole centre.
///
/// # Errors
/// `NotFound`, also for what is not one's own.
pub async fn show(app: &App, actor: &Actor, id: ImportRunId) -> Result<(ImportRun, Option<RunReport>)> {
    let (user, all) = (actor.person()?, actor.may_everywhere(Action::AuditRead).is_ok());
    app.read(move |conn| {
        let run = db::import_runs::get(conn, id)?;
        if run.user_id != user && !all {
            return Err(Refusal::not_found("import run", id).into());
        }
        Ok((run, db::import_runs::report(conn, id)?))
    })
    .await
}
