//! Writes what comes daily, once a day from the hour of the configuration on, and the letters of closed months.

use std::time::Duration;

use super::Stop;
use crate::app::App;
use crate::db::Result;
use crate::domain::access::Actor;
use crate::usecases::mail::{daily, month};

/// How often the clock is looked at.
const EVERY: Duration = Duration::from_secs(60);

/// Writes what comes daily until it is told to stop.
pub async fn run(app: App, mut stop: Stop) {
    let mut done = None;
    while !stop.asked() {
        match daily::write_daily(&app, &Actor::service(), done).await {
            Ok(written) => done = written.day.or(done),
            Err(error) => tracing::error!(%error, "the daily mail could not be written"),
        }
        if let Err(error) = write_months(&app, &stop).await {
            tracing::error!(%error, "the letters of a closed month could not be written");
        }
        stop.rest(EVERY).await;
    }
}

/// Writes what is due today and was not written yet. Any number of instances may do so; each letter is written once.
///
/// # Errors
/// What the database says.
pub async fn run_once(app: &App) -> Result<daily::Written> {
    daily::write_daily(app, &Actor::service(), None).await
}

/// Writes the letters of closed months that are not written yet, step by step.
///
/// # Errors
/// What the database says.
pub async fn write_months(app: &App, stop: &Stop) -> Result<()> {
    while !stop.asked() && month::write_step(app, &Actor::service()).await? {}
    Ok(())
}
