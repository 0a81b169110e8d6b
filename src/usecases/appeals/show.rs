//! Shows an appeal.

use super::{Appeal, found, whole};
use crate::app::App;
use crate::db::Result;
use crate::domain::access::{Action, Actor};
use crate::domain::id::AppealId;

/// An appeal with its decisions and attachments.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where it is out of reach.
pub async fn show(app: &App, actor: &Actor, id: AppealId) -> Result<Appeal> {
    let reach = actor.reach(Action::AppealRead)?;
    let (acting, now) = (actor.clone(), app.clock.now());
    app.read(move |conn| {
        let row = found(conn, &reach, id)?;
        whole(conn, row, &acting, now)
    })
    .await
}
