//! Lists complaints.

use super::{Complaint, ComplaintFilter};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};

/// The complaints within reach, in the order that is asked for.
///
/// # Errors
/// `Forbidden`; `Invalid` on `cursor`.
pub async fn list(app: &App, actor: &Actor, filter: ComplaintFilter, page: PageRequest) -> Result<Page<Complaint>> {
    let reach = actor.reach(Action::ComplaintRead)?;
    app.read(move |conn| {
        let rows = db::complaints::page(conn, &reach, &filter, &page)?;
        Ok(page.page(rows, |row| (String::new(), row.id.0)))
    })
    .await
}
