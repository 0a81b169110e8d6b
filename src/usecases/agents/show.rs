//! Shows one agent.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::agent::Agent;
use crate::domain::id::AgentId;

/// The agent with this id.
///
/// # Permissions
/// `people.read`, within reach; agents see themselves.
///
/// # Errors
/// `NotFound` where there is none within reach.
pub async fn show(app: &App, actor: &Actor, id: AgentId) -> Result<Agent> {
    let reach = actor.reach(Action::PeopleRead)?;
    app.read(move |conn| db::agents::find(conn, id, &reach)).await
}
