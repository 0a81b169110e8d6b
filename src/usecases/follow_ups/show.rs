//! Shows a follow-up.

use super::{FollowUp, view};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::FollowUpId;

/// A follow-up, with whether the same error came back.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where it is out of reach.
pub async fn show(app: &App, actor: &Actor, id: FollowUpId) -> Result<FollowUp> {
    let reach = actor.reach(Action::FollowUpRead)?;
    app.read(move |conn| {
        let row = db::follow_ups::get(conn, &reach, id)?;
        view(conn, row)
    })
    .await
}
