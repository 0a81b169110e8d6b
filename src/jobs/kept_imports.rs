//! Takes away the files of imports that nobody will store any more.

use std::time::Duration;

use crate::app::App;
use crate::domain::access::Actor;
use crate::jobs::Stop;
use crate::usecases::import_runs::tidy::tidy;

/// How often it looks. Files are kept for days; an hour more does no harm.
const EVERY: Duration = Duration::from_secs(3600);

/// Tidies up until it is told to stop.
pub async fn run(app: App, mut stop: Stop) {
    while !stop.asked() {
        match tidy(&app, &Actor::service()).await {
            Ok(0) => {}
            Ok(folders) => tracing::info!(folders, "files of imports that nobody stored were taken away"),
            Err(error) => tracing::error!(%error, "the kept files of imports could not be tidied; it is tried again"),
        }
        stop.rest(EVERY).await;
    }
}
