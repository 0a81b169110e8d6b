//! Lists follow-ups.

use super::{FollowUp, FollowUpFilter, view};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};

/// The follow-ups within reach and those that the caller owns, in the order that is asked for.
///
/// # Errors
/// `Forbidden`; `Invalid` on `cursor`.
pub async fn list(app: &App, actor: &Actor, filter: FollowUpFilter, page: PageRequest) -> Result<Page<FollowUp>> {
    let reach = actor.reach(Action::FollowUpRead)?;
    app.read(move |conn| {
        let rows = db::follow_ups::page(conn, &reach, &filter, &page)?;
        let views = rows.into_iter().map(|row| view(conn, row)).collect::<Result<Vec<_>>>()?;
        Ok(page.page(views, |it| (String::new(), it.id.0)))
    })
    .await
}
