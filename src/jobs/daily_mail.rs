//! Writes, once a day at the hour of the configuration, what comes daily: digests.

use std::time::Duration;

use super::Stop;
use crate::app::App;
use crate::db::Result;
use crate::domain::access::Actor;
use crate::usecases::mail::daily;

/// How often the clock is looked at.
const EVERY: Duration = Duration::from_secs(60);

/// Writes what comes daily until it is told to stop.
pub async fn run(app: App, mut stop: Stop) {
    while !stop.asked() {
        if let Err(error) = run_once(&app).await {
            tracing::error!(%error, "the daily mail could not be written");
        }
        stop.rest(EVERY).await;
    }
}

/// Writes what is due today and was not written yet. Any number of instances may do so; each letter is written once.
///
/// # Errors
/// What the database says.
pub async fn run_once(app: &App) -> Result<daily::Written> {
    daily::write_daily(app, &Actor::service()).await
}
