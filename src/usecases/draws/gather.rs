//! Reads the population of a plan, agent by agent.

use std::collections::BTreeMap;

use crate::db::population::{Asked, ConversationRow, Conversations, PlanAgent, sampled_of};
use crate::db::{self, AnyConnection, Result};
use crate::domain::conversation::Channel;
use crate::domain::id::{AgentId, ConversationId, SamplingPlanId};
use crate::domain::period::Period;
use crate::domain::sampling::filter::ConversationFacts;
use crate::domain::sampling::plan::{PlanContent, Standing};
use crate::domain::sampling::population::{Member, Population};
use crate::domain::sampling::shortfall::Excluded;
use crate::domain::sampling::stratum::Strata;

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

/// Hands over the eligible conversations of each of these agents, in their order.
pub(crate) fn gather(
    conn: &mut AnyConnection,
    source: &Source,
    agents: &[PlanAgent],
    mut each: impl FnMut(PlanAgent, Gathered),
) -> Result<()> {
    let Source { plan, period } = source;
    let ids: Vec<AgentId> = agents.iter().map(|one| one.agent).collect();
    let mut sampled = if plan.exclusions.already_sampled { sampled_of(conn, *period, &ids)? } else { Default::default() };
    let channels = plan.channels();
    let mut conversations = Conversations::of_agents(conn, *period, &ids, &channels, Asked::by(plan))?;
    for one in agents {
        let mut found = Gathering::new(source, sampled.remove(&one.agent).unwrap_or_default());
        conversations.of(conn, one.agent, |row| found.take(row))?;
        each(*one, found.finish());
    }
    Ok(())
}

/// What has been found of an agent.
struct Gathering<'a> {
    plan: &'a PlanContent,
    strata: Strata,
    /// Those that were sampled before, in ascending order.
    sampled: std::iter::Peekable<std::vec::IntoIter<ConversationId>>,
    members: Vec<Member>,
    channels: Vec<Channel>,
    excluded: Excluded,
}

impl<'a> Gathering<'a> {
    fn new(source: &'a Source, sampled: Vec<ConversationId>) -> Self {
        Self {
            plan: &source.plan,
            strata: source.plan.stratify_by.of(source.period),
            sampled: sampled.into_iter().peekable(),
            members: Vec::new(),
            channels: Vec::new(),
            excluded: Excluded::default(),
        }
    }

    /// Takes the agent's next conversation, in ascending order of id.
    fn take(&mut self, row: ConversationRow) {
        while self.sampled.next_if(|id| *id < row.id).is_some() {}
        let facts = ConversationFacts {
            channel: row.channel,
            queue: row.queue.as_deref(),
            duration_ms: row.duration_ms,
            satisfaction: row.satisfaction,
            attributes: &row.attributes,
            recordings: row.recordings,
            sampled: self.sampled.peek() == Some(&row.id),
        };
        match self.plan.standing(&facts) {
            Standing::Outside => {}
            Standing::Excluded(exclusion) => self.excluded.count(exclusion),
            Standing::Eligible { targeted } => {
                self.members.push(Member { conversation: row.id, stratum: self.strata.stratum(row.local_day), targeted });
                self.channels.push(row.channel);
            }
        }
    }

    fn finish(self) -> Gathered {
        Gathered { population: Population::new(self.members), excluded: self.excluded, channels: self.channels }
    }
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
