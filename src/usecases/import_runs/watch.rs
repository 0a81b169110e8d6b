//! How an import tells how far it is.

use tokio::sync::watch;

use crate::domain::import_run::RunProgress;

/// Where an import tells how far it is; nobody hears it where nobody listens.
#[derive(Debug, Clone, Default)]
pub struct Watch(Option<watch::Sender<RunProgress>>);

impl Watch {
    /// One that is heard.
    pub(super) fn heard() -> (Self, watch::Receiver<RunProgress>) {
        let (sender, receiver) = watch::channel(RunProgress::default());
        (Self(Some(sender)), receiver)
    }

    /// Says how far the import is.
    pub fn tell(&self, progress: RunProgress) {
        if let Some(sender) = &self.0 {
            sender.send_replace(progress);
        }
    }
}
