//! Shows an operating breach.

use super::Breach;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::BreachId;

/// An operating breach.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where it is out of reach.
pub async fn show(app: &App, actor: &Actor, id: BreachId) -> Result<Breach> {
    let reach = actor.reach(Action::ComplaintRead)?;
    app.read(move |conn| db::breaches::get(conn, &reach, id)).await
}
