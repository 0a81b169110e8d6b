//! Shows until when something can be appealed against.

use chrono::{DateTime, Utc};

use super::subject;
use crate::app::App;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::appeal::{AppealTerms, Subject};

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

/// Until when somebody may appeal against something about an agent within reach.
///
/// # Permissions
/// `appeals.submit`.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where it is out of reach.
pub async fn until(app: &App, actor: &Actor, subject: Subject) -> Result<AppealTime> {
    let reach = actor.reach(Action::AppealSubmit)?;
    let now = app.clock.now();
    app.read(move |conn| {
        let facts = subject::facts(conn, subject)?;
        if !db::ledger::agent_is_within(conn, &reach, facts.agent_id)? {
            return Err(subject::not_found(subject).into());
        }
        time(conn, facts.known_at, now)
    })
    .await
}

/// The time that an appeal has against what is known since then.
pub(crate) fn time(conn: &mut AnyConnection, known_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<AppealTime> {
    let calendar = db::settings::calendar(conn)?;
    let (terms, _) = db::settings::load::<AppealTerms>(conn)?;
    let until = calendar.add_days(known_at, terms.days_to_appeal);
    let open = now < until;
    Ok(AppealTime { until, open, working_days: if open { calendar.days_between(now, until) } else { 0 } })
}
