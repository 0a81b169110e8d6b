//! Reads the population of a plan, a few hundred agents at a time.

use std::collections::BTreeMap;

use crate::db::population::{Asked, PlanAgent, conversations_of, sampled_of};
use crate::db::{self, AnyConnection, Result};
use crate::domain::conversation::Channel;
use crate::domain::id::{AgentId, ConversationId, SamplingPlanId, TeamId};
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
    /// The agent.
    pub agent: AgentId,
    /// The agent's team.
    pub team: TeamId,
    /// The eligible conversations.
    pub population: Population,
    /// What was left out.
    pub excluded: Excluded,
    /// The channels of the eligible conversations, by their ids.
    pub channels: Vec<(ConversationId, Channel)>,
}

/// What was found of an agent so far.
#[derive(Default)]
struct Found {
    members: Vec<Member>,
    excluded: Excluded,
    channels: Vec<(ConversationId, Channel)>,
}

impl Gathered {
    /// The channel of an eligible conversation.
    pub(crate) fn channel(&self, conversation: ConversationId) -> Option<Channel> {
        let at = self.channels.binary_search_by_key(&conversation, |(id, _)| *id).ok()?;
        self.channels.get(at).map(|(_, channel)| *channel)
    }
}

/// The agents in parts that fit into memory: up to 200 agents and, beyond the first agent, up to 50,000 conversations.
pub(crate) fn chunks(agents: &[PlanAgent]) -> Vec<&[PlanAgent]> {
    let (mut parts, mut from, mut conversations) = (Vec::new(), 0, 0_i64);
    for (at, agent) in agents.iter().enumerate() {
        let full = at - from >= 200 || conversations.saturating_add(agent.conversations) > 50_000;
        if full && at > from {
            parts.extend(agents.get(from..at));
            (from, conversations) = (at, 0);
        }
        conversations = conversations.saturating_add(agent.conversations);
    }
    parts.extend(agents.get(from..).filter(|rest| !rest.is_empty()));
    parts
}

/// The eligible conversations of these agents.
pub(crate) fn gather(conn: &mut AnyConnection, source: &Source, agents: &[PlanAgent]) -> Result<Vec<Gathered>> {
    let Source { plan, period } = source;
    let ids: Vec<AgentId> = agents.iter().map(|agent| agent.agent).collect();
    let sampled = if plan.exclusions.already_sampled { sampled_of(conn, *period, &ids)? } else { Default::default() };
    let mut found: BTreeMap<AgentId, Found> = BTreeMap::new();
    // One agent's conversations come together.
    let (mut at, mut of_agent) = (None, Found::default());
    conversations_of(conn, *period, &ids, &plan.channels(), Asked::by(plan), |row| {
        if at != Some(row.agent_id) {
            let before = std::mem::take(&mut of_agent);
            found.extend(at.replace(row.agent_id).map(|agent| (agent, before)));
        }
        let Found { members, excluded, channels } = &mut of_agent;
        let facts = ConversationFacts {
            channel: row.channel,
            queue: row.queue.as_deref(),
            duration_ms: row.duration_ms,
            satisfaction: row.satisfaction,
            attributes: &row.attributes,
            recordings: row.recordings,
            sampled: sampled.contains(&row.id),
        };
        match plan.standing(&facts) {
            Standing::Outside => {}
            Standing::Excluded(exclusion) => excluded.count(exclusion),
            Standing::Eligible { targeted } => {
                let stratum = plan.stratify_by.stratum(*period, row.local_day);
                members.push(Member { conversation: row.id, stratum, targeted });
                channels.push((row.id, row.channel));
            }
        }
    })?;
    found.extend(at.map(|agent| (agent, of_agent)));
    Ok(agents
        .iter()
        .map(|agent| {
            let Found { members, excluded, mut channels } = found.remove(&agent.agent).unwrap_or_default();
            channels.sort_unstable_by_key(|(id, _)| *id);
            Gathered { agent: agent.agent, team: agent.team, population: Population::new(members), excluded, channels }
        })
        .collect())
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
