//! Chooses one's language and theme; they stay.

use super::resume::Person;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::language::Language;
use crate::domain::theme::Theme;

/// Stores the person's language and theme.
///
/// # Errors
/// What the database says.
pub async fn set_looks(app: &App, person: &Person, language: Language, theme: Theme) -> Result<()> {
    let user = person.actor.person()?;
    app.write(&person.actor, move |tx| db::sessions::set_looks(tx, user, language, theme)).await
}
