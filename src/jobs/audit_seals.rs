//! Seals the audit log, so that a later change of it shows.

use std::time::Duration;

use crate::app::App;
use crate::domain::access::Actor;
use crate::jobs::Stop;
use crate::usecases::audit::seal::{latest, seal};

/// How often what is new is sealed. What is sealed was there one round before: no transaction takes so long that it could still add a line before it.
const EVERY: Duration = Duration::from_secs(60);

/// Seals until it is told to stop.
pub async fn run(app: App, mut stop: Stop) {
    let mut upto = 0;
    while !stop.asked() {
        let sealed = async {
            seal(&app, &Actor::service(), upto).await?;
            latest(&app).await
        };
        match sealed.await {
            Ok(latest) => upto = latest,
            Err(error) => tracing::error!(%error, "the audit log could not be sealed; it is tried again"),
        }
        stop.rest(EVERY).await;
    }
}
