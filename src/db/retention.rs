//! Retention: what has had its time, what is held, and the files that are still to be deleted.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{conversations, file_deletions, recordings, retention_holds, retention_progress, transcripts};
use super::sql_types::{At, OptionalAt};
use super::tx::Tx;
use crate::domain::id::{ConversationId, RecordingId};
use crate::domain::masking::mask;
use crate::domain::period::Period;
use crate::domain::retention::{Hold, Kept};

/// When parts of a conversation were deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PurgedAt {
    /// Its transcript, with the customer's name and the attributes.
    pub transcript: Option<DateTime<Utc>>,
    /// Its recordings.
    pub recordings: Option<DateTime<Utc>>,
}

impl PurgedAt {
    /// Whether anything is gone.
    pub const fn any(&self) -> bool {
        self.transcript.is_some() || self.recordings.is_some()
    }
}

/// Of which of these conversations parts were deleted, and when. The others are not in the answer.
///
/// # Errors
/// What the database says.
pub fn purged(conn: &mut AnyConnection, ids: &[ConversationId]) -> Result<HashMap<ConversationId, PurgedAt>> {
    let rows: Vec<(ConversationId, OptionalAt, OptionalAt)> = conversations::table
        .filter(conversations::id.eq_any(ids))
        .filter(conversations::transcript_purged_at.is_not_null().or(conversations::recordings_purged_at.is_not_null()))
        .select((conversations::id, conversations::transcript_purged_at, conversations::recordings_purged_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, transcript, recordings)| (id, PurgedAt { transcript: transcript.0, recordings: recordings.0 })).collect())
}

/// A conversation whose time may be over.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = conversations)]
pub struct Aged {
    /// The conversation.
    pub id: ConversationId,
    /// When it began.
    #[diesel(deserialize_as = At)]
    pub started_at: DateTime<Utc>,
    /// How long it took.
    pub duration_ms: i64,
    /// Its month.
    pub period: Period,
    lines: i32,
    recordings: i32,
    customer_ref: Option<String>,
    attributes: String,
    #[diesel(deserialize_as = OptionalAt)]
    transcript_purged_at: Option<DateTime<Utc>>,
    #[diesel(deserialize_as = OptionalAt)]
    recordings_purged_at: Option<DateTime<Utc>>,
}

impl Aged {
    /// Whether there is anything left to delete.
    pub fn has(&self, kept: Kept) -> bool {
        match kept {
            Kept::Recordings => self.recordings_purged_at.is_none() && self.recordings > 0,
            Kept::Transcripts => {
                self.transcript_purged_at.is_none() && (self.lines > 0 || self.customer_ref.is_some() || self.attributes != "{}")
            }
        }
    }
}

/// The conversations that began before `until`, the earliest first, after the position of another one.
///
/// # Errors
/// What the database says.
pub fn begun_before(
    conn: &mut AnyConnection,
    after: Option<(DateTime<Utc>, ConversationId)>,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Aged>> {
    let mut query = conversations::table
        .filter(conversations::started_at.lt(At(until)))
        .order((conversations::started_at, conversations::id))
        .limit(limit)
        .select(Aged::as_select())
        .into_boxed();
    if let Some((at, id)) = after {
        let at = At(at);
        query = query.filter(conversations::started_at.ge(at)).filter(conversations::started_at.gt(at).or(conversations::id.gt(id)));
    }
    Ok(query.load(conn)?)
}

/// The conversations that are held, by id, after one.
///
/// # Errors
/// What the database says.
pub fn held(conn: &mut AnyConnection, kept: Kept, after: Option<ConversationId>, limit: i64) -> Result<Vec<Aged>> {
    let mut query = retention_holds::table
        .inner_join(conversations::table)
        .filter(retention_holds::kept.eq(kept))
        .order(retention_holds::conversation_id)
        .limit(limit)
        .select(Aged::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(retention_holds::conversation_id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// How many conversations are held for each reason.
///
/// # Errors
/// What the database says.
pub fn held_by_reason(conn: &mut AnyConnection) -> Result<Vec<(Kept, Hold, i64)>> {
    Ok(retention_holds::table
        .group_by((retention_holds::kept, retention_holds::reason))
        .order((retention_holds::kept, retention_holds::reason))
        .select((retention_holds::kept, retention_holds::reason, diesel::dsl::count_star()))
        .load(conn)?)
}

/// Notes that a conversation is held, or why it is now.
///
/// # Errors
/// What the database says.
pub fn hold(tx: &mut Tx<'_>, kept: Kept, id: ConversationId, reason: Hold) -> Result<()> {
    let changed = diesel::update(retention_holds::table.find((kept, id))).set(retention_holds::reason.eq(reason)).execute(tx.conn)?;
    if changed == 0 {
        diesel::insert_into(retention_holds::table)
            .values((
                retention_holds::kept.eq(kept),
                retention_holds::conversation_id.eq(id),
                retention_holds::reason.eq(reason),
                retention_holds::held_since.eq(tx.at()),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Nothing holds these conversations any more.
///
/// # Errors
/// What the database says.
pub fn release(tx: &mut Tx<'_>, kept: Kept, ids: &[ConversationId]) -> Result<()> {
    diesel::delete(retention_holds::table.filter(retention_holds::kept.eq(kept)).filter(retention_holds::conversation_id.eq_any(ids)))
        .execute(tx.conn)?;
    Ok(())
}

/// Everything that began before this moment was deleted or is held.
///
/// # Errors
/// What the database says.
pub fn done_until(conn: &mut AnyConnection, kept: Kept) -> Result<Option<DateTime<Utc>>> {
    let found: Option<At> = retention_progress::table.find(kept).select(retention_progress::done_until).first(conn).optional()?;
    Ok(found.map(|at| at.0))
}

/// Notes how far a run has come.
///
/// # Errors
/// What the database says.
pub fn set_done_until(tx: &mut Tx<'_>, kept: Kept, until: DateTime<Utc>) -> Result<()> {
    let changed =
        diesel::update(retention_progress::table.find(kept)).set(retention_progress::done_until.eq(At(until))).execute(tx.conn)?;
    if changed == 0 {
        diesel::insert_into(retention_progress::table)
            .values((retention_progress::kept.eq(kept), retention_progress::done_until.eq(At(until))))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Deletes what was said in writing, what the source calls the customers, and the attributes.
///
/// # Errors
/// What the database says.
pub fn purge_transcripts(tx: &mut Tx<'_>, ids: &[ConversationId]) -> Result<()> {
    diesel::delete(transcripts::table.filter(transcripts::conversation_id.eq_any(ids))).execute(tx.conn)?;
    diesel::update(conversations::table.filter(conversations::id.eq_any(ids)))
        .set((
            conversations::transcript_purged_at.eq(tx.at()),
            conversations::customer_ref.eq(None::<String>),
            conversations::attributes.eq("{}"),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Deletes waveforms and orders the files to be deleted; gives the recordings with the SHA-256 of their files. What evidence refers to stays.
///
/// # Errors
/// What the database says.
pub fn purge_recordings(tx: &mut Tx<'_>, ids: &[ConversationId]) -> Result<Vec<(RecordingId, String)>> {
    let rows: Vec<(RecordingId, String, String)> = recordings::table
        .filter(recordings::conversation_id.eq_any(ids))
        .order(recordings::id)
        .select((recordings::id, recordings::store_key, recordings::name))
        .load(tx.conn)?;
    diesel::update(conversations::table.filter(conversations::id.eq_any(ids)))
        .set(conversations::recordings_purged_at.eq(tx.at()))
        .execute(tx.conn)?;
    diesel::update(recordings::table.filter(recordings::conversation_id.eq_any(ids)))
        .set(recordings::peaks.eq(Vec::<u8>::new()))
        .execute(tx.conn)?;
    for (id, _, name) in &rows {
        // Telephone systems like to name files by the number that called.
        let masked = mask(name);
        if masked != *name {
            diesel::update(recordings::table.find(*id)).set(recordings::name.eq(masked)).execute(tx.conn)?;
        }
    }
    let mut keys: Vec<&str> = rows.iter().map(|(_, key, _)| key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    let ordered = ordered(tx.conn, &keys)?;
    for key in keys.into_iter().filter(|key| !ordered.iter().any(|it| it == key)) {
        diesel::insert_into(file_deletions::table)
            .values((file_deletions::store_key.eq(key), file_deletions::ordered_at.eq(tx.at())))
            .execute(tx.conn)?;
    }
    Ok(rows.into_iter().map(|(id, key, _)| (id, key)).collect())
}

/// Which of these files are to be deleted.
///
/// # Errors
/// What the database says.
pub fn ordered(conn: &mut AnyConnection, keys: &[&str]) -> Result<Vec<String>> {
    Ok(file_deletions::table.filter(file_deletions::store_key.eq_any(keys)).select(file_deletions::store_key).load(conn)?)
}

/// The next files to be deleted. Those that a recording still needs are taken off the list first: several recordings may share one file.
///
/// # Errors
/// What the database says.
pub fn next_files(tx: &mut Tx<'_>, after: &str, limit: i64) -> Result<Vec<String>> {
    let keys: Vec<String> = file_deletions::table
        .filter(file_deletions::store_key.gt(after))
        .order(file_deletions::store_key)
        .limit(limit)
        .select(file_deletions::store_key)
        .load(tx.conn)?;
    // The name of a file is the SHA-256 of its content, and there is an index of that.
    let needed: Vec<String> = recordings::table
        .inner_join(conversations::table)
        .filter(recordings::sha256.eq_any(&keys))
        .filter(conversations::recordings_purged_at.is_null())
        .select(recordings::store_key)
        .distinct()
        .load(tx.conn)?;
    files_done(tx, &needed)?;
    Ok(keys.into_iter().filter(|key| !needed.contains(key)).collect())
}

/// Files that need not be deleted any more, because they are gone or needed.
///
/// # Errors
/// What the database says.
pub fn files_done(tx: &mut Tx<'_>, keys: &[String]) -> Result<()> {
    diesel::delete(file_deletions::table.filter(file_deletions::store_key.eq_any(keys))).execute(tx.conn)?;
    Ok(())
}

/// Conversations that say that their transcript was deleted and still have one.
///
/// # Errors
/// What the database says.
pub fn purged_with_transcript(conn: &mut AnyConnection, limit: i64) -> Result<Vec<ConversationId>> {
    Ok(transcripts::table
        .inner_join(conversations::table)
        .filter(conversations::transcript_purged_at.is_not_null())
        .order(conversations::id)
        .limit(limit)
        .select(conversations::id)
        .load(conn)?)
}
