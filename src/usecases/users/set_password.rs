//! Sets a user's password, and ends the user's sessions.

use crate::app::App;
use crate::auth;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::id::UserId;
use crate::domain::user::{PasswordInput, check_password};

/// Stores the hash of a new password and ends every session of the user. Tokens stay.
///
/// # Permissions
/// `users.write` for the whole centre; anybody else their own, who show the password until now.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` on `password` or `current_password`.
pub async fn set_password(app: &App, actor: &Actor, id: UserId, input: PasswordInput) -> Result<()> {
    let must_show = match actor.may_everywhere(Action::UserWrite) {
        Ok(()) => false,
        Err(refusal) if actor.user != Some(id) => return Err(refusal.into()),
        Err(_) => {
            actor.may(Action::TokenOwn)?;
            true
        }
    };
    let everything = Reach::everything();
    let (user, stored) =
        app.read(move |conn| Ok((db::user_list::find(conn, id, &everything)?, db::sessions::password_hash(conn, id)?))).await?;
    check_password(&input.password, &user.username)?;
    let salt = app.chance.bytes();
    let work = tokio::task::spawn_blocking(move || {
        let shown = input.current_password.as_deref().unwrap_or_default();
        if must_show && !stored.is_some_and(|stored| auth::verify_password(shown, &stored)) {
            return Err(Refusal::invalid("current_password", "is not the password until now"));
        }
        auth::hash_password(&input.password, salt)
    });
    let hash = work.await.map_err(|error| db::Error::Panicked(error.to_string()))??;
    app.write(actor, move |tx| {
        db::sessions::set_password_hash(tx, id, &hash)?;
        let ended = db::sessions::end(tx, id, None, None)?;
        tx.audit_event("user.password_set", ("user", &id), &serde_json::json!({ "sessions_ended": ended }))
    })
    .await
}
