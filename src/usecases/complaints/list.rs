//! Lists complaints.

use super::{Complaint, ComplaintFilter, shown};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};
use crate::usecases::conversations::plain;

/// The complaints within reach, in the order that is asked for.
///
/// # Errors
/// `Forbidden`; `Invalid` on `cursor`.
pub async fn list(app: &App, actor: &Actor, filter: ComplaintFilter, page: PageRequest) -> Result<Page<Complaint>> {
    let reach = actor.reach(Action::ComplaintRead)?;
    let plain = plain::reach(actor);
    app.read(move |conn| {
        let rows = db::complaints::page(conn, &reach, &filter, &page)?;
        let rows = rows.into_iter().map(|row| shown(conn, plain.as_ref(), row)).collect::<Result<Vec<_>>>()?;
        Ok(page.page(rows, |row| (String::new(), row.id.0)))
    })
    .await
}
