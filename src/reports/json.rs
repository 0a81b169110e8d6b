//! JSON lists written line by line, without holding them.

use std::io::Write;

use serde::Serialize;

use super::ReportError;

/// Writes one JSON object per line (NDJSON).
///
/// # Errors
/// What the source of the items says, [`ReportError::Io`] or [`ReportError::Json`].
pub fn write_lines<T: Serialize, E: From<ReportError>>(
    mut out: impl Write,
    items: impl IntoIterator<Item = Result<T, E>>,
) -> Result<(), E> {
    for item in items {
        line(&mut out, &item?)?;
    }
    Ok(())
}

fn line(out: &mut impl Write, value: &impl Serialize) -> Result<(), ReportError> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")?;
    Ok(())
}
