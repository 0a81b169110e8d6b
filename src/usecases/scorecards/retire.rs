//! Retires a published version: no new samples are drawn with it.

use super::ScorecardVersion;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::ScorecardId;
use crate::domain::version;

/// Retires a published version. Samples that were drawn with it are still graded with it.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Stale`; `Conflict` with code `version_not_published`.
pub async fn retire(app: &App, actor: &Actor, scorecard: ScorecardId, number: i32, seen: i32) -> Result<ScorecardVersion> {
    actor.may(Action::CatalogueWrite)?;
    app.write(actor, move |tx| {
        let (mut row, content) = db::scorecards::get_version(tx.conn, scorecard, number)?;
        row.state = row.state.retire()?;
        version::check(seen, row.version)?;
        row.version = row.version.saturating_add(1);
        row.retired_at = Some(tx.now);
        db::scorecards::update_version(tx, &row, None)?;
        tx.audit_event("scorecard_version.retired", ("scorecard_version", &row.id), &serde_json::json!({ "number": number }))?;
        Ok(ScorecardVersion::of(row, content))
    })
    .await
}
