//! Takes a violation type out of use.

use super::CatalogueEntry;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::ViolationTypeId;
use crate::domain::version;

/// Takes a violation type out of use: it can no longer be tagged, and scorecard items that are linked to it fail without a violation. What
/// was graded with it stays.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Stale`.
pub async fn deactivate(app: &App, actor: &Actor, id: ViolationTypeId, seen: i32) -> Result<CatalogueEntry> {
    actor.may(Action::CatalogueWrite)?;
    app.write(actor, move |tx| {
        let mut row = db::violation_types::get(tx.conn, id)?;
        version::check(seen, row.version)?;
        if row.active {
            let before = row.rules();
            row.active = false;
            row.version = row.version.saturating_add(1);
            db::violation_types::update(tx, &row)?;
            tx.audit("violation_type.deactivated", ("violation_type", &id), Some(&before), Some(&row.rules()), None)?;
        }
        Ok(row.into())
    })
    .await
}
