//! Shows what a plan would find, before anything is drawn.

use serde::{Deserialize, Serialize};

use super::may_read;
use crate::app::App;
use crate::db::population::PlanAgent;
use crate::db::{self, Result};
use crate::domain::access::Actor;
use crate::domain::id::SamplingPlanId;
use crate::domain::period::Period;
use crate::domain::sampling::draw::Wish;
use crate::domain::sampling::shortfall::{Excluded, Shortfall, Tally, shortfalls};
use crate::usecases::draws::gather::{PART, Source, carried, gather};

/// What to look at.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewCommand {
    /// The period.
    pub period: Period,
    /// Whether last period's shortfall is added; what the plan says where absent.
    pub carry_over: Option<bool>,
}

/// What a plan would find. Nothing is drawn: there is no seed yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Preview {
    /// Agents that the plan looks at.
    pub agents: u64,
    /// Eligible conversations.
    pub conversations: u64,
    /// Of them, those that carry the risk that targeted picks look for.
    pub targeted_conversations: u64,
    /// What would be left out.
    pub excluded: Excluded,
    /// Random samples wanted, with what would be carried over.
    pub random_wanted: u64,
    /// Random samples that would be drawn.
    pub random: u64,
    /// Targeted samples wanted.
    pub targeted_wanted: u64,
    /// Targeted samples that would be drawn at the most; random picks may take some of them.
    pub targeted_at_most: u64,
    /// What the inspectors can take together; fewer than the samples means that some would have no inspector.
    pub capacity: u64,
    /// Agents for whom a quota would not be met.
    pub agents_short: u64,
    /// For whom and why: the first 1000 lines.
    pub shortfall: Vec<Shortfall>,
}

/// Population and shortfall as they are now.
///
/// # Permissions
/// `sampling.read` beyond one's own samples.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn preview(app: &App, actor: &Actor, id: SamplingPlanId, command: PreviewCommand) -> Result<Preview> {
    may_read(actor)?;
    app.read(move |conn| {
        let plan = db::sampling_plans::load(conn, id)?;
        let source = Source { plan: plan.content, period: command.period };
        let carried = carried(conn, id, command.period, command.carry_over.unwrap_or(source.plan.carry_over))?;
        let agents = db::population::agents_of(conn, source.period, &source.plan.population.teams, &source.plan.exclusions.agents)?;
        let inspectors = db::population::inspectors_of(conn, source.period, &source.plan.inspectors)?;
        let mut preview =
            Preview { capacity: inspectors.iter().map(|inspector| u64::from(inspector.capacity)).sum(), ..Preview::default() };
        for part in agents.chunks(PART) {
            gather(conn, &source, part, |PlanAgent { agent, .. }, found| {
                let carried = carried.get(&agent).copied().unwrap_or(0);
                let wish = Wish::of(&source.plan, &found.population, carried);
                preview.add(agent, &tally(&found.population, wish, carried, found.excluded));
            })?;
        }
        Ok(preview)
    })
    .await
}

/// What a draw would come to, as far as that can be said without a seed.
fn tally(population: &crate::domain::sampling::population::Population, wish: Wish, carried: u32, excluded: Excluded) -> Tally {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let (available, targeted_available) = (count(population.len()), count(population.targeted()));
    let drawn = wish.quota.min(available);
    Tally {
        quota: wish.quota,
        carried,
        available,
        drawn,
        targeted_quota: wish.targeted_quota,
        targeted_available,
        targeted_drawn: wish.targeted_quota.min(targeted_available).min(available.saturating_sub(drawn.saturating_add(wish.reserves))),
        excluded,
    }
}

impl Preview {
    fn add(&mut self, agent: crate::domain::id::AgentId, tally: &Tally) {
        let sum = |to: &mut u64, number: u32| *to = to.saturating_add(u64::from(number));
        sum(&mut self.agents, 1);
        sum(&mut self.conversations, tally.available);
        sum(&mut self.targeted_conversations, tally.targeted_available);
        sum(&mut self.random_wanted, tally.quota);
        sum(&mut self.random, tally.drawn);
        sum(&mut self.targeted_wanted, tally.targeted_quota);
        sum(&mut self.targeted_at_most, tally.targeted_drawn);
        self.excluded = self.excluded.plus(&tally.excluded);
        let lines = shortfalls(agent, tally);
        sum(&mut self.agents_short, u32::from(!lines.is_empty()));
        let room = 1000_usize.saturating_sub(self.shortfall.len());
        self.shortfall.extend(lines.into_iter().take(room));
    }
}
