//! Shows the waveform of a recording.

use serde::{Deserialize, Serialize};

use super::hear::find;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::Actor;
use crate::domain::id::{ConversationId, RecordingId};
use crate::recordings::Peaks;

/// The waveform of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Waveform {
    /// How long the recording is, in milliseconds.
    pub duration_ms: i64,
    /// Frames per second.
    pub sample_rate: i32,
    /// How many frames each bucket covers; the last one may cover fewer. Bucket `i` begins at `i × frames_per_bucket / sample_rate` seconds.
    pub frames_per_bucket: u64,
    /// For each channel, left first, the greatest amplitude in each bucket, 0 (silence) to 255 (full scale). At most 2,000 buckets.
    #[schema(value_type = Vec<Vec<u16>>)]
    pub channels: Vec<Vec<u8>>,
}

/// The waveform of a recording within reach. Looking at it is no hearing.
///
/// # Permissions
/// `recordings.hear`, within the same reach as the conversation.
///
/// # Errors
/// `NotFound` where there is none within reach; `Gone` with code `recording_purged`.
pub async fn peaks(app: &App, actor: &Actor, conversation: ConversationId, id: RecordingId) -> Result<Waveform> {
    let row = find(app, actor, conversation, id).await?;
    let peaks = Peaks::from_bytes(&row.peaks).map_err(|e| db::Error::Damaged(format!("recordings.peaks of {id}: {e}")))?;
    Ok(Waveform {
        duration_ms: row.duration_ms,
        sample_rate: row.sample_rate,
        frames_per_bucket: peaks.frames_per_bucket,
        channels: peaks.channels,
    })
}
