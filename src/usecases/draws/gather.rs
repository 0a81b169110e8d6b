//! Reads the population of a plan, agent by agent.

use std::collections::BTreeMap;

use crate::db::population::{Asked, PlanAgent, conversations_of, sampled_of};
use crate::db::{self, AnyConnection, Result};
use crate::domain::conversation::Channel;
use crate::domain::id::{AgentId, ConversationId, SamplingPlanId};
use crate::domain::period::Period;
use crate::domain::sampling::filter::ConversationFacts;
use crate::domain::sampling::plan::{PlanContent, Standing};
use crate::domain::sampling::population::{Member, Population};
use crate::domain::sampling::shortfall::Excluded;

/// What is drawn from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// The plan.
    pub plan: PlanContent,
    /// The period.
    pub period: Period,
}

/// An agent with the eligible conversations.
#[derive(Debug, Clone)]
pub(crate) struct Gathered {
    /// The eligible conversations.
    pub population: Population,
    /// What was left out.
    pub excluded: Excluded,
    /// The channel of each eligible conversation, by its place in the population.
    channels: Vec<Channel>,
}

impl Gathered {
    /// The channel of an eligible conversation.
    pub(crate) fn channel(&self, conversation: ConversationId) -> Option<Channel> {
        self.population.place(conversation).and_then(|place| self.channels.get(place).copied())
    }
}

/// How many agents are read together. With 2,500 conversations each a part is of 1 MB.
pub(crate) const PART: usize = 25;

/// Hands over the eligible conversations of each of these agents.
pub(crate) fn gather(
    conn: &mut AnyConnection,
    source: &Source,
    agents: &[PlanAgent],
    mut each: impl FnMut(PlanAgent, Gathered),
) -> Result<()> {
    let ids: Vec<AgentId> = agents.iter().map(|one| one.agent).collect();
    let mut sampled = if source.plan.exclusions.already_sampled { sampled_of(conn, source.period, &ids)? } else { Default::default() };
    for one in agents {
        let sampled = sampled.remove(&one.agent).unwrap_or_default();
        each(*one, of_agent(conn, source, one.agent, sampled)?);
    }
    Ok(())
}

/// The eligible conversations of an agent. `sampled` are those that were sampled before, in ascending order.
fn of_agent(conn: &mut AnyConnection, source: &Source, agent: AgentId, sampled: Vec<ConversationId>) -> Result<Gathered> {
    let Source { plan, period } = source;
    let mut sampled = sampled.into_iter().peekable();
    let strata = plan.stratify_by.of(*period);
    let (mut members, mut channels, mut excluded) = (Vec::new(), Vec::new(), Excluded::default());
    // Both come in ascending order of id.
    conversations_of(conn, *period, agent, &plan.channels(), Asked::by(plan), |row| {
        while sampled.next_if(|id| *id < row.id).is_some() {}
        let facts = ConversationFacts {
            channel: row.channel,
            queue: row.queue.as_deref(),
            duration_ms: row.duration_ms,
            satisfaction: row.satisfaction,
            attributes: &row.attributes,
            recordings: row.recordings,
            sampled: sampled.peek() == Some(&row.id),
        };
        match plan.standing(&facts) {
            Standing::Outside => {}
            Standing::Excluded(exclusion) => excluded.count(exclusion),
            Standing::Eligible { targeted } => {
                members.push(Member { conversation: row.id, stratum: strata.stratum(row.local_day), targeted });
                channels.push(row.channel);
            }
        }
    })?;
    Ok(Gathered { population: Population::new(members), excluded, channels })
}

/// What each agent's quota of the period before fell short of, where it is to be carried over.
pub(crate) fn carried(conn: &mut AnyConnection, plan: SamplingPlanId, period: Period, carry_over: bool) -> Result<BTreeMap<AgentId, u32>> {
    if !carry_over {
        return Ok(BTreeMap::new());
    }
    match db::draws::regular(conn, plan, period.previous())? {
        Some(before) => db::draw_agents::missing(conn, before.id),
        None => Ok(BTreeMap::new()),
    }
}
