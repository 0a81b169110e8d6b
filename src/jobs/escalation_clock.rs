//! The clock of what waits for people: cases that nobody has acknowledged in time, appeals and corrective actions that are due.

use std::time::Duration;

use crate::app::App;
use crate::db::Result;
use crate::jobs::Stop;
use crate::usecases::escalation::walk::walk;
use crate::usecases::{appeals, follow_ups};

/// How often the clock is looked at.
const EVERY: Duration = Duration::from_secs(30);

/// Looks at the clock until it is told to stop.
pub async fn run(app: App, mut stop: Stop) {
    while !stop.asked() {
        if let Err(error) = run_once(&app).await {
            tracing::error!(%error, "what waits for people could not be walked on");
        }
        stop.rest(EVERY).await;
    }
}

/// Takes every case whose time is up to its next level, and reminds of what is due. Any number of instances may do so.
///
/// # Errors
/// What the database says.
pub async fn run_once(app: &App) -> Result<()> {
    if !app.read(|conn| Ok(crate::db::organisation::find(conn)?.is_some())).await? {
        return Ok(());
    }
    // One round takes a bounded number; what is left comes with the next.
    let cases = walk(app).await?;
    if cases > 0 {
        tracing::info!(cases, "escalation cases went to their next level");
    }
    appeals::remind::remind(app).await?;
    follow_ups::remind::remind(app).await?;
    Ok(())
}
