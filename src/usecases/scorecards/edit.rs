//! Changes what a draft version asks.

use super::{ScorecardVersion, check_links};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::ScorecardId;
use crate::domain::scorecard::ScorecardContent;
use crate::domain::version;

/// Changes what a draft version asks. `seen` is the version counter that the caller last saw.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` with all faults; `Stale`; `Conflict` with code `version_not_draft`.
pub async fn edit(
    app: &App,
    actor: &Actor,
    scorecard: ScorecardId,
    number: i32,
    seen: i32,
    content: ScorecardContent,
) -> Result<ScorecardVersion> {
    actor.may(Action::CatalogueWrite)?;
    let content = content.checked()?;
    app.write(actor, move |tx| {
        let (mut row, before) = db::scorecards::get_version(tx.conn, scorecard, number)?;
        row.state.edit()?;
        version::check(seen, row.version)?;
        check_links(tx.conn, &content)?;
        row.version = row.version.saturating_add(1);
        db::scorecards::update_version(tx, &row, Some(&content))?;
        tx.audit("scorecard_version.edited", ("scorecard_version", &row.id), Some(&before), Some(&content), None)?;
        Ok(ScorecardVersion::of(row, content.clone()))
    })
    .await
}
