//! Lists second gradings.

use super::{Regrade, is_blind, view};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::domain::regrade::RegradeState;

/// The second gradings, the newest first; inspectors see those that are theirs to grade, without the first grade.
///
/// # Errors
/// `Forbidden`; `Invalid` on `cursor`.
pub async fn list(
    app: &App,
    actor: &Actor,
    state: Option<RegradeState>,
    period: Option<Period>,
    page: PageRequest,
) -> Result<Page<Regrade>> {
    let reach = actor.reach(Action::RegradeRead)?;
    app.read(move |conn| {
        let rows = db::regrades::page(conn, &reach, state, period, &page)?;
        let mut views = Vec::new();
        for row in rows {
            let blind = is_blind(&reach, &row);
            views.push(view(conn, row, blind)?);
        }
        Ok(page.page(views, |it| (String::new(), it.id.0)))
    })
    .await
}
