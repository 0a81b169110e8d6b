//! Hands out what is needed to grade a conversation again, blind.

use super::{Regrade, check_theirs, view};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::RegradeId;
use crate::domain::period::local_day;
use crate::usecases::conversations::{self, show::ConversationDetail};
use crate::usecases::scorecards::{self, ScorecardVersion};

/// A second grading with all that is needed to give it.
#[derive(Debug, Clone, PartialEq)]
pub struct RegradeTask {
    /// The second grading, without the first grade.
    pub regrade: Regrade,
    /// Whether its day has passed.
    pub overdue: bool,
    /// The conversation with transcript and recordings.
    pub conversation: ConversationDetail,
    /// The scorecard version to grade it with.
    pub scorecard: ScorecardVersion,
}

/// Reads what the second inspector needs.
///
/// # Errors
/// `Forbidden`, also for who is not the one to grade it again; `NotFound`; `Conflict` with code `already_graded`.
pub async fn hand_out(app: &App, actor: &Actor, id: RegradeId) -> Result<RegradeTask> {
    actor.may(Action::Grade)?;
    let reach = actor.reach(Action::RegradeRead)?;
    let who = actor.person()?;
    let now = app.clock.now();
    let (regrade, overdue) = app
        .read(move |conn| {
            let row = db::regrades::get(conn, &reach, id)?;
            check_theirs(&row, who)?;
            let overdue = row.due_on < local_day(now, db::organisation::load(conn)?.zone);
            Ok((view(conn, row, true)?, overdue))
        })
        .await?;
    let conversation = conversations::show::show(app, actor, regrade.conversation_id).await?;
    let scorecard = scorecards::show::show_version_by_id(app, actor, regrade.scorecard_version_id).await?;
    Ok(RegradeTask { regrade, overdue, conversation, scorecard })
}
