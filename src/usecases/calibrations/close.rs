//! Closes a calibration session: from then on everybody in it sees every grade and the report.

use super::{Calibration, view};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::CalibrationId;
use crate::domain::version;

/// Closes the session, whether everybody has graded or not.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Stale`; `Conflict` with code `calibration_closed`.
pub async fn close(app: &App, actor: &Actor, id: CalibrationId, seen: i32) -> Result<Calibration> {
    let reach = actor.reach(Action::CalibrationRun)?;
    let who = actor.user;
    app.write(actor, move |tx| {
        let mut row = db::calibrations::get(tx.conn, &reach, id)?;
        version::check(seen, row.version)?;
        row.state.check_open()?;
        db::calibrations::close(tx, &mut row)?;
        tx.audit_event("calibration.closed", ("calibration", &id), &serde_json::json!({}))?;
        view(tx.conn, row, who)
    })
    .await
}
