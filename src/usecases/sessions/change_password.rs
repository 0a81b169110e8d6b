//! Changes one's own password, and ends every other session.

use serde_json::json;

use super::resume::Person;
use crate::app::App;
use crate::auth;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::Reach;
use crate::domain::user::check_password;

/// Sets a new password where the old one fits. Every other session of the person ends.
///
/// # Errors
/// `Invalid` on `current` where it does not fit, or on `password` where the new one is too short or too long.
pub async fn change_password(app: &App, person: &Person, current: String, password: String) -> Result<()> {
    let user = person.actor.person()?;
    let everything = Reach::everything();
    let facts =
        app.read(move |conn| Ok((db::sessions::password_hash(conn, user)?, db::user_list::find(conn, user, &everything)?.username)));
    let (stored, username) = facts.await?;
    check_password(&password, &username)?;
    let salt = app.chance.bytes();
    let work = tokio::task::spawn_blocking(move || {
        if !stored.is_some_and(|stored| auth::verify_password(&current, &stored)) {
            return Err(Refusal::invalid("current", "is not your password"));
        }
        auth::hash_password(&password, salt)
    });
    let hash = work.await.map_err(|e| db::Error::Panicked(e.to_string()))??;
    let session = person.session;
    app.write(&person.actor, move |tx| {
        db::sessions::set_password_hash(tx, user, &hash)?;
        let ended = db::sessions::end(tx, user, None, Some(session))?;
        tx.audit_event("user.password_changed", ("user", &user), &json!({ "other_sessions_ended": ended }))
    })
    .await
}
