//! Lists scorecards.

use super::Scorecard;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::ScorecardId;
use crate::domain::page::{Page, PageRequest};

/// Scorecards by code, with their versions.
///
/// # Errors
/// `Forbidden`.
pub async fn list(app: &App, actor: &Actor, page: PageRequest) -> Result<Page<Scorecard>> {
    actor.may(Action::CatalogueRead)?;
    app.read(move |conn| {
        let rows = page.page(db::scorecards::page(conn, &page)?, |row| (row.code.clone(), row.id.0));
        let ids: Vec<ScorecardId> = rows.items.iter().map(|row| row.id).collect();
        let versions = db::scorecards::versions_of(conn, &ids)?;
        Ok(rows.map(|row| {
            let of_row = versions.iter().filter(|version| version.scorecard_id == row.id).cloned().collect();
            Scorecard::of(row, of_row)
        }))
    })
    .await
}
