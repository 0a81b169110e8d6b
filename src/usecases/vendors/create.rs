//! Notes a new vendor.

use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::vendor::{Vendor, VendorInput};

/// Stores a new vendor.
///
/// # Permissions
/// `people.write` for the whole centre.
///
/// # Errors
/// `Invalid` with every field at fault; `Conflict` with code `code_taken`.
pub async fn create(app: &App, actor: &Actor, input: VendorInput) -> Result<Vendor> {
    actor.may_everywhere(Action::PeopleWrite)?;
    let input = input.checked()?;
    let command = input.clone();
    app.write_once(actor, "vendors.create", &command, move |tx| store(tx, &input)).await
}

/// Stores a new vendor with its audit line, within a transaction.
pub(super) fn store(tx: &mut Tx<'_>, input: &VendorInput) -> Result<Vendor> {
    let vendor = Vendor {
        id: tx.id(),
        code: input.code.clone(),
        name: input.name.clone(),
        archived_at: input.archived.then_some(tx.now),
        created_at: tx.now,
        version: 1,
    };
    db::vendors::insert(tx, &vendor)?;
    tx.audit_new("vendor.created", ("vendor", &vendor.id), &vendor)?;
    Ok(vendor)
}
