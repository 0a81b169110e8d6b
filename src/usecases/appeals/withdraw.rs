//! Takes an appeal back before it is decided.

use super::{Appeal, found, whole};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::appeal::AppealState;
use crate::domain::id::AppealId;
use crate::domain::{Refusal, version};

/// Takes the appeal back; what it was against can be challenged again while there is time. In the second instance the first decision stays.
///
/// # Errors
/// `Forbidden` for everybody but who made it; `NotFound`; `Stale`; `Conflict` with code `appeal_not_pending`.
pub async fn withdraw(app: &App, actor: &Actor, id: AppealId, seen: i32) -> Result<Appeal> {
    let reach = actor.reach(Action::AppealSubmit)?;
    let who = actor.person()?;
    let acting = actor.clone();
    app.write(actor, move |tx| {
        let mut row = found(tx.conn, &reach, id)?;
        version::check(seen, row.version)?;
        row.state = match row.state {
            AppealState::Open if row.made_by == who => AppealState::Withdrawn,
            AppealState::SecondInstance if row.second_by == Some(who) => AppealState::Final,
            AppealState::Open | AppealState::SecondInstance => {
                return Err(Refusal::forbidden("only who made an appeal takes it back").into());
            }
            AppealState::Decided | AppealState::Final | AppealState::Withdrawn => {
                let message = format!("this appeal is {}; there is nothing to take back", row.state);
                return Err(Refusal::conflict("appeal_not_pending", message).into());
            }
        };
        db::appeals::update(tx, &mut row)?;
        tx.audit_event("appeal.withdrawn", ("appeal", &id), &serde_json::json!({ "state": row.state }))?;
        whole(tx.conn, row, &acting, tx.now)
    })
    .await
}
