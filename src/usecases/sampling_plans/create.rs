//! Creates a sampling plan.

use super::{Plan, PlanInput, check_references};
use crate::app::App;
use crate::db::sampling_plans::PlanRow;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::sampling::sample::PlanState;

/// Creates an active plan.
///
/// # Permissions
/// `sampling.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; `Invalid` with all faults; `Conflict` with code `name_taken`.
pub async fn create(app: &App, actor: &Actor, command: PlanInput) -> Result<Plan> {
    actor.may_everywhere(Action::SamplingWrite)?;
    let checked = command.clone().checked()?;
    app.write_once(actor, "sampling_plans.create", &command, move |tx| {
        check_references(tx.conn, &checked.content)?;
        let row = PlanRow {
            id: tx.id(),
            name: checked.name.clone(),
            state: PlanState::Active,
            content: checked.content.clone(),
            version: 1,
            created_at: tx.now,
            updated_at: tx.now,
        };
        db::sampling_plans::insert(tx, &row)?;
        let plan = Plan::of(row);
        tx.audit_new("sampling_plan.created", ("sampling_plan", &plan.id), &plan)?;
        Ok(plan)
    })
    .await
}
