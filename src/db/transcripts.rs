//! Transcripts: one compressed row each.

use diesel::prelude::*;

use super::both::insert_each;
use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::schema::transcripts;
use super::tx::Tx;
use crate::domain::conversation::TranscriptLine;
use crate::domain::id::ConversationId;

/// The only encoding so far: the lines as a JSON array, compressed with zstd.
const ENCODING: &str = "json+zstd";

/// Packs what repeats itself and not by the frequency of bytes: half the time of level 1, for an eighth more room. Imports wait for it.
const LEVEL: i32 = -1;

/// A transcript in its stored form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed(Vec<u8>);

impl Packed {
    /// The lines.
    ///
    /// # Errors
    /// `Damaged` where it cannot be read.
    pub fn lines(&self) -> Result<Vec<TranscriptLine>> {
        let json = zstd::decode_all(self.0.as_slice()).map_err(|e| Error::Damaged(e.to_string()))?;
        serde_json::from_slice(&json).map_err(|e| Error::Damaged(e.to_string()))
    }
}

/// Brings transcripts into their stored form, one after another.
pub struct Packer {
    compressor: zstd::bulk::Compressor<'static>,
    json: Vec<u8>,
    packed: Vec<u8>,
}

impl Packer {
    /// A packer; to make one takes longer than to pack a short transcript.
    ///
    /// # Errors
    /// `Damaged` where there is no memory for it.
    pub fn new() -> Result<Self> {
        let compressor = zstd::bulk::Compressor::new(LEVEL).map_err(|e| Error::Damaged(format!("transcripts cannot be packed: {e}")))?;
        Ok(Self { compressor, json: Vec::new(), packed: Vec::new() })
    }

    /// Brings lines into their stored form; `read` sees them as JSON without blanks. Takes a while for long ones: call it outside the database's
    /// writer.
    ///
    /// # Errors
    /// `Damaged` where the lines cannot be packed.
    pub fn pack<T>(&mut self, lines: &[TranscriptLine], read: impl FnOnce(&[u8]) -> T) -> Result<(Packed, T)> {
        let damaged = |e: std::io::Error| Error::Damaged(format!("a transcript cannot be packed: {e}"));
        self.json.clear();
        serde_json::to_writer(&mut self.json, lines).map_err(|e| damaged(e.into()))?;
        let read = read(&self.json);
        self.packed.clear();
        self.packed.reserve(zstd::compress_bound(self.json.len()));
        self.compressor.compress_to_buffer(&self.json, &mut self.packed).map_err(damaged)?;
        Ok((Packed(self.packed.clone()), read))
    }
}

/// A transcript to be stored.
#[derive(Insertable)]
#[diesel(table_name = transcripts, treat_none_as_default_value = false)]
struct NewTranscript<'a> {
    conversation_id: ConversationId,
    encoding: &'static str,
    content: &'a [u8],
}

/// Stores the transcripts of conversations that have none yet.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, packed: &[(ConversationId, &Packed)]) -> Result<()> {
    let mut rows = Vec::with_capacity(packed.len());
    for (id, Packed(content)) in packed {
        rows.push(NewTranscript { conversation_id: *id, encoding: ENCODING, content });
    }
    insert_each!(tx.conn, transcripts::table, rows);
    Ok(())
}

/// Puts another transcript in the place of the stored one.
///
/// # Errors
/// What the database says.
pub fn replace(tx: &mut Tx<'_>, id: ConversationId, packed: &Packed) -> Result<()> {
    diesel::delete(transcripts::table.filter(transcripts::conversation_id.eq(id))).execute(tx.conn)?;
    insert(tx, &[(id, packed)])
}

/// The lines of a conversation; none where it has no transcript.
///
/// # Errors
/// `Damaged` where the stored form cannot be read.
pub fn load(conn: &mut AnyConnection, id: ConversationId) -> Result<Vec<TranscriptLine>> {
    let row = transcripts::table
        .filter(transcripts::conversation_id.eq(id))
        .select((transcripts::encoding, transcripts::content))
        .first::<(String, Vec<u8>)>(conn)
        .optional()?;
    let Some((encoding, content)) = row else { return Ok(Vec::new()) };
    if encoding != ENCODING {
        return Err(Error::Damaged(format!("transcript of {id}: unknown encoding `{encoding}`")));
    }
    Packed(content).lines().map_err(|error| Error::Damaged(format!("transcript of {id}: {error}")))
}
