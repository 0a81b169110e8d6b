//! Shows a second grading.

use super::{Regrade, is_blind, view};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::RegradeId;

/// A second grading; without the first grade for the second inspector.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where it is out of reach.
pub async fn show(app: &App, actor: &Actor, id: RegradeId) -> Result<Regrade> {
    let reach = actor.reach(Action::RegradeRead)?;
    app.read(move |conn| {
        let row = db::regrades::get(conn, &reach, id)?;
        let blind = is_blind(&reach, &row);
        view(conn, row, blind)
    })
    .await
}
