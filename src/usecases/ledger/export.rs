//! Exports the ledger as CSV. Who exported what is in the audit log.

use serde_json::json;

use crate::app::App;
use crate::db::Result;
use crate::domain::access::{Action, Actor};
use crate::domain::language::Language;
use crate::domain::ledger::LedgerFilter;
use crate::reports::fine_list::write_lines_csv;
use crate::usecases::fine_lists::export::ExportFile;
use crate::usecases::fine_lists::lines::{Lines, Seen};
use crate::usecases::fine_lists::render::{RenderError, rewind, spool};

/// Every line within reach and filter, in the order of posting, with the columns of the fine list.
///
/// # Errors
/// `Forbidden`.
pub async fn export(app: &App, actor: &Actor, filter: LedgerFilter, lang: Language) -> Result<ExportFile> {
    let reach = actor.reach(Action::LedgerExport)?;
    let now = app.clock.now();
    let details = json!({ "format": "csv", "language": lang, "filter": format!("{filter:?}") });
    let file = app
        .read(move |conn| {
            let seen = Seen::load(conn, now)?;
            let lines = Lines::of_ledger(conn, &reach, filter.clone(), &seen)?;
            let mut content =
                lines.read_ahead_for(|lines| write_lines_csv(spool(), lines.map(|line| line.map_err(RenderError::from)), lang))?;
            let bytes = rewind(&mut content)?;
            Ok(ExportFile { content, bytes, name: "ledger.csv".to_owned(), media_type: "text/csv; charset=utf-8", digest: None })
        })
        .await?;
    app.write(actor, move |tx| tx.audit_event("ledger.exported", ("ledger", &"all"), &details)).await?;
    Ok(file)
}
