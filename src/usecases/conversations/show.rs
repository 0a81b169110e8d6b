//! Shows one conversation with its transcript and recordings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::list::ConversationSummary;
use super::plain;
use crate::app::App;
use crate::db::recordings::RecordingRow;
use crate::db::views::conversations as view;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::conversation::{AttributeValue, TranscriptLine, Voices};
use crate::domain::evidence::Sounding;
use crate::domain::id::{ConversationId, RecordingId};
use crate::domain::masking::mask;
use crate::domain::{Refusal, Refused};

/// A conversation with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ConversationDetail {
    /// What the list shows.
    #[serde(flatten)]
    pub summary: ConversationSummary,
    /// Whatever else the source knows.
    pub attributes: BTreeMap<String, AttributeValue>,
    /// What was said, line by line; evidence refers to lines by their place, counted from 1.
    pub transcript: Vec<TranscriptLine>,
    /// Its recordings.
    pub recordings: Vec<RecordingSummary>,
}

impl ConversationDetail {
    /// The conversation with customers' data masked: in what was said, in attributes, and in the names of files.
    fn masked(mut self) -> Self {
        self.summary = self.summary.masked();
        self.transcript.iter_mut().for_each(|line| line.text = mask(&line.text));
        self.attributes = self.attributes.into_iter().map(|(name, value)| (mask(&name), value.masked())).collect();
        self.recordings.iter_mut().for_each(|recording| recording.name = mask(&recording.name));
        self
    }

    /// Where its recordings lie on its clock.
    pub fn soundings(&self) -> Vec<Sounding> {
        self.recordings.iter().map(|it| Sounding { id: it.id, start_ms: it.start_ms, duration_ms: it.duration_ms }).collect()
    }
}

/// A recording of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RecordingSummary {
    /// The id; its sound is at `/conversations/{id}/recordings/{recording_id}`, its waveform below that at `/peaks`.
    pub id: RecordingId,
    /// The file's name when it came.
    pub name: String,
    /// Who is heard in it.
    pub voices: Voices,
    /// When it begins, in milliseconds from the start of the conversation: a line at `start_ms` is heard at that less this.
    pub start_ms: i64,
    /// How long it is, in milliseconds.
    pub duration_ms: i64,
    /// Its media type: `audio/wav`, `audio/mpeg` or `audio/flac`.
    pub media_type: String,
    /// How its samples are coded, such as `pcm_s16`, `mu_law`, `a_law`, `mp3` or `flac`.
    pub codec: String,
    /// 1 or 2.
    pub channels: i32,
    /// Frames per second.
    pub sample_rate: i32,
    /// How large it is.
    pub bytes: i64,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

impl RecordingSummary {
    fn of(row: RecordingRow) -> Refused<Self> {
        Ok(Self {
            id: row.id,
            voices: Voices::from_code(&row.sides)?,
            name: row.name,
            start_ms: row.start_ms,
            duration_ms: row.duration_ms,
            media_type: row.media_type,
            codec: row.codec,
            channels: row.channels,
            sample_rate: row.sample_rate,
            bytes: row.bytes,
            sha256: row.sha256,
        })
    }
}

/// One conversation within reach.
///
/// # Permissions
/// `conversations.read`, as for the list; without `customers.read` here numbers and addresses of customers are masked.
///
/// # Errors
/// `NotFound` where there is none within reach.
pub async fn show(app: &App, actor: &Actor, id: ConversationId) -> Result<ConversationDetail> {
    let reach = actor.reach(Action::ConversationRead)?;
    let plain = plain::reach(actor);
    app.read(move |conn| read(conn, &reach, plain.as_ref(), id)).await
}

/// The same, inside a reading closure. `plain` is whose customers' data are shown as they are.
pub(crate) fn read(conn: &mut AnyConnection, reach: &Reach, plain: Option<&Reach>, id: ConversationId) -> Result<ConversationDetail> {
    let listed = view::find(conn, reach, id)?.ok_or_else(|| Refusal::not_found("conversation", id))?;
    let blind = view::blind(conn, reach, &[id])?.contains(&id);
    let recordings = db::recordings::of_conversations(conn, &[id])?.into_iter().map(RecordingSummary::of).collect::<Refused<_>>();
    let shown = plain::shown(conn, plain, reach, &[id])?.contains(&id);
    let detail = ConversationDetail {
        attributes: db::tx::from_json("conversations.attributes", &listed.row.attributes)?,
        transcript: db::transcripts::load(conn, id)?,
        recordings: recordings.map_err(|e| db::Error::Damaged(format!("recordings of {id}: {e}")))?,
        summary: ConversationSummary::of(listed, blind),
    };
    Ok(if shown { detail } else { detail.masked() })
}
