//! Lists the agents.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::agent::{Agent, AgentFilter};
use crate::domain::page::{Page, PageRequest};

/// A page of the agents within reach, by employee number.
///
/// # Permissions
/// `people.read`; shows what is within reach, and to agents themselves.
///
/// # Errors
/// `Forbidden`.
pub async fn list(app: &App, actor: &Actor, filter: AgentFilter, page: PageRequest) -> Result<Page<Agent>> {
    let reach = actor.reach(Action::PeopleRead)?;
    app.read(move |conn| db::agents::page(conn, &reach, &filter, &page)).await
}
