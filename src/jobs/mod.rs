//! What runs by itself. Every job may run in several instances at the same time, and may be stopped at any moment: what it was doing is
//! taken up again.

pub mod audit_seals;
pub mod daily_mail;
pub mod escalation_clock;
pub mod kept_imports;
pub mod outbox;
pub mod retention;
pub mod scheduled_draws;

use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::mail::Transport;

/// Tells jobs to stop. Dropping it tells them too.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// How a job learns that it is to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// A stopper and what listens to it.
pub fn stopper() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Tells the jobs to stop after what they are doing.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Whether the job is to stop.
    pub fn asked(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Waits so long, or until the job is to stop.
    pub async fn rest(&mut self, time: Duration) {
        drop(tokio::time::timeout(time, self.0.wait_for(|stop| *stop)).await);
    }
}

/// Runs every job until it is told to stop. What a job is handing over at that moment it finishes.
pub async fn run(app: App, transport: Transport, stop: Stop) {
    let sender = outbox::Sender::new(app.clone(), transport);
    tokio::join!(
        sender.run(stop.clone()),
        audit_seals::run(app.clone(), stop.clone()),
        daily_mail::run(app.clone(), stop.clone()),
        escalation_clock::run(app.clone(), stop.clone()),
        kept_imports::run(app.clone(), stop.clone()),
        retention::run(app.clone(), stop.clone()),
        scheduled_draws::run(app, stop)
    );
}
