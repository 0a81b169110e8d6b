//! Shows how the service is: its database, what waits, what failed, which versions run.

use chrono::Duration;

use crate::app::App;
use crate::config::Address;
use crate::db::views::health::{self, Numbers};
use crate::db::{self, Error, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::period::local_day;

/// How the service is.
#[derive(Debug, Clone)]
pub struct Health {
    /// Whether the database is SQLite; else it is PostgreSQL.
    pub sqlite: bool,
    /// How long it took to read the numbers.
    pub answered_in: Duration,
    /// What waits and what there is.
    pub numbers: Numbers,
    /// The version of the program.
    pub version: &'static str,
    /// The latest migration that the program knows.
    pub schema: String,
    /// Migrations that the database still lacks.
    pub pending: Vec<String>,
    /// Where the files of recordings lie.
    pub recordings: String,
}

/// How the service is now.
///
/// # Permissions
/// `mail.read` for the whole centre: those who look after what the service sends look after the service.
///
/// # Errors
/// `Forbidden`.
pub async fn show(app: &App, actor: &Actor) -> Result<Health> {
    actor.may_everywhere(Action::MailRead)?;
    let begun = std::time::Instant::now();
    let now = app.clock.now();
    let numbers = app
        .read(move |conn| {
            let today = local_day(now, db::organisation::load(conn)?.zone);
            health::numbers(conn, now, today)
        })
        .await?;
    let answered_in = Duration::from_std(begun.elapsed()).unwrap_or(Duration::MAX);
    let database = app.db.clone();
    let pending = tokio::task::spawn_blocking(move || database.pending()).await.map_err(|error| Error::Panicked(error.to_string()))??;
    Ok(Health {
        sqlite: matches!(app.db.address(), Address::Sqlite(_)),
        answered_in,
        numbers,
        version: env!("CARGO_PKG_VERSION"),
        schema: db::migrate::known_versions()?.pop().unwrap_or_default(),
        pending,
        recordings: app.config.recordings.folder.display().to_string(),
    })
}
