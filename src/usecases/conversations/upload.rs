//! Takes in the parts of an upload, file by file, until the import can begin.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use super::import::ImportSource;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::conversation::{FileFormat, checked_file};
use crate::domain::{Refusal, Refused};
use crate::recordings::Folder;

/// The most parts of one upload.
const PARTS: usize = 10_000;

/// An upload: a folder of its own that goes away with it.
#[derive(Debug)]
pub struct Upload {
    folder: TempDir,
    most_bytes: u64,
    parts: usize,
    format: Option<FileFormat>,
    name: String,
}

/// A part of an upload that is being received.
#[derive(Debug)]
pub struct Part {
    file: tokio::fs::File,
    name: String,
    left: Option<u64>,
    most: u64,
}

impl Upload {
    /// Begins an upload.
    ///
    /// # Permissions
    /// `conversations.import`.
    ///
    /// # Errors
    /// `Forbidden`; `Damaged` where the folder cannot be made.
    pub fn begin(app: &App, actor: &Actor) -> Result<Self> {
        actor.may(Action::ConversationImport)?;
        let place = app.config.recordings.folder.join("uploads");
        let folder = std::fs::create_dir_all(&place)
            .and_then(|()| tempfile::tempdir_in(&place))
            .and_then(|folder| std::fs::create_dir(folder.path().join("recordings")).map(|()| folder));
        let folder = folder.map_err(|e| db::Error::of_file(&place.display().to_string(), &e))?;
        Ok(Self { folder, most_bytes: app.config.limits.recording_bytes, parts: 0, format: None, name: String::new() })
    }

    /// Begins to receive the file of conversations. It may be of any length.
    ///
    /// # Errors
    /// `Invalid` for a second one.
    pub async fn conversations(&mut self, format: FileFormat) -> Result<Part> {
        if self.format.replace(format).is_some() {
            return Err(Refusal::invalid("conversations", "is there twice; send one part of this name").into());
        }
        self.part("conversations".to_owned(), self.folder.path().join("conversations"), None).await
    }

    /// Begins to receive a recording under the name by which the conversations name it.
    ///
    /// # Errors
    /// `Invalid` for a name that no recording can have, that came before, or for too many parts.
    pub async fn recording(&mut self, name: &str) -> Result<Part> {
        self.parts = self.parts.saturating_add(1);
        if self.parts > PARTS {
            return Err(Refusal::too_large("", format!("has more than {PARTS} recordings; send them in several requests")).into());
        }
        let name = checked_file("filename", name)?;
        let path = self.folder.path().join("recordings").join(&name);
        if let Some(parent) = path.parent() {
            tokio::fs::create_dir_all(parent).await.map_err(|e| match failed(&name, &e) {
                db::Error::Damaged(_) => Refusal::invalid("filename", format!("`{name}` cannot be kept: {e}")).into(),
                full => full,
            })?;
        }
        if path.exists() {
            return Err(Refusal::invalid("filename", format!("`{name}` is there twice")).into());
        }
        self.part(name, path, Some(self.most_bytes)).await
    }

    async fn part(&self, name: String, path: PathBuf, most: Option<u64>) -> Result<Part> {
        let file = tokio::fs::File::create_new(&path).await.map_err(|e| failed(&name, &e))?;
        Ok(Part { file, name, left: most, most: most.unwrap_or(0) })
    }

    /// Notes what the file of conversations is called where it comes from.
    pub fn called(&mut self, name: &str) {
        name.clone_into(&mut self.name);
    }

    /// What the file of conversations is called where it comes from.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What was received, ready to be imported. Keep the upload until the import is done.
    ///
    /// # Errors
    /// `Invalid` where no conversations came.
    pub fn source(&self) -> Result<ImportSource> {
        let format = self.checked()?;
        open(self.folder.path(), &self.folder.path().join("conversations"), format)
    }

    /// How the conversations are written.
    ///
    /// # Errors
    /// `Invalid` where none came.
    pub fn checked(&self) -> Refused<FileFormat> {
        let missing = "is missing; send the NDJSON or CSV file as the part `conversations`";
        self.format.ok_or_else(|| Refusal::invalid("conversations", missing))
    }

    /// Keeps what was received in a folder of its own, where [`source_in`] finds it. Gives how long the file of conversations is.
    ///
    /// # Errors
    /// Where no conversations came, or the file system says no.
    pub fn keep(self, place: &Path) -> std::io::Result<u64> {
        let format = self.checked().map_err(std::io::Error::other)?;
        if let Some(above) = place.parent() {
            std::fs::create_dir_all(above)?;
        }
        let file = self.folder.path().join(file_name(format));
        std::fs::rename(self.folder.path().join("conversations"), &file)?;
        let bytes = std::fs::metadata(&file)?.len();
        std::fs::rename(self.folder.path(), place)?;
        Ok(bytes)
    }
}

/// What the file of conversations is called where it is kept.
fn file_name(format: FileFormat) -> String {
    format!("conversations.{format}")
}

/// What [`Upload::keep`] has kept in a folder; none where nothing is there.
///
/// # Errors
/// Where it cannot be opened.
pub fn source_in(folder: &Path) -> Result<Option<ImportSource>> {
    for format in FileFormat::ALL {
        let file = folder.join(file_name(*format));
        if file.is_file() {
            return open(folder, &file, *format).map(Some);
        }
    }
    Ok(None)
}

fn open(folder: &Path, file: &Path, format: FileFormat) -> Result<ImportSource> {
    let file = File::open(file).map_err(|e| failed("conversations", &e))?;
    let recordings = Folder::at(&folder.join("recordings"))?;
    Ok(ImportSource { input: Box::new(BufReader::with_capacity(64 * 1024, file)), format, recordings: Some(recordings) })
}

impl Part {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// `TooLarge` for a recording over the limit.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(left) = &mut self.left {
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            *left = left.checked_sub(length).ok_or_else(|| too_large(&self.name, self.most))?;
        }
        self.file.write_all(bytes).await.map_err(|e| failed(&self.name, &e))
    }

    /// The end of the part.
    ///
    /// # Errors
    /// Where the disk is full.
    pub async fn finish(mut self) -> Result<()> {
        self.file.flush().await.map_err(|e| failed(&self.name, &e))
    }
}

fn too_large(name: &str, most: u64) -> Refusal {
    Refusal::too_large(name, format!("is larger than {most} bytes (limits.recording_bytes)"))
}

fn failed(name: &str, error: &std::io::Error) -> db::Error {
    db::Error::of_file(&format!("the upload of `{name}` cannot be kept"), error)
}

/// Reads how a part or a body is written from its media type or, without a telling one, from its file's name.
///
/// # Errors
/// `Unsupported` for anything but NDJSON and CSV.
pub fn format_of(media_type: &str, file_name: Option<&str>) -> Refused<FileFormat> {
    let essence = media_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines" => return Ok(FileFormat::Ndjson),
        "text/csv" => return Ok(FileFormat::Csv),
        _ => {}
    }
    let ending = file_name.and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("ndjson" | "jsonl" | "json") => Ok(FileFormat::Ndjson),
        Some("csv") => Ok(FileFormat::Csv),
        _ => Err(Refusal::unsupported(
            "conversations come as NDJSON (application/x-ndjson, *.ndjson, *.jsonl) or CSV (text/csv, *.csv), alone or as the part `conversations` of multipart/form-data",
        )),
    }
}
