//! Mail as .eml files, which every mail program opens.

use std::path::{Path, PathBuf};

use super::envelope::Envelope;
use crate::domain::mail::Delivery;

/// A folder of .eml files.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes the folder where there is none yet.
    ///
    /// # Errors
    /// Why it cannot be made.
    pub fn open(path: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(path).map_err(|e| format!("mail.folder {}: {e}", path.display()))?;
        Ok(Self(path.to_owned()))
    }

    /// Writes a mail under a name of its own: whole or not at all, and a second time over the first.
    pub(super) async fn send(&self, envelope: &Envelope) -> Delivery {
        let path = self.0.join(&envelope.file_name);
        let half = path.with_extension("part");
        let written = async {
            tokio::fs::write(&half, envelope.message.formatted()).await?;
            tokio::fs::rename(&half, &path).await
        };
        match written.await {
            Ok(()) => Delivery::Sent,
            Err(error) => {
                // A half takes room that may be what is missing.
                drop(tokio::fs::remove_file(&half).await);
                Delivery::ServerDown(format!("{}: {error}", path.display()))
            }
        }
    }
}
