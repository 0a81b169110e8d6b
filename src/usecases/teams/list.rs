//! Lists the teams.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};
use crate::domain::team::{Team, TeamFilter};

/// A page of the teams within reach, by code.
///
/// # Permissions
/// `people.read`; shows what is within reach, and to agents their own team.
///
/// # Errors
/// `Forbidden`.
pub async fn list(app: &App, actor: &Actor, filter: TeamFilter, page: PageRequest) -> Result<Page<Team>> {
    let reach = actor.reach(Action::PeopleRead)?;
    app.read(move |conn| db::teams::page(conn, &reach, &filter, &page)).await
}
