//! Changes a sampling plan.

use super::{Plan, PlanInput, check_references};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::SamplingPlanId;
use crate::domain::version;

/// Changes a plan. What it has drawn stays as it was drawn. `seen` is the version that the caller last saw.
///
/// # Permissions
/// `sampling.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` with all faults; `Stale`; `Conflict` with code `name_taken`.
pub async fn change(app: &App, actor: &Actor, id: SamplingPlanId, seen: i32, command: PlanInput) -> Result<Plan> {
    actor.may_everywhere(Action::SamplingWrite)?;
    let checked = command.checked()?;
    app.write(actor, move |tx| {
        let mut row = db::sampling_plans::load(tx.conn, id)?;
        version::check(seen, row.version)?;
        check_references(tx.conn, &checked.content)?;
        let before = Plan::of(row.clone());
        row.name.clone_from(&checked.name);
        row.content = checked.content.clone();
        row.version = row.version.saturating_add(1);
        row.updated_at = tx.now;
        db::sampling_plans::update(tx, &row)?;
        let plan = Plan::of(row);
        tx.audit("sampling_plan.changed", ("sampling_plan", &id), Some(&before), Some(&plan), None)?;
        Ok(plan)
    })
    .await
}
