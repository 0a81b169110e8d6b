use serde::{Deserialize, Serialize};

use crate::domain::refusal::Faults;

/// Where recordings lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordingsConfig {
    /// A folder.
    pub folder: std::path::PathBuf,
}

impl Default for RecordingsConfig {
    fn default() -> Self {
        Self { folder: "assay-data/recordings".into() }
    }
}

impl RecordingsConfig {
    pub(super) fn check(&self, faults: &mut Faults) {
        if self.folder.as_os_str().is_empty() {
            faults.push("recordings.folder", "must be the path of a folder");
        }
    }
}
