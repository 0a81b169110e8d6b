//! Pauses and resumes a sampling plan.

use super::Plan;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::SamplingPlanId;
use crate::domain::sampling::sample::PlanState;
use crate::domain::version;

/// Pauses or resumes a plan. A paused plan neither draws by itself nor by hand. `seen` is the version that the caller last saw.
///
/// # Permissions
/// `sampling.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Stale`.
pub async fn set_state(app: &App, actor: &Actor, id: SamplingPlanId, seen: i32, state: PlanState) -> Result<Plan> {
    actor.may_everywhere(Action::SamplingWrite)?;
    app.write(actor, move |tx| {
        let mut row = db::sampling_plans::load(tx.conn, id)?;
        version::check(seen, row.version)?;
        if row.state == state {
            return Ok(Plan::of(row));
        }
        let before = row.state;
        row.state = state;
        row.version = row.version.saturating_add(1);
        row.updated_at = tx.now;
        db::sampling_plans::update(tx, &row)?;
        let action = match state {
            PlanState::Active => "sampling_plan.resumed",
            PlanState::Paused => "sampling_plan.paused",
        };
        tx.audit(action, ("sampling_plan", &id), Some(&before), Some(&state), None)?;
        Ok(Plan::of(row))
    })
    .await
}
