//! Where the files of imports are kept until they are stored: a folder for each run, beside the recordings.

use std::io;
use std::path::{Path, PathBuf};

use crate::app::App;
use crate::db::{Error, Result};
use crate::domain::id::ImportRunId;

/// The name of a table in its folder.
const TABLE: &str = "table.csv";

/// The folder of all kept files.
pub(super) fn root(app: &App) -> PathBuf {
    app.config.recordings.folder.join("imports")
}

/// The folder of a run.
pub(super) fn place(app: &App, id: ImportRunId) -> PathBuf {
    root(app).join(id.to_string())
}

/// Whether the file of a run is still kept.
pub(super) fn is_kept(app: &App, id: ImportRunId) -> bool {
    place(app, id).is_dir()
}

/// Keeps a table.
pub(super) async fn keep_table(folder: PathBuf, csv: Vec<u8>) -> Result<()> {
    blocking(move || {
        std::fs::create_dir_all(&folder)?;
        // A half takes room that may be what is missing.
        std::fs::write(folder.join(TABLE), csv).inspect_err(|_| drop(std::fs::remove_dir_all(&folder)))
    })
    .await
}

/// The table that is kept in a folder; none where it is no longer there.
pub(super) async fn table(folder: PathBuf) -> Result<Option<Vec<u8>>> {
    blocking(move || found(std::fs::read(folder.join(TABLE)))).await
}

/// Takes the folder of a run away.
pub(super) async fn remove(folder: PathBuf) -> Result<()> {
    blocking(move || found(std::fs::remove_dir_all(folder)).map(drop)).await
}

fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Works with files, off the event loop.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| Error::Panicked(error.to_string()))?;
    done.map_err(|error| Error::of_file("a file of an import", &error))
}

/// The folders directly below one; none where it is not there.
pub(super) fn folders(of: &Path) -> io::Result<Vec<PathBuf>> {
    let Some(entries) = found(std::fs::read_dir(of))? else { return Ok(Vec::new()) };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}
