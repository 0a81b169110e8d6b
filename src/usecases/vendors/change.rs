//! Changes a vendor.

use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::id::VendorId;
use crate::domain::vendor::{Vendor, VendorChange, VendorInput};
use crate::domain::version;

/// Changes what the caller names, on the version that the caller last saw.
///
/// # Permissions
/// `people.write` for the whole centre.
///
/// # Errors
/// `NotFound`, `Stale`, or `Invalid` with every field at fault.
pub async fn change(app: &App, actor: &Actor, id: VendorId, seen: i32, change: VendorChange) -> Result<Vendor> {
    actor.may_everywhere(Action::PeopleWrite)?;
    let reach = actor.reach(Action::PeopleWrite)?;
    app.write(actor, move |tx| {
        let before = db::vendors::find(tx.conn, id, &reach)?;
        version::check(seen, before.version)?;
        let after = before.input().changed(change.clone())?;
        store(tx, before, after)
    })
    .await
}

/// Stores what has changed with its audit line, within a transaction; nothing where nothing has.
pub(super) fn store(tx: &mut Tx<'_>, before: Vendor, after: VendorInput) -> Result<Vendor> {
    if before.input() == after {
        return Ok(before);
    }
    let vendor = Vendor {
        name: after.name,
        archived_at: after.archived.then(|| before.archived_at.unwrap_or(tx.now)),
        version: before.version.saturating_add(1),
        ..before.clone()
    };
    db::vendors::update(tx, &vendor)?;
    tx.audit("vendor.changed", ("vendor", &vendor.id), Some(&before), Some(&vendor), None)?;
    Ok(vendor)
}
