//! What runs by itself. Every job may run in several instances at the same time, and may be stopped at any moment: what it was doing is
//! taken up again.

pub mod escalation_clock;

use crate::app::App;

/// Runs every job for ever.
pub async fn run(app: App) {
    escalation_clock::run(app).await;
}
