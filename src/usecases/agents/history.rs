//! Tells which teams an agent has been in.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::AgentId;
use crate::domain::membership::Membership;

/// The teams of an agent, the earliest first; each lasts until the next begins.
///
/// # Permissions
/// `people.read`, within reach.
///
/// # Errors
/// `NotFound`.
pub async fn history(app: &App, actor: &Actor, id: AgentId) -> Result<Vec<Membership>> {
    let reach = actor.reach(Action::PeopleRead)?;
    app.read(move |conn| {
        let agent = db::agents::find(conn, id, &reach)?;
        db::agents::history(conn, agent.id)
    })
    .await
}
