//! Shows one vendor.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::VendorId;
use crate::domain::vendor::Vendor;

/// The vendor with this id.
///
/// # Permissions
/// `people.read`, within reach.
///
/// # Errors
/// `NotFound` where there is none within reach.
pub async fn show(app: &App, actor: &Actor, id: VendorId) -> Result<Vendor> {
    let reach = actor.reach(Action::PeopleRead)?;
    app.read(move |conn| db::vendors::find(conn, id, &reach)).await
}
