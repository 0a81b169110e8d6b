//! Shows until when an evaluation can be appealed against.

use chrono::{DateTime, Utc};

use super::subject;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::appeal::{AppealTerms, Subject};
use crate::domain::id::EvaluationId;

/// The time that an appeal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppealTime {
    /// When the time is over.
    pub until: DateTime<Utc>,
    /// Whether it is not over yet.
    pub open: bool,
    /// Whole working days that are left.
    pub working_days: u32,
}

/// Until when somebody may appeal against an evaluation of an agent within reach.
///
/// # Permissions
/// `appeals.submit`.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where it is out of reach.
pub async fn until(app: &App, actor: &Actor, id: EvaluationId) -> Result<AppealTime> {
    let reach = actor.reach(Action::AppealSubmit)?;
    let now = app.clock.now();
    app.read(move |conn| {
        let facts = subject::facts(conn, Subject::Evaluation(id))?;
        if !db::ledger::agent_is_within(conn, &reach, facts.agent_id)? {
            return Err(Refusal::not_found("evaluation", id).into());
        }
        let calendar = db::settings::calendar(conn)?;
        let (terms, _) = db::settings::load::<AppealTerms>(conn)?;
        let until = calendar.add_days(facts.known_at, terms.days_to_appeal);
        let open = now < until;
        Ok(AppealTime { until, open, working_days: if open { calendar.days_between(now, until) } else { 0 } })
    })
    .await
}
