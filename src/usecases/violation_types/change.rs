//! Changes a violation type.

use super::CatalogueEntry;
use crate::app::App;
use crate::db::violation_types::ViolationTypeRow;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::catalogue::{ViolationType, ViolationTypeInput};
use crate::domain::id::ViolationTypeId;
use crate::domain::{Refusal, version};

/// Changes a violation type as a whole, for what is graded from now on. `seen` is the version that the caller last saw.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Stale`; `Invalid` with all faults, among them a code other than the type's.
pub async fn change(app: &App, actor: &Actor, id: ViolationTypeId, seen: i32, command: ViolationTypeInput) -> Result<CatalogueEntry> {
    actor.may(Action::CatalogueWrite)?;
    let rules = ViolationType::checked(command)?;
    app.write(actor, move |tx| {
        let before = db::violation_types::get(tx.conn, id)?;
        version::check(seen, before.version)?;
        if rules.code != before.code {
            return Err(Refusal::invalid("code", format!("must stay `{}`: scorecards, policies and fines refer to it", before.code)).into());
        }
        let row = ViolationTypeRow::of(id, before.version.saturating_add(1), &rules);
        db::violation_types::update(tx, &row)?;
        tx.audit("violation_type.changed", ("violation_type", &id), Some(&before.rules()), Some(&rules), None)?;
        Ok(row.into())
    })
    .await
}
