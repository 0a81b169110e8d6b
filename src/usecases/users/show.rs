//! Shows one user.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::UserId;
use crate::domain::user::User;

/// The user with this id.
///
/// # Permissions
/// `users.read`, within reach.
///
/// # Errors
/// `NotFound` where there is none within reach.
pub async fn show(app: &App, actor: &Actor, id: UserId) -> Result<User> {
    let reach = actor.reach(Action::UserRead)?;
    app.read(move |conn| db::user_list::find(conn, id, &reach)).await
}
