//! What leaves the service as a file or a picture: CSV, XLSX and JSON of read models, charts. Pure: the same list gives the same bytes.

pub mod cell;
pub mod charts;
pub mod csv;
pub mod fine_list;
pub mod json;
pub mod xlsx;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Where the file goes refused it, or the source of its lines broke off.
    #[error("the file could not be written: {0}")]
    Io(#[from] std::io::Error),
    /// The list does not fit an Excel sheet, or the workbook could not be packed.
    #[error("the workbook could not be written: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// A value has no JSON.
    #[error("the list could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl ReportError {
    /// What the disk said, where it is the disk that was at fault.
    pub fn disk(&self) -> Option<&std::io::Error> {
        use rust_xlsxwriter::XlsxError;
        match self {
            Self::Io(error) | Self::Workbook(XlsxError::IoError(error) | XlsxError::TempFileError(_, error)) => Some(error),
            Self::Workbook(_) | Self::Json(_) => None,
        }
    }
}

impl From<::csv::Error> for ReportError {
    fn from(error: ::csv::Error) -> Self {
        Self::Io(match error.into_kind() {
            ::csv::ErrorKind::Io(error) => error,
            kind => std::io::Error::other(format!("{kind:?}")),
        })
    }
}
