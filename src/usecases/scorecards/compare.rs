//! Compares two versions of a scorecard.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::ScorecardId;
use crate::domain::scorecard::{self, ScorecardDifference};

/// What version `newer` adds, removes and changes of version `older`, item by item.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn compare(app: &App, actor: &Actor, scorecard: ScorecardId, older: i32, newer: i32) -> Result<ScorecardDifference> {
    actor.may(Action::CatalogueRead)?;
    app.read(move |conn| {
        let (_, before) = db::scorecards::get_version(conn, scorecard, older)?;
        let (_, after) = db::scorecards::get_version(conn, scorecard, newer)?;
        Ok(scorecard::compare(&before, &after))
    })
    .await
}
