//! Lists the users.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};
use crate::domain::user::{User, UserFilter};

/// A page of the users within reach, by username.
///
/// # Permissions
/// `users.read`; shows who is within reach.
///
/// # Errors
/// `Forbidden`.
pub async fn list(app: &App, actor: &Actor, filter: UserFilter, page: PageRequest) -> Result<Page<User>> {
    let reach = actor.reach(Action::UserRead)?;
    app.read(move |conn| db::user_list::page(conn, &reach, &filter, &page)).await
}
