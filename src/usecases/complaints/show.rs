//! Shows a complaint.

use super::{Complaint, shown};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::ComplaintId;
use crate::usecases::conversations::plain;

/// A complaint.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where it is out of reach.
pub async fn show(app: &App, actor: &Actor, id: ComplaintId) -> Result<Complaint> {
    let reach = actor.reach(Action::ComplaintRead)?;
    let plain = plain::reach(actor);
    app.read(move |conn| db::complaints::get(conn, &reach, id).and_then(|row| shown(conn, plain.as_ref(), row))).await
}
