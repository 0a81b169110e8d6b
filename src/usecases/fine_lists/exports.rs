//! Shows who exported the fine list of a period.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::audit::AuditFilter;
use crate::domain::fine_list::{FileFormat, ListPart, ListStatus};
use crate::domain::language::Language;
use crate::domain::page::PageRequest;
use crate::domain::period::Period;

/// An export of a fine list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// When.
    pub at: DateTime<Utc>,
    /// Who; absent where an operator did at the command line.
    pub by: Option<String>,
    /// From which network address.
    pub address: Option<String>,
    /// What was written of it at the time.
    pub what: ExportedFile,
}

/// What was exported, as the audit log says it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ExportedFile {
    /// As which kind of file.
    pub format: FileFormat,
    /// With headings in which language.
    pub language: Language,
    /// Whether the list could still change.
    pub status: ListStatus,
    /// How many lines it had.
    pub lines: u64,
    /// Their sum in minor units.
    pub amount_minor: i64,
    /// Its digest, of the whole of a closed list.
    pub digest: Option<String>,
    /// What it was a part of; absent where it was the whole list.
    #[serde(default)]
    pub part: Option<ListPart>,
}

/// Who exported the list of a period, the latest first, at most 200 times.
///
/// # Permissions
/// `ledger.export` for the whole centre.
///
/// # Errors
/// `Forbidden`.
pub async fn exports(app: &App, actor: &Actor, period: Period) -> Result<Vec<Exported>> {
    actor.may_everywhere(Action::LedgerExport)?;
    let filter = AuditFilter {
        action: Some("fine_list.exported".to_owned()),
        object_kind: Some("fine_list".to_owned()),
        object_id: Some(period.to_string()),
        ..AuditFilter::default()
    };
    app.read(move |conn| {
        let entries = db::audit::page(conn, &filter, &PageRequest { limit: PageRequest::MAX, after: None })?.items;
        let names = db::views::names::users(conn, &entries.iter().filter_map(|entry| entry.user_id).collect::<Vec<_>>())?;
        let exported = entries.into_iter().map(|entry| {
            let what = serde_json::from_value(entry.after.unwrap_or_default());
            Ok(Exported {
                at: entry.at,
                by: entry.user_id.and_then(|id| names.get(&id).cloned()),
                address: entry.address,
                what: what.map_err(|e| db::Error::Damaged(format!("audit {}: {e}", entry.id)))?,
            })
        });
        exported.collect()
    })
    .await
}
