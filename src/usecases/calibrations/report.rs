//! Reports how far people agree in calibration sessions.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::calibration::{CalibrationReport, CalibrationState, report as measured};
use crate::domain::id::CalibrationId;
use crate::domain::page::PageRequest;

/// The report of one closed session.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Conflict` with code `calibration_open` before it is closed, so that nobody grades by it.
pub async fn report(app: &App, actor: &Actor, id: CalibrationId) -> Result<CalibrationReport> {
    let reach = actor.reach(Action::CalibrationRead)?;
    app.read(move |conn| {
        let row = db::calibrations::get(conn, &reach, id)?;
        match row.state {
            CalibrationState::Open => {
                Err(Refusal::conflict("calibration_open", "this session is open; its report comes when it is closed").into())
            }
            CalibrationState::Closed => Ok(measured(&[db::calibrations::grades(conn, &row)?])),
        }
    })
    .await
}

/// The report over the last closed sessions within reach, at most `last` (1 to 200): per item the conversations are the units.
///
/// # Errors
/// `Forbidden`; `Invalid` on `limit`.
pub async fn report_over(app: &App, actor: &Actor, last: Option<u32>) -> Result<CalibrationReport> {
    let reach = actor.reach(Action::CalibrationRead)?;
    let page = PageRequest::parse(last, None)?;
    app.read(move |conn| {
        let mut rows = db::calibrations::page(conn, &reach, Some(CalibrationState::Closed), &page)?;
        rows.truncate(usize::try_from(page.limit).unwrap_or(usize::MAX));
        let sessions = rows.iter().map(|row| db::calibrations::grades(conn, row)).collect::<Result<Vec<_>>>()?;
        Ok(measured(&sessions))
    })
    .await
}
