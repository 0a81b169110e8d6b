//! Shows a person the sessions that are open in the person's name.

use super::resume::Person;
use crate::app::App;
use crate::db::Result;
use crate::db::sessions::{OpenSession, open_of};

/// The person's open sessions, the latest first.
///
/// # Errors
/// What the database says.
pub async fn list(app: &App, person: &Person) -> Result<Vec<OpenSession>> {
    let (user, now) = (person.actor.person()?, app.clock.now());
    app.read(move |conn| open_of(conn, user, now)).await
}
