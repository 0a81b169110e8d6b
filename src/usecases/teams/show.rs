//! Shows one team.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::TeamId;
use crate::domain::team::Team;

/// The team with this id.
///
/// # Permissions
/// `people.read`, within reach; agents see their own team.
///
/// # Errors
/// `NotFound` where there is none within reach.
pub async fn show(app: &App, actor: &Actor, id: TeamId) -> Result<Team> {
    let reach = actor.reach(Action::PeopleRead)?;
    app.read(move |conn| db::teams::find(conn, id, &reach)).await
}
