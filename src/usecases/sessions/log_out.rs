//! Ends sessions of one's own.

use serde_json::json;

use super::resume::Person;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::id::SessionId;

/// Ends every session of the person, this one too.
///
/// # Errors
/// What the database says.
pub async fn log_out_everywhere(app: &App, person: &Person) -> Result<()> {
    let user = person.actor.person()?;
    app.write(&person.actor, move |tx| {
        let ended = db::sessions::end(tx, user, None, None)?;
        tx.audit_event("sessions.ended", ("user", &user), &json!({ "sessions_ended": ended }))
    })
    .await
}

/// Ends the person's own session, or another session of the same person.
///
/// # Errors
/// `NotFound` where `which` is no open session of this person.
pub async fn log_out(app: &App, person: &Person, which: Option<SessionId>) -> Result<()> {
    let (user, id) = (person.actor.person()?, which.unwrap_or(person.session));
    app.write(&person.actor, move |tx| {
        if db::sessions::end(tx, user, Some(id), None)? == 0 {
            return Err(Refusal::not_found("session", id).into());
        }
        tx.audit_event("session.ended", ("session", &id), &json!({}))
    })
    .await
}
