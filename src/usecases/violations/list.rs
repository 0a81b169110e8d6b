//! Lists violations.

use super::{ViolationFilter, ViolationSummary};
use crate::app::App;
use crate::db::Result;
use crate::db::views::evaluations::moment_key;
use crate::db::views::violations;
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};

/// Violations that the caller may see, newest first.
///
/// # Errors
/// `Forbidden`; `Invalid` on a cursor of another list.
pub async fn list(app: &App, actor: &Actor, filter: ViolationFilter, page: PageRequest) -> Result<Page<ViolationSummary>> {
    let reach = actor.reach(Action::EvaluationRead)?;
    app.read(move |conn| {
        let rows = violations::page(conn, &reach, &filter, &page)?;
        Ok(page.page(rows, |row| (moment_key(row.created_at), row.id.0)))
    })
    .await
}
