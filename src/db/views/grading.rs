//! What is needed to grade a sample: the sample, the scorecard version, and what the conversation offers as evidence.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::db::both::{kept_update, natively};
use crate::db::connection::AnyConnection;
use crate::db::error::Result;
use crate::db::schema::{conversations, recordings, samples, scorecard_versions};
use crate::db::sql_types::{At, OptionalAt};
use crate::db::tx::{Tx, from_json};
use crate::domain::evidence::Material;
use crate::domain::id::{AgentId, ConversationId, RecordingId, SampleId, ScorecardVersionId, UserId};
use crate::domain::period::Period;
use crate::domain::sampling::sample::{SampleKind, SampleState};
use crate::domain::scorecard::ScorecardContent;

/// A sample as far as grading is concerned.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = samples)]
pub struct GradedSample {
    /// The id.
    pub id: SampleId,
    /// The period of its draw.
    pub period: Period,
    /// How it was picked.
    pub kind: SampleKind,
    /// Whether its evaluation enters n, K and N.
    pub counts: bool,
    /// The agent who handled the conversation.
    pub agent_id: AgentId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Where it stands.
    pub state: SampleState,
    /// The scorecard version to grade it with.
    pub scorecard_version_id: ScorecardVersionId,
    /// Whom it is assigned to.
    pub inspector_id: Option<UserId>,
    /// Until when its claim holds without a sign of work.
    #[diesel(deserialize_as = OptionalAt)]
    pub claim_until: Option<DateTime<Utc>>,
}

/// A sample and what to check its answer sheet against.
#[derive(Debug, Clone)]
pub struct GradingBasis {
    /// The sample.
    pub sample: GradedSample,
    /// The conversation, as its source calls it.
    pub external_id: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// What the scorecard version asks.
    pub content: ScorecardContent,
    /// What the conversation offers as evidence.
    pub material: Material,
}

/// The basis on which a sample is graded, if there is such a sample.
///
/// # Errors
/// What the database says.
pub fn basis(conn: &mut AnyConnection, sample: SampleId) -> Result<Option<GradingBasis>> {
    let row: Option<(GradedSample, String, i32, i64, String, At)> = natively!(
        conn,
        first,
        samples::table.inner_join(scorecard_versions::table).inner_join(conversations::table).filter(samples::id.eq(sample)).select((
            GradedSample::as_select(),
            scorecard_versions::content,
            conversations::lines,
            conversations::duration_ms,
            conversations::external_id,
            conversations::started_at,
        ))
    )
    .optional()?;
    let Some((sample, content, lines, duration_ms, external_id, At(started_at))) = row else { return Ok(None) };
    let material = offered(conn, sample.conversation_id, lines, duration_ms)?;
    let content = from_json("scorecard_versions.content", &content)?;
    Ok(Some(GradingBasis { sample, external_id, started_at, content, material }))
}

/// What a conversation of so many lines and milliseconds offers as evidence.
///
/// # Errors
/// What the database says.
pub fn offered(conn: &mut AnyConnection, conversation: ConversationId, lines: i32, duration_ms: i64) -> Result<Material> {
    let of_conversation: Vec<(RecordingId, i64)> = natively!(
        conn,
        load,
        recordings::table.filter(recordings::conversation_id.eq(conversation)).select((recordings::id, recordings::duration_ms))
    )?;
    Ok(Material {
        transcript_lines: u32::try_from(lines).unwrap_or(0),
        duration_ms: u64::try_from(duration_ms).ok().filter(|duration| *duration > 0),
        recordings: of_conversation.into_iter().map(|(id, duration)| (id, u64::try_from(duration).ok())).collect(),
    })
}

/// Lets a claim run on: its inspector gives a sign of work.
///
/// # Errors
/// What the database says.
pub fn prolong_claim(tx: &mut Tx<'_>, sample: SampleId, until: DateTime<Utc>) -> Result<()> {
    natively!(tx.conn, execute, kept_update(samples::table, samples::claim_until.eq(At(until)), samples::id.eq(sample)))?;
    Ok(())
}

/// Locks a sample: its evaluation is submitted.
///
/// # Errors
/// What the database says.
pub fn lock_sample(tx: &mut Tx<'_>, sample: SampleId) -> Result<()> {
    natively!(
        tx.conn,
        execute,
        kept_update(
            samples::table,
            (samples::state.eq(SampleState::Submitted), samples::submitted_at.eq(At(tx.now)), samples::claim_until.eq(None::<At>)),
            samples::id.eq(sample)
        )
    )?;
    Ok(())
}
