//! Samples: stored by draws and replacements, claimed, assigned.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::both::{insert_each, kept_update, natively};
use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{conversations, drafts, samples};
use super::sql_types::{At, OptionalAt};
use super::tx::Tx;
use crate::domain::Refusal;
use crate::domain::conversation::Channel;
use crate::domain::id::{AgentId, ConversationId, DrawId, SampleId, SamplingPlanId, ScorecardVersionId, UserId};
use crate::domain::period::Period;
use crate::domain::sampling::sample::{ReplaceReason, SampleKind, SampleState};

/// A sample as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = samples)]
pub struct SampleRow {
    /// The id.
    pub id: SampleId,
    /// The draw.
    pub draw_id: DrawId,
    /// The plan.
    pub plan_id: SamplingPlanId,
    /// The period of the draw and of the conversation.
    pub period: Period,
    /// How it was picked.
    pub kind: SampleKind,
    /// Whether its evaluation enters n, K and N.
    pub counts: bool,
    /// The agent who handled the conversation.
    pub agent_id: AgentId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Its place in the draw's order of the agent.
    pub position: i32,
    /// Where it stands. A claim that has expired still reads `claimed` here; see [`SampleRow::state_at`].
    pub state: SampleState,
    /// The scorecard version to grade it with.
    pub scorecard_version_id: ScorecardVersionId,
    /// Whether the inspector does not see the agent.
    pub blind: bool,
    /// Whom it is assigned to.
    pub inspector_id: Option<UserId>,
    /// Who gave it to another inspector than the draw did.
    pub assigned_by: Option<UserId>,
    /// When that was.
    #[diesel(deserialize_as = OptionalAt)]
    pub assigned_at: Option<DateTime<Utc>>,
    /// The day by which it is to be graded.
    pub due_on: NaiveDate,
    /// When it was handed out last.
    #[diesel(deserialize_as = OptionalAt)]
    pub claimed_at: Option<DateTime<Utc>>,
    /// Until when its claim holds.
    #[diesel(deserialize_as = OptionalAt)]
    pub claim_until: Option<DateTime<Utc>>,
    /// When its evaluation was submitted.
    #[diesel(deserialize_as = OptionalAt)]
    pub submitted_at: Option<DateTime<Utc>>,
    /// The sample whose place it took.
    pub replaces_id: Option<SampleId>,
    /// Why it was replaced.
    pub replaced_reason: Option<ReplaceReason>,
    /// What was said about that.
    pub replaced_comment: Option<String>,
    /// Who replaced it.
    pub replaced_by: Option<UserId>,
    /// When it was replaced.
    #[diesel(deserialize_as = OptionalAt)]
    pub replaced_at: Option<DateTime<Utc>>,
    /// When it was made.
    #[diesel(deserialize_as = At)]
    pub created_at: DateTime<Utc>,
}

impl SampleRow {
    /// Where it stands at a moment: an expired claim is none.
    pub fn state_at(&self, now: DateTime<Utc>) -> SampleState {
        match self.state {
            SampleState::Claimed if self.claim_until.is_none_or(|until| until <= now) => SampleState::Open,
            state => state,
        }
    }
}

/// A new sample.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = samples, treat_none_as_default_value = false)]
pub struct NewSample {
    /// The id.
    pub id: SampleId,
    /// The draw.
    pub draw_id: DrawId,
    /// The plan.
    pub plan_id: SamplingPlanId,
    /// The period.
    pub period: Period,
    /// How it was picked.
    pub kind: SampleKind,
    /// Whether its evaluation enters n, K and N.
    pub counts: bool,
    /// The agent.
    pub agent_id: AgentId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Its place in the draw's order of the agent.
    pub position: i32,
    /// Where it stands.
    pub state: SampleState,
    /// The scorecard version to grade it with.
    pub scorecard_version_id: ScorecardVersionId,
    /// Whether the inspector does not see the agent.
    pub blind: bool,
    /// Whom it is assigned to.
    pub inspector_id: Option<UserId>,
    /// The day by which it is to be graded.
    pub due_on: NaiveDate,
    /// The sample whose place it takes.
    pub replaces_id: Option<SampleId>,
    /// Now.
    pub created_at: At,
}

/// Stores samples.
///
/// # Errors
/// What the database says.
pub fn insert_all(tx: &mut Tx<'_>, mut rows: Vec<NewSample>) -> Result<()> {
    // PostgreSQL looks each conversation up, and locks it: in the order in which they lie.
    if matches!(tx.conn, AnyConnection::Postgres(_)) {
        rows.sort_unstable_by_key(|row| row.conversation_id);
    }
    insert_each!(tx.conn, samples::table, &rows);
    Ok(())
}

/// A sample.
///
/// # Errors
/// `NotFound`.
pub fn load(conn: &mut AnyConnection, id: SampleId) -> Result<SampleRow> {
    let found = samples::table.find(id).select(SampleRow::as_select()).first(conn).optional()?;
    found.ok_or_else(|| Refusal::not_found("sample", id).into())
}

/// The next sample that an inspector can be handed: open or with an expired claim, of a period that is not closed, the earliest due first.
///
/// # Errors
/// What the database says.
pub fn next_of(conn: &mut AnyConnection, inspector: UserId, now: DateTime<Utc>) -> Result<Option<SampleRow>> {
    let frozen = super::periods::frozen(conn)?.map_or_else(String::new, |period| period.to_string());
    // The first entry of each state in the index of queues, instead of sorting all that wait.
    macro_rules! first {
        ($which:expr) => {
            natively!(
                conn,
                first,
                samples::table
                    .filter(samples::inspector_id.eq(inspector))
                    .filter(samples::period.gt(frozen.as_str()))
                    .filter($which)
                    .order((samples::due_on, samples::id))
                    .select(SampleRow::as_select())
            )
            .optional()?
        };
    }
    let open: Option<SampleRow> = first!(samples::state.eq(SampleState::Open));
    let expired: Option<SampleRow> =
        first!(samples::state.eq(SampleState::Claimed).and(samples::claim_until.assume_not_null().le(At(now))));
    Ok(open.into_iter().chain(expired).min_by_key(|row| (row.due_on, row.id)))
}

/// Claims a sample until a moment.
///
/// # Errors
/// What the database says.
pub fn claim(tx: &mut Tx<'_>, id: SampleId, until: DateTime<Utc>) -> Result<()> {
    natively!(
        tx.conn,
        execute,
        kept_update(
            samples::table,
            (samples::state.eq(SampleState::Claimed), samples::claimed_at.eq(At(tx.now)), samples::claim_until.eq(At(until))),
            samples::id.eq(id)
        )
    )?;
    Ok(())
}

/// Gives a sample to an inspector; whatever claim there was ends.
///
/// # Errors
/// What the database says.
pub fn assign(tx: &mut Tx<'_>, id: SampleId, inspector: UserId) -> Result<()> {
    diesel::update(samples::table.find(id))
        .set((
            samples::inspector_id.eq(inspector),
            samples::state.eq(SampleState::Open),
            samples::claimed_at.eq(None::<At>),
            samples::claim_until.eq(None::<At>),
            samples::assigned_by.eq(tx.actor.user),
            samples::assigned_at.eq(tx.at()),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Marks a sample as replaced and forgets its draft.
///
/// # Errors
/// What the database says.
pub fn mark_replaced(tx: &mut Tx<'_>, id: SampleId, reason: ReplaceReason, comment: &str) -> Result<()> {
    diesel::update(samples::table.find(id))
        .set((
            samples::state.eq(SampleState::Replaced),
            samples::claim_until.eq(None::<At>),
            samples::replaced_reason.eq(reason),
            samples::replaced_comment.eq(comment),
            samples::replaced_by.eq(tx.actor.user),
            samples::replaced_at.eq(tx.at()),
        ))
        .execute(tx.conn)?;
    diesel::delete(drafts::table.filter(drafts::sample_id.eq(id))).execute(tx.conn)?;
    Ok(())
}

/// The samples of these agents in a draw, by agent, kind and position.
///
/// # Errors
/// What the database says.
pub fn of_draw(conn: &mut AnyConnection, draw: DrawId, agents: &[AgentId]) -> Result<Vec<SampleRow>> {
    Ok(samples::table
        .filter(samples::draw_id.eq(draw))
        .filter(samples::agent_id.eq_any(agents))
        .order((samples::agent_id, samples::kind, samples::position))
        .select(SampleRow::as_select())
        .load(conn)?)
}

/// The last position used so far in a draw's order of one agent and kind.
///
/// # Errors
/// What the database says.
pub fn last_position(conn: &mut AnyConnection, draw: DrawId, agent: AgentId, kind: SampleKind) -> Result<u32> {
    let last: Option<i32> = samples::table
        .filter(samples::draw_id.eq(draw))
        .filter(samples::agent_id.eq(agent))
        .filter(samples::kind.eq(kind))
        .select(diesel::dsl::max(samples::position))
        .first(conn)?;
    Ok(last.and_then(|last| u32::try_from(last).ok()).unwrap_or(0))
}

/// The conversations of an agent and a period that have a sample: of any draw, or only of this one.
///
/// # Errors
/// What the database says.
pub fn sampled(conn: &mut AnyConnection, agent: AgentId, period: Period, only: Option<DrawId>) -> Result<Vec<ConversationId>> {
    let mut query =
        samples::table.filter(samples::agent_id.eq(agent)).filter(samples::period.eq(period)).select(samples::conversation_id).into_boxed();
    if let Some(draw) = only {
        query = query.filter(samples::draw_id.eq(draw));
    }
    Ok(query.load(conn)?)
}

/// The samples of these agents in a period that other draws have made: agent and conversation.
///
/// # Errors
/// What the database says.
pub fn of_other_draws(
    conn: &mut AnyConnection,
    draw: DrawId,
    period: Period,
    agents: &[AgentId],
) -> Result<Vec<(AgentId, ConversationId)>> {
    Ok(samples::table
        .filter(samples::agent_id.eq_any(agents))
        .filter(samples::period.eq(period))
        .filter(samples::draw_id.ne(draw))
        .select((samples::agent_id, samples::conversation_id))
        .load(conn)?)
}

/// The channel of a conversation, where it still exists.
///
/// # Errors
/// What the database says.
pub fn channel_of(conn: &mut AnyConnection, conversation: ConversationId) -> Result<Option<Channel>> {
    Ok(conversations::table.find(conversation).select(conversations::channel).first(conn).optional()?)
}

/// Whether nothing is sampled or graded in a period any more: it or a later one is closed or being closed.
///
/// # Errors
/// What the database says.
pub fn period_closed(conn: &mut AnyConnection, period: Period) -> Result<bool> {
    Ok(super::periods::frozen(conn)?.is_some_and(|frozen| period <= frozen))
}

/// How many samples name a draw.
///
/// # Errors
/// What the database says.
pub fn count_of(conn: &mut AnyConnection, draw: DrawId) -> Result<u64> {
    let count: i64 = samples::table.filter(samples::draw_id.eq(draw)).count().get_result(conn)?;
    Ok(u64::try_from(count).unwrap_or(0))
}
