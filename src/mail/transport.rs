//! The ways out for mail.

use super::envelope::Envelope;
use super::folder::Folder;
use super::memory::Memory;
use super::smtp::Smtp;
use crate::config::{MailConfig, MailTransport};
use crate::domain::mail::Delivery;

/// A way out for mail.
#[derive(Debug, Clone)]
pub enum Transport {
    /// To a mail server.
    Smtp(Smtp),
    /// As .eml files into a folder.
    Folder(Folder),
    /// Into memory, for tests.
    Memory(Memory),
    /// Nowhere; mail waits.
    Hold,
}

impl Transport {
    /// The way out that the configuration names.
    ///
    /// # Errors
    /// Where a file that it names cannot be read, or the folder cannot be made.
    pub fn from_config(config: &MailConfig) -> Result<Self, String> {
        match config.transport {
            MailTransport::Smtp => Smtp::from_config(&config.smtp).map(Self::Smtp),
            MailTransport::Folder => Folder::open(&config.folder).map(Self::Folder),
            MailTransport::Hold => Ok(Self::Hold),
        }
    }

    /// How many mails may be on their way at the same time.
    pub fn lanes(&self) -> usize {
        match self {
            Self::Smtp(smtp) => smtp.lanes(),
            Self::Folder(_) | Self::Memory(_) | Self::Hold => 1,
        }
    }

    /// Hands a mail over.
    pub async fn send(&self, envelope: &Envelope) -> Delivery {
        match self {
            Self::Smtp(smtp) => smtp.send(envelope).await,
            Self::Folder(folder) => folder.send(envelope).await,
            Self::Memory(memory) => memory.send(envelope),
            Self::Hold => Delivery::ServerDown("mail.transport is `hold`".into()),
        }
    }

    /// Ends what is kept open.
    pub async fn close(&self) {
        if let Self::Smtp(smtp) = self {
            smtp.close().await;
        }
    }
}
