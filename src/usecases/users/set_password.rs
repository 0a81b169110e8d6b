//! Sets a user's password.

use crate::app::App;
use crate::auth;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::id::UserId;
use crate::domain::user::{PasswordInput, check_password};

/// Stores the hash of a new password.
///
/// # Permissions
/// `users.write` for the whole centre; anybody else their own, who show the password until now.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` on `password` or `current_password`.
pub async fn set_password(app: &App, actor: &Actor, id: UserId, input: PasswordInput) -> Result<()> {
    let administers = actor.may_everywhere(Action::UserWrite);
    if administers.is_err() {
        actor.may(Action::TokenOwn)?;
        if actor.user != Some(id) {
            administers?;
            return Ok(());
        }
    }
    let everything = Reach { all: true, ..Reach::default() };
    let (user, hash) =
        app.read(move |conn| Ok((db::user_list::find(conn, id, &everything)?, db::user_list::password_hash(conn, id)?))).await?;
    if administers.is_err() {
        let shown = input.current_password.as_deref().unwrap_or_default();
        if !hash.is_some_and(|hash| auth::verify_password(shown, &hash)) {
            return Err(Refusal::invalid("current_password", "is not the password until now").into());
        }
    }
    check_password(&input.password, &user.username)?;
    let hash = auth::hash_password(&input.password, app.chance.bytes())?;
    app.write(actor, move |tx| {
        db::user_list::set_password_hash(tx, id, &hash)?;
        tx.audit_event("user.password_set", ("user", &id), &serde_json::json!({ "username": user.username }))
    })
    .await
}
