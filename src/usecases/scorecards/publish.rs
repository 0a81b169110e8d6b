//! Publishes a draft version: from now on it is what new samples are graded with.

use super::{ScorecardVersion, check_links};
use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::id::ScorecardId;
use crate::domain::scorecard::VersionState;
use crate::domain::version;

/// Publishes a draft version. The version published before retires; samples that were drawn with it are still graded with it.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Stale`; `Conflict` with code `version_not_draft`; `Invalid` where something is missing for publishing.
pub async fn publish(app: &App, actor: &Actor, scorecard: ScorecardId, number: i32, seen: i32) -> Result<ScorecardVersion> {
    actor.may(Action::CatalogueWrite)?;
    app.write(actor, move |tx| store(tx, scorecard, number, seen)).await
}

/// Publishes within a transaction.
pub(crate) fn store(tx: &mut Tx<'_>, scorecard: ScorecardId, number: i32, seen: i32) -> Result<ScorecardVersion> {
    let (mut row, content) = db::scorecards::get_version(tx.conn, scorecard, number)?;
    row.state = row.state.publish()?;
    version::check(seen, row.version)?;
    content.check_complete().map_err(|refusal| refusal.within("content"))?;
    check_links(tx.conn, &content)?;
    for mut earlier in db::scorecards::versions_of(tx.conn, &[scorecard])? {
        if earlier.state == VersionState::Published {
            earlier.state = earlier.state.retire()?;
            earlier.version = earlier.version.saturating_add(1);
            earlier.retired_at = Some(tx.now);
            db::scorecards::update_version(tx, &earlier, None)?;
        }
    }
    row.version = row.version.saturating_add(1);
    row.published_at = Some(tx.now);
    db::scorecards::update_version(tx, &row, None)?;
    tx.audit_new("scorecard_version.published", ("scorecard_version", &row.id), &content)?;
    Ok(ScorecardVersion::of(row, content))
}
