//! Lists conversations.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::plain;
use crate::app::App;
use crate::db::views::conversations::{self as view, Listed, Wanted};
use crate::db::{Error, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::conversation::Channel;
use crate::domain::id::{AgentId, ConversationId, TeamId};
use crate::domain::masking::mask;
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;

/// Which conversations are wanted.
#[derive(Debug, Clone, Default)]
pub struct ConversationFilter {
    /// The agent, by id or employee number.
    pub agent: Option<String>,
    /// The team in which, or below which, the agent is now.
    pub team: Option<TeamId>,
    /// The channel.
    pub channel: Option<Channel>,
    /// The queue.
    pub queue: Option<String>,
    /// The period.
    pub period: Option<Period>,
    /// The source.
    pub source: Option<String>,
    /// A text that the external id contains, in small or capital letters.
    pub external_id: Option<String>,
}

/// The agent of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ConversationAgent {
    /// The id.
    pub id: AgentId,
    /// The employee number.
    pub employee_no: String,
    /// The name.
    pub name: String,
    /// The team that the agent is in now.
    pub team_id: TeamId,
}

/// A conversation in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ConversationSummary {
    /// The id.
    pub id: ConversationId,
    /// The system that it came from.
    pub source: String,
    /// What that system calls it.
    pub external_id: String,
    /// The way the customer came in.
    pub channel: Channel,
    /// The agent; absent for an inspector who is to grade the conversation blind.
    pub agent: Option<ConversationAgent>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The period that it belongs to.
    pub period: Period,
    /// What the source calls the customer; numbers and addresses in it are masked for who has no `customers.read` here.
    pub customer: Option<String>,
    /// The queue.
    pub queue: Option<String>,
    /// The language.
    pub language: Option<String>,
    /// The customer's rating, 1 to 10.
    pub satisfaction: Option<i32>,
    /// How many lines its transcript has.
    pub lines: i32,
    /// How many recordings it has.
    pub recording_count: i32,
    /// When its transcript was deleted because it had had its time, and with it what the source calls the customer and the attributes.
    #[serde(default)]
    pub transcript_purged_at: Option<DateTime<Utc>>,
    /// When its recordings were deleted because they had had their time.
    #[serde(default)]
    pub recordings_purged_at: Option<DateTime<Utc>>,
}

impl ConversationSummary {
    /// What the source calls the customer, masked: a telephone system calls customers by their numbers.
    pub(super) fn masked(mut self) -> Self {
        self.customer = self.customer.map(|customer| mask(&customer));
        self
    }

    pub(super) fn of(listed: Listed, blind: bool) -> Self {
        let Listed { row, employee_no, agent_name, team_id, transcript_purged_at, recordings_purged_at } = listed;
        let agent = ConversationAgent { id: row.agent_id, employee_no, name: agent_name, team_id };
        Self {
            id: row.id,
            source: row.source,
            external_id: row.external_id,
            channel: row.channel,
            agent: (!blind).then_some(agent),
            started_at: row.started_at,
            duration_ms: row.duration_ms,
            period: row.period,
            customer: row.customer_ref,
            queue: row.queue,
            language: row.language,
            satisfaction: row.satisfaction,
            lines: row.lines,
            recording_count: row.recordings,
            transcript_purged_at,
            recordings_purged_at,
        }
    }
}

/// A page of the conversations within reach, the latest first.
///
/// # Permissions
/// `conversations.read`: those of the agents within reach; an inspector's are those of the own samples. `customers.read` for customers' data
/// unmasked.
///
/// # Errors
/// `Invalid` for a cursor that is not this list's.
pub async fn list(app: &App, actor: &Actor, filter: ConversationFilter, page: PageRequest) -> Result<Page<ConversationSummary>> {
    let reach = actor.reach(Action::ConversationRead)?;
    let after = page.after.as_ref().map(|cursor| {
        let micros = cursor.key.parse().ok().and_then(DateTime::from_timestamp_micros);
        let at = micros.ok_or_else(|| Refusal::invalid("cursor", "is not a cursor of this list; use the `next` of the page before"))?;
        Ok::<_, Error>((at, ConversationId(cursor.id)))
    });
    let after = after.transpose()?;
    let agent_id = filter.agent.as_deref().and_then(|agent| agent.parse().ok());
    let wanted = Wanted {
        agent_id,
        employee_no: filter.agent.filter(|_| agent_id.is_none()),
        team: filter.team,
        channel: filter.channel,
        queue: filter.queue,
        period: filter.period,
        source: filter.source,
        external_id: filter.external_id.filter(|text| !text.is_empty()),
    };
    let (fetch, plain) = (page.fetch(), plain::reach(actor));
    let items = app
        .read(move |conn| {
            let listed = view::page(conn, &reach, &wanted, after, fetch)?;
            let blind = view::blind(conn, &reach, &listed.iter().map(|l| l.row.id).collect::<Vec<_>>())?;
            let shown = plain::shown(conn, plain.as_ref(), &reach, &listed.iter().map(|l| l.row.id).collect::<Vec<_>>())?;
            let summaries = listed.into_iter().map(|l| (blind.contains(&l.row.id), l)).map(|(b, l)| ConversationSummary::of(l, b));
            Ok(summaries.map(|it| if shown.contains(&it.id) { it } else { it.masked() }).collect::<Vec<_>>())
        })
        .await?;
    Ok(page.page(items, |item| (item.started_at.timestamp_micros().to_string(), item.id.0)))
}
