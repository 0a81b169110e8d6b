//! Says how far the close of a period is.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::month_close::{PeriodState, is_abandoned};
use crate::domain::period::Period;

/// How far a running close is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// Lines of the fine list that are frozen.
    pub frozen: i64,
    /// Lines that the list has.
    pub lines: i64,
}

/// How far the close of this period is; nothing where none is running, or where the process of one that was has died.
///
/// # Permissions
/// `periods.read`.
///
/// # Errors
/// `Forbidden`.
pub async fn closing(app: &App, actor: &Actor, period: Period) -> Result<Option<Closing>> {
    actor.may(Action::PeriodRead)?;
    let now = app.clock.now();
    app.read(move |conn| {
        let row = db::periods::find(conn, period)?;
        if !row.is_some_and(|row| row.state == PeriodState::Closing && !is_abandoned(row.touched_at, now)) {
            return Ok(None);
        }
        let (lines, _) = db::ledger::total_of_period(conn, period)?;
        Ok(Some(Closing { frozen: db::period_lists::frozen_lines(conn, period)?, lines }))
    })
    .await
}
