//! Hands out what is needed to grade in a calibration session.

use super::{Calibration, check_grades, own_sheet, view};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::evaluation::AnswerSheet;
use crate::domain::id::CalibrationId;
use crate::domain::period::local_day;
use crate::usecases::conversations::{self, show::ConversationDetail};
use crate::usecases::scorecards::{self, ScorecardVersion};

/// A calibration session with all that is needed to grade in it.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationTask {
    /// The session.
    pub session: Calibration,
    /// Whether its day has passed.
    pub overdue: bool,
    /// What the caller has handed in so far.
    pub sheet: Option<AnswerSheet>,
    /// The conversation with transcript and recordings.
    pub conversation: ConversationDetail,
    /// The scorecard version to grade it with.
    pub scorecard: ScorecardVersion,
}

/// Reads what somebody needs who grades in an open session.
///
/// # Errors
/// `Forbidden`; `NotFound`, also for who does not grade in it; `Conflict` with code `calibration_closed`.
pub async fn hand_out(app: &App, actor: &Actor, id: CalibrationId) -> Result<CalibrationTask> {
    let reach = actor.reach(Action::CalibrationRead)?;
    let who = actor.person()?;
    check_grades(actor)?;
    let now = app.clock.now();
    let (session, sheet, overdue) = app
        .read(move |conn| {
            let row = db::calibrations::get(conn, &reach, id)?;
            let sheet = own_sheet(conn, id, who)?;
            row.state.check_open()?;
            let overdue = row.due_on < local_day(now, db::organisation::load(conn)?.zone);
            Ok((view(conn, row, Some(who))?, sheet, overdue))
        })
        .await?;
    let conversation = conversations::show::show(app, actor, session.conversation_id).await?;
    let scorecard = scorecards::show::show_version_by_id(app, actor, session.scorecard_version_id).await?;
    Ok(CalibrationTask { session, overdue, sheet, conversation, scorecard })
}
