//! Deletes a sampling plan.

use super::Plan;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::SamplingPlanId;
use crate::domain::version;

/// Deletes a plan that has never drawn. `seen` is the version that the caller last saw.
///
/// # Permissions
/// `sampling.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Stale`; `Conflict` with code `plan_has_draws`.
pub async fn delete(app: &App, actor: &Actor, id: SamplingPlanId, seen: i32) -> Result<()> {
    actor.may_everywhere(Action::SamplingWrite)?;
    app.write(actor, move |tx| {
        let row = db::sampling_plans::load(tx.conn, id)?;
        version::check(seen, row.version)?;
        db::sampling_plans::delete(tx, id)?;
        tx.audit::<_, ()>("sampling_plan.deleted", ("sampling_plan", &id), Some(&Plan::of(row)), None, None)
    })
    .await
}
