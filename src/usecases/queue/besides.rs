//! Shows what waits for somebody's grade besides samples: second gradings and calibration sessions.

use chrono::NaiveDate;

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::calibration::CalibrationState;
use crate::domain::id::{CalibrationId, RegradeId};
use crate::domain::page::PageRequest;
use crate::domain::period::{Period, local_day};
use crate::domain::regrade::RegradeState;

/// What waits besides samples, the earliest due first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Besides {
    /// The caller's second gradings that were not given yet.
    pub regrades: Vec<WaitingRegrade>,
    /// The open calibration sessions that the caller grades in.
    pub calibrations: Vec<WaitingCalibration>,
}

/// A second grading that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRegrade {
    /// The second grading.
    pub id: RegradeId,
    /// The period of the evaluation.
    pub period: Period,
    /// Until when, a local day.
    pub due_on: NaiveDate,
    /// Whether that day has passed.
    pub overdue: bool,
}

/// An open calibration session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingCalibration {
    /// The session.
    pub id: CalibrationId,
    /// What it is called.
    pub name: String,
    /// Until when, a local day.
    pub due_on: NaiveDate,
    /// Whether that day has passed and the caller has not graded.
    pub overdue: bool,
    /// Whether the caller has graded; the grade can be given again while the session is open.
    pub graded: bool,
}

/// What waits for the caller's own grade besides samples.
///
/// # Permissions
/// `grading`.
///
/// # Errors
/// `Forbidden`.
pub async fn besides(app: &App, actor: &Actor) -> Result<Besides> {
    actor.may(Action::Grade)?;
    let who = actor.person()?;
    let now = app.clock.now();
    app.read(move |conn| {
        // However far the caller sees: only what is the caller's own.
        let own = Reach { user: Some(who), ..Reach::default() };
        let all = PageRequest { limit: PageRequest::MAX, after: None };
        let today = local_day(now, db::organisation::load(conn)?.zone);
        let mut besides = Besides::default();
        for row in db::regrades::page(conn, &own, Some(RegradeState::Assigned), None, &all)? {
            let overdue = row.due_on < today;
            besides.regrades.push(WaitingRegrade { id: row.id, period: row.period, due_on: row.due_on, overdue });
        }
        for row in db::calibrations::page(conn, &own, Some(CalibrationState::Open), &all)? {
            let graded = db::calibrations::sheets(conn, row.id)?.get(&who).is_some_and(Option::is_some);
            let overdue = !graded && row.due_on < today;
            besides.calibrations.push(WaitingCalibration { id: row.id, name: row.name, due_on: row.due_on, overdue, graded });
        }
        besides.regrades.sort_by_key(|it| (it.due_on, it.id));
        besides.calibrations.sort_by_key(|it| (it.graded, it.due_on, it.id));
        Ok(besides)
    })
    .await
}
