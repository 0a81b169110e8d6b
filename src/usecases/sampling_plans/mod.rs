//! Sampling plans (抽检计划).

pub mod change;
pub mod create;
pub mod delete;
pub mod list;
pub mod preview;
pub mod set_state;
pub mod show;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::db::sampling_plans::{PlanRow, References, references};
use crate::db::{AnyConnection, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::SamplingPlanId;
use crate::domain::refusal::{Faults, checked_text};
use crate::domain::sampling::plan::PlanContent;
use crate::domain::sampling::sample::PlanState;

/// A sampling plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Plan {
    /// The id.
    pub id: SamplingPlanId,
    /// Its name, which no other plan has.
    pub name: String,
    /// Whether it draws.
    pub state: PlanState,
    /// Rises with each change; the ETag.
    pub version: i32,
    /// What it says.
    pub content: PlanContent,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

impl Plan {
    fn of(row: PlanRow) -> Self {
        let PlanRow { id, name, state, content, version, created_at, updated_at } = row;
        Self { id, name, state, version, content, created_at, updated_at }
    }
}

/// What a plan is to be.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanInput {
    /// A name that no other plan has, 1 to 200 characters.
    pub name: String,
    /// What it says.
    pub content: PlanContent,
}

impl PlanInput {
    /// The input with its texts trimmed, or everything that is wrong with it.
    fn checked(self) -> crate::domain::Refused<Self> {
        let mut faults = Faults::new();
        let name = faults.take(checked_text("name", &self.name, 200));
        let content = faults.take(self.content.clone().checked().map_err(|refusal| refusal.within("content")));
        faults.finish()?;
        Ok(Self { name: name.unwrap_or(self.name), content: content.unwrap_or(self.content) })
    }
}

/// Holds the ids in a plan against what there is.
fn check_references(conn: &mut AnyConnection, content: &PlanContent) -> Result<()> {
    let known: References = references(conn, content)?;
    let mut faults = Faults::new();
    for (index, team) in content.population.teams.iter().enumerate().filter(|(_, id)| !known.teams.contains(id)) {
        faults.push(format!("content.population.teams[{index}]"), format!("there is no team {team}"));
    }
    for (index, agent) in content.exclusions.agents.iter().enumerate().filter(|(_, id)| !known.agents.contains(id)) {
        faults.push(format!("content.exclusions.agents[{index}]"), format!("there is no agent {agent}"));
    }
    for (index, inspector) in content.inspectors.iter().enumerate().filter(|(_, one)| !known.graders.contains(&one.user_id)) {
        faults.push(
            format!("content.inspectors[{index}].user_id"),
            format!("{} is nobody who can log in and grade; give that person the role inspector first", inspector.user_id),
        );
    }
    for (index, one) in content.scorecards.iter().enumerate().filter(|(_, one)| !known.scorecards.contains(&one.scorecard_id)) {
        faults.push(format!("content.scorecards[{index}].scorecard_id"), format!("there is no scorecard {}", one.scorecard_id));
    }
    Ok(faults.finish()?)
}

/// Plans and draws concern everybody who is sampled, so inspectors, who see their own samples only, do not read them.
///
/// # Errors
/// `Forbidden`.
pub(crate) fn may_read(actor: &Actor) -> Result<()> {
    let reach = actor.reach(Action::SamplingRead)?;
    if reach.all || !reach.vendors.is_empty() || !reach.teams.is_empty() {
        Ok(())
    } else {
        Err(Refusal::forbidden("inspectors see their own samples only; plans and draws are for QA managers and auditors").into())
    }
}
