//! Exports the fine list of a period, or a part of it, as a file. Who exported what is in the audit log.

use std::io::Write;

use serde_json::json;

use super::lines::{Lines, Seen, head_of};
pub use super::render::ExportFile;
use super::render::{self, RenderError, render};
use crate::app::App;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::fine_list::{FileFormat, FineLine, FineListHead, LineSelection, ListStatus};
use crate::domain::language::Language;
use crate::domain::period::Period;

/// What is to be exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The month of the list.
    pub period: Period,
    /// Which of its lines.
    pub selection: LineSelection,
    /// As which kind of file.
    pub format: FileFormat,
    /// With headings in which language.
    pub lang: Language,
}

/// The file of a list. The CSV and XLSX of a closed list are the bytes that were stored when it was closed. A part, which is also what
/// somebody gets whose reach is smaller than the centre, is made of the frozen lines; it says that it is one, and has no digest.
///
/// # Errors
/// `Forbidden`.
pub async fn export(app: &App, actor: &Actor, wanted: Wanted) -> Result<ExportFile> {
    let Wanted { period, selection, format, lang } = wanted;
    let reach = actor.reach(Action::LedgerExport)?;
    let now = app.clock.now();
    let (file, head) = app
        .read(move |conn| {
            let seen = Seen::load(conn, now)?;
            let head = head_of(conn, &reach, &seen, period, selection.clone())?;
            let stored = format.is_kept() && head.part.is_none() && head.status == ListStatus::Closed;
            let file = if stored {
                kept(conn, &head, format, lang)?
            } else {
                let fits = |line: &Result<FineLine>| line.as_ref().map_or(true, |line| selection.fits(line));
                let lines = Lines::of_period(conn, &reach, &seen, &head)?;
                lines.read_ahead_for(|lines| render(&head, lines.filter(fits), format, lang))?
            };
            Ok((file, head))
        })
        .await?;
    let details = json!({
        "format": format, "language": lang, "status": head.status, "lines": head.totals.lines,
        "amount_minor": head.totals.amount_minor, "digest": head.digest, "part": head.part,
    });
    app.write(actor, move |tx| tx.audit_event("fine_list.exported", ("fine_list", &period), &details)).await?;
    Ok(file)
}

/// What a stored file is called.
pub(in crate::usecases) fn kept_name(format: FileFormat, lang: Language) -> String {
    format!("fine-list.{lang}.{}", format.extension())
}

fn kept(conn: &mut AnyConnection, head: &FineListHead, format: FileFormat, lang: Language) -> std::result::Result<ExportFile, RenderError> {
    let name = kept_name(format, lang);
    let mut content = render::spool();
    for part in 0.. {
        match db::period_lists::part(conn, head.period, &name, part)? {
            Some(bytes) => content.write_all(&bytes)?,
            None => break,
        }
    }
    let bytes = render::rewind(&mut content)?;
    if bytes == 0 {
        return Err(db::Error::Damaged(format!("period {}: the stored file {name} is missing", head.period)).into());
    }
    let name = format!("fine-list-{}.{}", head.period, format.extension());
    Ok(ExportFile { content, bytes, name, media_type: format.media_type(), digest: head.digest.clone() })
}
