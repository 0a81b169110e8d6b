//! Shows a scorecard, or one of its versions with all that it asks.

use super::{Scorecard, ScorecardVersion};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::{ScorecardId, ScorecardVersionId};

/// A scorecard with its versions.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn show(app: &App, actor: &Actor, scorecard: ScorecardId) -> Result<Scorecard> {
    actor.may(Action::CatalogueRead)?;
    app.read(move |conn| {
        let row = db::scorecards::get(conn, scorecard)?;
        Ok(Scorecard::of(row, db::scorecards::versions_of(conn, &[scorecard])?))
    })
    .await
}

/// A version with its content.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn show_version(app: &App, actor: &Actor, scorecard: ScorecardId, number: i32) -> Result<ScorecardVersion> {
    actor.may(Action::CatalogueRead)?;
    app.read(move |conn| {
        let (row, content) = db::scorecards::get_version(conn, scorecard, number)?;
        Ok(ScorecardVersion::of(row, content))
    })
    .await
}

/// A version by its id, with its content.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn show_version_by_id(app: &App, actor: &Actor, id: ScorecardVersionId) -> Result<ScorecardVersion> {
    actor.may(Action::CatalogueRead)?;
    app.read(move |conn| {
        let (row, content) = db::scorecards::get_version_by_id(conn, id)?;
        Ok(ScorecardVersion::of(row, content))
    })
    .await
}
