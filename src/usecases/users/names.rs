//! Names users for lists that know only their ids.

use std::collections::HashMap;

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::UserId;

/// The names of these users.
///
/// # Permissions
/// `users.read` for the whole centre.
///
/// # Errors
/// `Forbidden`.
pub async fn names(app: &App, actor: &Actor, ids: Vec<UserId>) -> Result<HashMap<UserId, String>> {
    actor.may_everywhere(Action::UserRead)?;
    app.read(move |conn| Ok(db::views::samples::names_of(conn, &ids)?.into_iter().collect())).await
}
