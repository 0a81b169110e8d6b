//! Adds a violation type to the catalogue.

use super::CatalogueEntry;
use crate::app::App;
use crate::db::violation_types::ViolationTypeRow;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::catalogue::{ViolationType, ViolationTypeInput};

/// Adds a violation type.
///
/// # Errors
/// `Forbidden`; `Invalid` with all faults; `Conflict` with code `violation_type_code_taken`.
pub async fn create(app: &App, actor: &Actor, command: ViolationTypeInput) -> Result<CatalogueEntry> {
    actor.may(Action::CatalogueWrite)?;
    let rules = ViolationType::checked(command.clone())?;
    app.write_once(actor, "violation_types.create", &command, move |tx| {
        let row = ViolationTypeRow::of(tx.id(), 1, &rules);
        db::violation_types::insert(tx, &row)?;
        tx.audit_new("violation_type.created", ("violation_type", &row.id), &rules)?;
        Ok(row.into())
    })
    .await
}
