//! The folder in which an import finds its recordings.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::domain::{Refusal, Refused};

/// A folder that files are read from, and nothing outside of it.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at `path`.
    ///
    /// # Errors
    /// `Invalid` where there is no such folder.
    pub fn at(path: &Path) -> Refused<Self> {
        let root = path.canonicalize().map_err(|error| Refusal::invalid("recordings", format!("{}: {error}", path.display())))?;
        if !root.is_dir() {
            return Err(Refusal::invalid("recordings", format!("{} is not a folder", path.display())));
        }
        Ok(Self { root })
    }

    /// Opens a file below the folder. `name` has passed the checks of the neutral format; links are followed only as long as they stay inside.
    ///
    /// # Errors
    /// `Invalid` where there is no such file, where it is no regular file, or where a link leads out of the folder.
    pub fn open(&self, name: &str) -> Refused<File> {
        let no = |message: String| Refusal::invalid("file", message);
        let path = self.root.join(name).canonicalize().map_err(|error| {
            let missing = error.kind() == std::io::ErrorKind::NotFound;
            no(if missing {
                format!("`{name}` is not there below the import's folder")
            } else {
                format!("`{name}` cannot be opened: {error}")
            })
        })?;
        if !path.starts_with(&self.root) {
            return Err(no(format!("`{name}` leads out of the import's folder")));
        }
        // Opening a pipe would wait for a writer.
        if !path.is_file() {
            return Err(no(format!("`{name}` is not a file")));
        }
        File::open(&path).map_err(|error| no(format!("`{name}` cannot be opened: {error}")))
    }
}
