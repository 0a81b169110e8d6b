//! Asks for the second instance.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Appeal, found, letters, whole};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::appeal::{AppealState, AppealTerms, check_second};
use crate::domain::id::AppealId;
use crate::domain::masking::checked_prose;
use crate::domain::version;

/// Why the first decision is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondRequest {
    /// Why, 1 to 4,000 characters.
    pub text: String,
}

/// Brings a decided appeal to somebody else than who decided it first, within the time that the terms give.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Stale`; `Invalid` on `text`; `Conflict` with code `appeal_not_decided`, `no_second_instance` or
/// `appeal_time_over`.
pub async fn ask_second(app: &App, actor: &Actor, id: AppealId, seen: i32, command: SecondRequest) -> Result<Appeal> {
    let reach = actor.reach(Action::AppealSubmit)?;
    let who = actor.person()?;
    let acting = actor.clone();
    let text = checked_prose("text", &command.text, 4_000)?;
    app.write(actor, move |tx| {
        let mut row = found(tx.conn, &reach, id)?;
        version::check(seen, row.version)?;
        let calendar = db::settings::calendar(tx.conn)?;
        let (terms, _) = db::settings::load::<AppealTerms>(tx.conn)?;
        check_second(&calendar, terms, row.state, row.decided_at, tx.now)?;
        row.state = AppealState::SecondInstance;
        row.second_body = Some(text.clone());
        row.second_by = Some(who);
        row.second_at = Some(tx.now);
        row.due_at = calendar.add_days(tx.now, terms.days_to_decide);
        (row.reminded_at, row.overdue_at) = (None, None);
        db::appeals::update(tx, &mut row)?;
        tx.audit_event("appeal.second_instance", ("appeal", &id), &serde_json::json!({ "text": text }))?;
        letters::submitted(tx, &row)?;
        whole(tx.conn, row, &acting, tx.now)
    })
    .await
}
