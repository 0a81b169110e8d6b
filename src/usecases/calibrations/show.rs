//! Shows a calibration session.

use super::{Calibration, view};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::CalibrationId;

/// A session with the grades that the caller may see.
///
/// # Errors
/// `Forbidden`; `NotFound`, also for who does not grade in it.
pub async fn show(app: &App, actor: &Actor, id: CalibrationId) -> Result<Calibration> {
    let reach = actor.reach(Action::CalibrationRead)?;
    app.read(move |conn| {
        let row = db::calibrations::get(conn, &reach, id)?;
        view(conn, row, reach.user)
    })
    .await
}
