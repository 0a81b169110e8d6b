//! Recordings: what is known of each, and under which key its file is stored.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{audit, conversations, recordings};
use super::scope;
use super::sql_types::At;
use super::tx::Tx;
use crate::domain::id::{ConversationId, RecordingId, UserId};

/// A recording as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = recordings)]
pub struct RecordingRow {
    /// The id.
    pub id: RecordingId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Its place among the conversation's recordings, from 0.
    pub ordinal: i32,
    /// The file's name when it came.
    pub name: String,
    /// Who is heard in it: the code of `Voices`.
    pub sides: String,
    /// When it begins, in milliseconds from the start of the conversation.
    pub start_ms: i64,
    /// Under which key the store has it.
    pub store_key: String,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// How large it is.
    pub bytes: i64,
    /// Its media type.
    pub media_type: String,
    /// How its samples are coded.
    pub codec: String,
    /// 1 or 2.
    pub channels: i32,
    /// Frames per second.
    pub sample_rate: i32,
    /// How long it is.
    pub duration_ms: i64,
    /// Its waveform in the stored form of `Peaks`.
    pub peaks: Vec<u8>,
    /// When it was stored.
    #[diesel(deserialize_as = At)]
    pub created_at: DateTime<Utc>,
}

/// Stores recordings.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, rows: &[RecordingRow]) -> Result<()> {
    for row in rows {
        diesel::insert_into(recordings::table)
            .values((
                recordings::id.eq(row.id),
                recordings::conversation_id.eq(row.conversation_id),
                recordings::ordinal.eq(row.ordinal),
                recordings::name.eq(&row.name),
                recordings::sides.eq(&row.sides),
                recordings::start_ms.eq(row.start_ms),
                recordings::store_key.eq(&row.store_key),
                recordings::sha256.eq(&row.sha256),
                recordings::bytes.eq(row.bytes),
                recordings::media_type.eq(&row.media_type),
                recordings::codec.eq(&row.codec),
                recordings::channels.eq(row.channels),
                recordings::sample_rate.eq(row.sample_rate),
                recordings::duration_ms.eq(row.duration_ms),
                recordings::peaks.eq(&row.peaks),
                recordings::created_at.eq(At(row.created_at)),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Forgets the recordings of a conversation, to store the list anew.
///
/// # Errors
/// What the database says.
pub fn delete_of(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<()> {
    diesel::delete(recordings::table.filter(recordings::conversation_id.eq(conversation))).execute(tx.conn)?;
    Ok(())
}

/// The recordings of some conversations, at most some thousand, each conversation's in their order.
///
/// # Errors
/// What the database says.
pub fn of_conversations(conn: &mut AnyConnection, ids: &[ConversationId]) -> Result<Vec<RecordingRow>> {
    Ok(recordings::table
        .filter(scope::any_of(recordings::conversation_id, ids.iter().copied()))
        .order((recordings::conversation_id, recordings::ordinal))
        .select(RecordingRow::as_select())
        .load(conn)?)
}

/// One recording of each of these contents whose file is stored already.
///
/// # Errors
/// What the database says.
pub fn with_contents(conn: &mut AnyConnection, sha256: &[String]) -> Result<Vec<RecordingRow>> {
    let mut rows: Vec<RecordingRow> = recordings::table
        .inner_join(conversations::table)
        .filter(recordings::sha256.eq_any(sha256))
        .filter(conversations::recordings_purged_at.is_null())
        .order((recordings::sha256, recordings::id))
        .select(RecordingRow::as_select())
        .load(conn)?;
    rows.dedup_by(|one, other| one.sha256 == other.sha256);
    Ok(rows)
}

/// One recording of a conversation.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, conversation: ConversationId, id: RecordingId) -> Result<Option<RecordingRow>> {
    Ok(recordings::table
        .filter(recordings::id.eq(id))
        .filter(recordings::conversation_id.eq(conversation))
        .select(RecordingRow::as_select())
        .first(conn)
        .optional()?)
}

/// The action of the audit line of a hearing.
pub const HEARD: &str = "recording.heard";

/// Whether the audit log has a hearing of this recording by this user that began after `since`.
///
/// # Errors
/// What the database says.
pub fn heard_since(conn: &mut AnyConnection, id: RecordingId, user: Option<UserId>, since: DateTime<Utc>) -> Result<bool> {
    let lines = audit::table
        .filter(audit::object_kind.eq("recording"))
        .filter(audit::object_id.eq(id.to_string()))
        .filter(audit::action.eq(HEARD))
        .filter(audit::at.gt(At(since)))
        .select(audit::user_id)
        .load::<Option<UserId>>(conn)?;
    Ok(lines.contains(&user))
}
