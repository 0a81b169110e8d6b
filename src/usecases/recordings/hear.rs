//! Hears a recording, or a piece of it.

use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::json;

use crate::app::App;
use crate::db::recordings::RecordingRow;
use crate::db::views::conversations as view;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::{ConversationId, RecordingId};
use crate::recordings::{Key, Store};

/// For how long the requests of one user for one recording are one hearing, from the first one on. A player asks for many pieces of a recording and
/// asks again when one jumps back; the audit log has one line for all of that.
pub const ONE_HEARING: TimeDelta = TimeDelta::minutes(30);

/// A recording that may be heard.
#[derive(Debug, Clone)]
pub struct Heard {
    /// How large it is, in bytes.
    pub bytes: u64,
    /// Its media type.
    pub media_type: String,
    /// The SHA-256 of its content, in hexadecimal: its entity tag.
    pub sha256: String,
    key: Key,
    store: Arc<dyn Store>,
}

impl Heard {
    /// Opens a piece of the file, the end not included. Blocking.
    ///
    /// # Errors
    /// `Damaged` where the store does not have it.
    pub fn open(&self, range: Range<u64>) -> Result<Box<dyn Read + Send>> {
        self.store.open(&self.key, range).map_err(|e| db::Error::Damaged(format!("recording {}: {e}", self.key)))
    }
}

/// Lets the actor hear a recording and notes it in the audit log, once for each hearing ([`ONE_HEARING`]). `only_ask` does not hear and is
/// not noted: a `HEAD` request.
///
/// # Permissions
/// `recordings.hear`, within the same reach as the conversation.
///
/// # Errors
/// `NotFound` where there is none within reach; `Gone` with code `recording_purged`.
pub async fn hear(app: &App, actor: &Actor, conversation: ConversationId, id: RecordingId, only_ask: bool) -> Result<Heard> {
    let since = app.clock.now().checked_sub_signed(ONE_HEARING).unwrap_or_default();
    let (user, row) = (actor.user, find(app, actor, conversation, id).await?);
    let key = Key::parse(&row.store_key).ok_or_else(|| db::Error::Damaged(format!("recordings.store_key of {id}")))?;
    if !only_ask && !app.read(move |conn| db::recordings::heard_since(conn, id, user, since)).await? {
        let details = json!({ "conversation_id": conversation, "name": row.name });
        app.write(actor, move |tx| tx.audit_event(db::recordings::HEARD, ("recording", &id), &details)).await?;
    }
    Ok(Heard {
        bytes: u64::try_from(row.bytes).unwrap_or(0),
        media_type: row.media_type,
        sha256: row.sha256,
        key,
        store: Arc::clone(&app.recordings),
    })
}

/// A recording within reach.
pub(super) async fn find(app: &App, actor: &Actor, conversation: ConversationId, id: RecordingId) -> Result<RecordingRow> {
    let reach = actor.reach(Action::RecordingHear)?;
    app.read(move |conn| {
        let found = view::find(conn, &reach, conversation)?;
        let row = if found.is_some() { db::recordings::find(conn, conversation, id)? } else { None };
        let row = row.ok_or_else(|| Refusal::not_found("recording", id))?;
        if found.is_some_and(|it| it.recordings_purged_at.is_some()) {
            return Err(Refusal::gone("recording_purged", "the recording was deleted because it had had its time").into());
        }
        Ok(row)
    })
    .await
}
