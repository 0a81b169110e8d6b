//! Lists runs: one's own, or everybody's.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::import_run::{ImportKind, ImportRun, RunFilter};
use crate::domain::page::{Page, PageRequest};

/// A page of one's own runs, or of `everybody`'s, the latest first.
///
/// # Permissions
/// One's own; everybody's with `audit.read` for the whole centre.
///
/// # Errors
/// `Forbidden`.
pub async fn list(app: &App, actor: &Actor, kind: Option<ImportKind>, everybody: bool, page: PageRequest) -> Result<Page<ImportRun>> {
    let user = if everybody {
        actor.may_everywhere(Action::AuditRead)?;
        None
    } else {
        Some(actor.person()?)
    };
    app.read(move |conn| db::import_runs::page(conn, RunFilter { kind, user }, &page)).await
}
