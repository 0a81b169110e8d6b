//! Lists somebody's tokens.

use super::check_owner;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::UserId;
use crate::domain::page::{Page, PageRequest};
use crate::domain::token::Token;

/// A page of a user's tokens, one's own where no user is named; the oldest first, also those that have ended.
///
/// # Permissions
/// `tokens.own` for oneself, `users.read` for the whole centre for others.
///
/// # Errors
/// `Forbidden`.
pub async fn list(app: &App, actor: &Actor, user: Option<UserId>, page: PageRequest) -> Result<Page<Token>> {
    let owner = match user {
        Some(user) => user,
        None => actor.person()?,
    };
    check_owner(actor, owner, Action::UserRead)?;
    app.read(move |conn| db::tokens::page(conn, owner, &page)).await
}
