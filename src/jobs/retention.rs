//! Deletes once a day what has had its time.

use std::time::Duration;

use super::Stop;
use crate::app::App;
use crate::db::Result;
use crate::domain::access::Actor;
use crate::domain::retention::{Kept, RetentionReport};
use crate::usecases::retention::run::run_daily;

/// How often it is looked whether a run is due.
const EVERY: Duration = Duration::from_secs(600);

/// Deletes until it is told to stop.
pub async fn run(app: App, mut stop: Stop) {
    while !stop.asked() {
        match run_once(&app).await {
            Ok(Some(report)) => {
                let count = |kept| report.purged.get(&kept).map_or(0, |purged| purged.conversations);
                let (recordings, transcripts) = (count(Kept::Recordings), count(Kept::Transcripts));
                tracing::info!(
                    recordings,
                    transcripts,
                    files = report.files,
                    leftovers = report.leftovers,
                    "what had its time was deleted"
                );
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "what has had its time could not be deleted; it is tried again"),
        }
        stop.rest(EVERY).await;
    }
}

/// Deletes what has had its time, where that was not done today. Any number of instances may do so.
///
/// # Errors
/// What the database says.
pub async fn run_once(app: &App) -> Result<Option<RetentionReport>> {
    if !app.read(|conn| Ok(crate::db::organisation::find(conn)?.is_some())).await? {
        return Ok(None);
    }
    run_daily(app, &Actor::service()).await
}
