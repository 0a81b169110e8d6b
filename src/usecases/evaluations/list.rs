//! Lists evaluations.

use super::{EvaluationFilter, EvaluationSummary};
use crate::app::App;
use crate::db::Result;
use crate::db::views::evaluations::{self, moment_key};
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};

/// Evaluations that the caller may see, newest first: agents see their own, inspectors those that they graded, leads their teams'.
///
/// # Errors
/// `Forbidden`; `Invalid` on a cursor of another list.
pub async fn list(app: &App, actor: &Actor, filter: EvaluationFilter, page: PageRequest) -> Result<Page<EvaluationSummary>> {
    let reach = actor.reach(Action::EvaluationRead)?;
    app.read(move |conn| {
        let rows = evaluations::page(conn, &reach, &filter, &page)?;
        Ok(page.page(rows, |row| (moment_key(row.submitted_at), row.id.0)))
    })
    .await
}
