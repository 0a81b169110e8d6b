//! Says why the last close of a period failed, where somebody waited in vain for it.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::UserId;
use crate::domain::month_close::{PeriodState, is_abandoned};
use crate::domain::period::Period;

/// A close that did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedClose {
    /// When it failed; where nobody noted that, when it began.
    pub at: DateTime<Utc>,
    /// Who closed; absent for the operator.
    pub by: Option<UserId>,
    /// Whether it failed at a step; otherwise it broke off, because the service stopped.
    pub noted: bool,
    /// What refused it; absent for a fault of the service itself, which its log describes.
    pub why: Option<String>,
}

/// How the last close of this period failed; nothing where there was none, where one is running, or where it succeeded.
///
/// # Permissions
/// `periods.read`, for the whole centre; others are told nothing.
///
/// # Errors
/// `Forbidden`.
pub async fn failed(app: &App, actor: &Actor, period: Period) -> Result<Option<FailedClose>> {
    if !actor.reach(Action::PeriodRead)?.all {
        return Ok(None);
    }
    let now = app.clock.now();
    app.read(move |conn| {
        let row = db::periods::find(conn, period)?;
        if row.is_some_and(|row| row.state == PeriodState::Closed || !is_abandoned(row.touched_at, now)) {
            return Ok(None);
        }
        let words = ["period.close_begun", "period.close_failed"];
        let last = db::audit::last_of(conn, ("period", &period.to_string()), &words)?;
        Ok(last.map(|line| {
            let noted = line.action == "period.close_failed";
            FailedClose { at: line.at, by: line.user_id, noted, why: line.reason.filter(|_| noted) }
        }))
    })
    .await
}
