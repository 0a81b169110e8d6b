//! Shows a period, and what stands in the way of closing it.

use super::{PeriodView, view};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::period::Period;

/// The period; any month can be asked for, also one in which nothing has happened.
///
/// # Errors
/// `Forbidden`.
pub async fn show(app: &App, actor: &Actor, period: Period) -> Result<PeriodView> {
    let whole = actor.reach(Action::PeriodRead)?.all;
    let now = app.clock.now();
    app.read(move |conn| {
        let organisation = db::organisation::load(conn)?;
        view(conn, &organisation, now, period).map(|it| if whole { it } else { it.without_figures() })
    })
    .await
}
