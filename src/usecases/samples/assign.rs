//! Gives a sample to another inspector.

use serde::{Deserialize, Serialize};

use super::{Look, Sample, check_waiting, seen};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::{SampleId, UserId};
use crate::domain::masking::checked_prose;
use crate::domain::sampling::plan::InspectorCapacity;
use crate::domain::sampling::sample::SampleState;
use crate::usecases::mail;

/// To whom, and why.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The inspector.
    pub inspector_id: UserId,
    /// Why, 1 to 500 characters.
    pub reason: String,
}

/// Gives a waiting sample to an inspector: one that the draw could not assign, or one of somebody who cannot grade it. Nobody gets a sample of
/// themselves or of their own team; capacity and the share of a pair are the QA manager's to judge here.
///
/// # Permissions
/// `sampling.write`, and the sample in reach.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` where the inspector cannot grade; `Conflict` with code `sample_claimed` while the inspector who has it works
/// on it, `conflict_of_interest`, `already_submitted`, `sample_replaced` or `period_closed`.
pub async fn assign(app: &App, actor: &Actor, id: SampleId, command: Assignment) -> Result<Sample> {
    let reach = actor.reach(Action::SamplingWrite)?;
    let reason = checked_prose("reason", &command.reason, 500)?;
    app.write(actor, move |tx| {
        let look = Look::new(tx.conn, &reach, tx.now)?;
        let before = seen(tx.conn, look, id)?;
        let row = db::samples::load(tx.conn, id)?;
        check_waiting(tx.conn, &row)?;
        if row.inspector_id == Some(command.inspector_id) {
            return Ok(before);
        }
        if row.state_at(tx.now) == SampleState::Claimed {
            let message = "the inspector who has this sample is working on it; try again when the claim has expired";
            return Err(Refusal::conflict("sample_claimed", message).into());
        }
        if !db::sampling_plans::graders(tx.conn, &[command.inspector_id])?.contains(&command.inspector_id) {
            let message = "is nobody who can log in and grade; give that person the role inspector first";
            return Err(Refusal::invalid("inspector_id", message).into());
        }
        let inspector = InspectorCapacity { user_id: command.inspector_id, capacity: 1 };
        let facts = db::population::inspectors_of(tx.conn, row.period, &[inspector])?;
        let team = db::population::team_of(tx.conn, row.draw_id, row.agent_id)?;
        if facts.iter().any(|facts| team.is_none_or(|team| !facts.may_grade(row.agent_id, team))) {
            let message = "nobody grades themselves or their own team; choose another inspector";
            return Err(Refusal::conflict("conflict_of_interest", message).into());
        }
        db::samples::assign(tx, id, command.inspector_id)?;
        mail::work::given_one(tx, id)?;
        let after = seen(tx.conn, look, id)?;
        tx.audit("sample.assigned", ("sample", &id), Some(&before), Some(&after), Some(&reason))?;
        Ok(after)
    })
    .await
}
