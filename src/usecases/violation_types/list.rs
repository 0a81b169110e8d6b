//! Lists the catalogue.

use super::CatalogueEntry;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::ViolationTypeId;
use crate::domain::page::{Page, PageRequest};

/// Violation types in their order; only those that can be tagged, or only those that cannot, where `active` says so.
///
/// # Errors
/// `Forbidden`.
pub async fn list(app: &App, actor: &Actor, active: Option<bool>, page: PageRequest) -> Result<Page<CatalogueEntry>> {
    actor.may(Action::CatalogueRead)?;
    app.read(move |conn| {
        let rows = db::violation_types::page(conn, active, &page)?;
        Ok(page.page(rows, |row| (row.position.to_string(), row.id.0)).map(CatalogueEntry::from))
    })
    .await
}

/// One violation type.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn show(app: &App, actor: &Actor, id: ViolationTypeId) -> Result<CatalogueEntry> {
    actor.may(Action::CatalogueRead)?;
    app.read(move |conn| Ok(db::violation_types::get(conn, id)?.into())).await
}
