//! Stores a prepared chunk in one transaction.

use serde_json::{Value, json};

use super::decide::{self, Existing, Facts, Recorded, Verdict};
use super::prepare::{Given, Prepared};
use crate::db::conversations::NewConversation;
use crate::db::recordings::RecordingRow;
use crate::db::sql_types::At;
use crate::db::transcripts::Packed;
use crate::db::{self, Result, Tx};
use crate::domain::access::Reach;
use crate::domain::id::{AgentId, ConversationId, ImportId};
use crate::domain::masking::mask;
use crate::domain::{Refusal, Refused};

/// What became of a row.
#[derive(Debug)]
pub(super) enum Outcome {
    Inserted,
    Updated,
    Unchanged,
    Refused(Refusal),
}

/// Decides on each row by what is stored now, and stores what is new or changed, with its audit lines: one for all that is new in the chunk, and
/// one for each conversation that changed.
pub(super) fn store(tx: &mut Tx<'_>, import: ImportId, reach: &Reach, rows: &[Prepared]) -> Result<Vec<Outcome>> {
    let facts = Facts::load(tx.conn, reach, rows)?;
    let going = going(tx, rows)?;
    let (mut outcomes, mut new, mut transcripts, mut sounds) = (Vec::with_capacity(rows.len()), Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        outcomes.push(match decide::decide(row, &facts).and_then(|verdict| stays(&verdict, &going).map(|()| verdict)) {
            Ok(Verdict::Insert { agent, recordings }) => {
                let stored = conversation_row(tx, import, row, tx.id(), agent);
                match recording_rows(tx, stored.id, row, &recordings) {
                    Ok(mut recordings) => {
                        if stored.lines > 0 {
                            transcripts.push((stored.id, &row.transcript));
                        }
                        sounds.append(&mut recordings);
                        new.push(stored);
                        Outcome::Inserted
                    }
                    Err(refusal) => Outcome::Refused(refusal),
                }
            }
            Ok(Verdict::Update { agent, old, recordings }) => {
                let mut stored = conversation_row(tx, import, row, old.row.id, agent);
                stored.created_at = At(old.row.created_at);
                match recording_rows(tx, stored.id, row, &recordings) {
                    Ok(recordings) => {
                        update(tx, old, &stored, &row.transcript, &recordings)?;
                        Outcome::Updated
                    }
                    Err(refusal) => Outcome::Refused(refusal),
                }
            }
            Ok(Verdict::Unchanged | Verdict::Gone) => Outcome::Unchanged,
            Err(refusal) => Outcome::Refused(refusal),
        });
    }
    if !new.is_empty() {
        db::conversations::insert(tx, &new)?;
        db::transcripts::insert(tx, &transcripts)?;
        db::recordings::insert(tx, &sounds)?;
        let ids: Vec<ConversationId> = new.iter().map(|row| row.id).collect();
        tx.audit_event("conversations.imported", ("import", &import), &json!({ "inserted": ids.len(), "ids": ids }))?;
    }
    Ok(outcomes)
}

/// Which of the files that came are being deleted at this moment, because they had their time with another conversation.
fn going(tx: &mut Tx<'_>, rows: &[Prepared]) -> Result<Vec<String>> {
    let contents = rows.iter().flat_map(|row| &row.recordings).filter_map(|given| given.content.as_ref().ok());
    let keys: Vec<&str> = contents.map(|content| content.key.as_str()).collect();
    if keys.is_empty() { Ok(Vec::new()) } else { db::retention::ordered(tx.conn, &keys) }
}

/// Refuses what would name a file that is being deleted.
fn stays(verdict: &Verdict<'_>, going: &[String]) -> Refused<()> {
    let recordings = match verdict {
        Verdict::Insert { recordings, .. } | Verdict::Update { recordings, .. } => recordings,
        Verdict::Unchanged | Verdict::Gone => return Ok(()),
    };
    let gone = |recorded: &Recorded<'_>| match recorded {
        Recorded::New(content) => going.iter().any(|key| key == content.key.as_str()),
        Recorded::Kept(_) => false,
    };
    if recordings.iter().any(gone) {
        return Err(Refusal::conflict(
            "recording_being_deleted",
            "a stored file with the same sound is being deleted at this moment; run it again",
        ));
    }
    Ok(())
}

fn update(tx: &mut Tx<'_>, old: &Existing, new: &NewConversation<'_>, transcript: &Packed, recordings: &[RecordingRow]) -> Result<()> {
    db::conversations::update(tx, &old.row, new)?;
    db::transcripts::replace(tx, new.id, transcript)?;
    if old.recordings != recordings {
        db::recordings::delete_of(tx, new.id)?;
        db::recordings::insert(tx, recordings)?;
    }
    let before = described(&NewConversation::from(&old.row), &old.recordings);
    let after = described(new, recordings);
    tx.audit("conversation.updated", ("conversation", &new.id), Some(&before), Some(&after), None)
}

/// What the audit log keeps of a conversation: everything but what was said.
fn described(row: &NewConversation<'_>, recordings: &[RecordingRow]) -> Value {
    let recordings: Vec<Value> =
        recordings.iter().map(|r| json!({ "name": mask(&r.name), "sides": r.sides, "start_ms": r.start_ms, "sha256": r.sha256 })).collect();
    json!({
        "channel": row.channel,
        "agent_id": row.agent_id,
        "started_at": row.started_at.0,
        "duration_ms": row.duration_ms,
        "period": row.period,
        "queue": row.queue,
        "language": row.language,
        "satisfaction": row.satisfaction,
        "customer": row.customer_ref,
        "attributes": row.attributes,
        "lines": row.lines,
        "recordings": recordings,
        "digest": hex::encode(row.digest),
    })
}

fn conversation_row<'a>(tx: &Tx<'_>, import: ImportId, row: &'a Prepared, id: ConversationId, agent: AgentId) -> NewConversation<'a> {
    let new = &row.conversation;
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    NewConversation {
        id,
        source: &new.source,
        external_id: &new.external_id,
        channel: new.channel,
        agent_id: agent,
        started_at: At(new.started_at),
        duration_ms: new.duration_ms,
        period: row.period,
        local_day: row.local_day,
        queue: new.queue.as_deref(),
        language: new.language.as_deref(),
        satisfaction: new.satisfaction,
        customer_ref: new.customer.as_deref(),
        attributes: &row.attributes,
        lines: count(row.lines),
        recordings: count(row.recordings.len()),
        digest: &row.digest,
        import_id: Some(import),
        created_at: At(tx.now),
        updated_at: At(tx.now),
    }
}

/// The rows of a conversation's recordings, in the order in which it names them. A content that is kept keeps its id.
fn recording_rows(
    tx: &Tx<'_>,
    conversation: ConversationId,
    row: &Prepared,
    recordings: &[Recorded<'_>],
) -> std::result::Result<Vec<RecordingRow>, Refusal> {
    let mut rows = Vec::with_capacity(recordings.len());
    for (ordinal, (recorded, given)) in (0..).zip(recordings.iter().zip(&row.recordings)) {
        let Given { reference, sound, .. } = given;
        let mut stored = match (recorded, sound) {
            (Recorded::Kept(stored), _) => (*stored).clone(),
            (Recorded::New(content), Some(sound)) => RecordingRow {
                id: tx.id(),
                conversation_id: conversation,
                ordinal,
                name: reference.file.clone(),
                sides: String::new(),
                start_ms: 0,
                store_key: content.key.to_string(),
                sha256: content.key.to_string(),
                bytes: i64::try_from(content.bytes).unwrap_or(i64::MAX),
                media_type: sound.media_type.clone(),
                codec: sound.codec.clone(),
                channels: sound.channels,
                sample_rate: sound.sample_rate,
                duration_ms: sound.duration_ms,
                peaks: sound.peaks.clone(),
                created_at: tx.now,
            },
            (Recorded::New(_), None) => {
                return Err(Refusal::conflict("changed_meanwhile", "was changed by somebody else during the import; run it again"));
            }
        };
        stored.ordinal = ordinal;
        stored.sides = reference.voices.to_code();
        stored.start_ms = reference.start_ms;
        rows.push(stored);
    }
    Ok(rows)
}
