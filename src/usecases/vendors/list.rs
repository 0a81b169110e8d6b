//! Lists the vendors.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};
use crate::domain::vendor::Vendor;

/// A page of the vendors within reach, by code.
///
/// # Permissions
/// `people.read`; shows what is within reach.
///
/// # Errors
/// `Forbidden`.
pub async fn list(app: &App, actor: &Actor, page: PageRequest) -> Result<Page<Vendor>> {
    let reach = actor.reach(Action::PeopleRead)?;
    app.read(move |conn| db::vendors::page(conn, &reach, &page)).await
}
