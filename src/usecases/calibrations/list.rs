//! Lists calibration sessions.

use super::{Calibration, view};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::calibration::CalibrationState;
use crate::domain::page::{Page, PageRequest};

/// The sessions, the newest first; inspectors see those that they grade in.
///
/// # Errors
/// `Forbidden`; `Invalid` on `cursor`.
pub async fn list(app: &App, actor: &Actor, state: Option<CalibrationState>, page: PageRequest) -> Result<Page<Calibration>> {
    let reach = actor.reach(Action::CalibrationRead)?;
    app.read(move |conn| {
        let rows = db::calibrations::page(conn, &reach, state, &page)?;
        let views = rows.into_iter().map(|row| view(conn, row, reach.user)).collect::<Result<Vec<_>>>()?;
        Ok(page.page(views, |it| (String::new(), it.id.0)))
    })
    .await
}
