//! A list as a file, in memory while it is small and on disk beyond that.

use std::io::{Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;

use crate::db;
use crate::domain::fine_list::{FileFormat, FineLine, FineListHead};
use crate::domain::language::Language;
use crate::reports::{ReportError, fine_list};

/// Files beyond this many bytes go to disk.
const IN_MEMORY: usize = 4 << 20;

/// A file that is ready to be sent, from its beginning.
#[derive(Debug)]
pub struct ExportFile {
    /// Its bytes.
    pub content: SpooledTempFile,
    /// How many.
    pub bytes: u64,
    /// What it should be called.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// The digest of the closed list that it shows.
    pub digest: Option<String>,
}

/// Why a file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The source of the lines.
    #[error(transparent)]
    Database(#[from] db::Error),
    /// The file itself.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl From<crate::domain::Refusal> for RenderError {
    fn from(refusal: crate::domain::Refusal) -> Self {
        Self::Database(refusal.into())
    }
}

impl From<std::io::Error> for RenderError {
    fn from(error: std::io::Error) -> Self {
        Self::Report(error.into())
    }
}

impl From<RenderError> for db::Error {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::Database(error) => error,
            RenderError::Report(error) => match error.disk() {
                Some(disk) => Self::of_file("the file could not be written", disk),
                None => Self::Damaged(error.to_string()),
            },
        }
    }
}

/// A new, empty file.
pub fn spool() -> SpooledTempFile {
    SpooledTempFile::new(IN_MEMORY)
}

/// Goes back to the beginning of a written file and says how long it is.
///
/// # Errors
/// What the disk says.
pub fn rewind(file: &mut SpooledTempFile) -> Result<u64, RenderError> {
    file.flush()?;
    let bytes = file.stream_position()?;
    file.seek(SeekFrom::Start(0))?;
    Ok(bytes)
}

/// Writes a list as a file of a format; `lang` chooses the headings.
///
/// # Errors
/// What the source of the lines or the disk says.
pub fn render(
    head: &FineListHead,
    lines: impl Iterator<Item = db::Result<FineLine>>,
    format: FileFormat,
    lang: Language,
) -> Result<ExportFile, RenderError> {
    let mut content = spool();
    let lines = lines.map(|line| line.map_err(RenderError::from));
    match format {
        FileFormat::Csv => content = fine_list::write_csv(content, head, lines, lang)?,
        FileFormat::Xlsx => fine_list::write_xlsx(&mut content, head, lines, lang)?,
        FileFormat::Ndjson => fine_list::write_canonical(&mut content, head, lines)?,
    }
    let bytes = rewind(&mut content)?;
    Ok(ExportFile {
        content,
        bytes,
        name: format!("fine-list-{}{}.{}", head.period, fine_list::part_of_name(head), format.extension()),
        media_type: format.media_type(),
        digest: head.digest.clone(),
    })
}
