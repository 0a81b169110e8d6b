//! What runs by itself. Every job may run in several instances at the same time, and may be stopped at any moment: what it was doing is
//! taken up again.

pub mod escalation_clock;
pub mod scheduled_draws;

use crate::app::App;

/// Runs every job for ever.
pub async fn run(app: App) {
    tokio::join!(escalation_clock::run(app.clone()), scheduled_draws::run(app));
}
