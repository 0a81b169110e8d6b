//! Transcripts: one compressed row each.

use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::schema::transcripts;
use super::tx::Tx;
use crate::domain::conversation::TranscriptLine;
use crate::domain::id::ConversationId;

/// The only encoding so far: the lines as a JSON array, compressed with zstd.
const ENCODING: &str = "json+zstd";

/// zstd's own default: three to five times smaller, faster than the disk.
const LEVEL: i32 = 3;

/// A transcript in its stored form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed(Vec<u8>);

/// Brings transcripts into their stored form, one after another.
pub struct Packer {
    compressor: zstd::bulk::Compressor<'static>,
    json: Vec<u8>,
}

impl Packer {
    /// A packer; to make one takes longer than to pack a short transcript.
    ///
    /// # Errors
    /// `Damaged` where there is no memory for it.
    pub fn new() -> Result<Self> {
        let compressor = zstd::bulk::Compressor::new(LEVEL).map_err(|e| Error::Damaged(format!("transcripts cannot be packed: {e}")))?;
        Ok(Self { compressor, json: Vec::new() })
    }

    /// Brings lines into their stored form. Takes a while for long ones: call it outside the database's writer.
    ///
    /// # Errors
    /// `Damaged` where the lines cannot be packed.
    pub fn pack(&mut self, lines: &[TranscriptLine]) -> Result<Packed> {
        let damaged = |e: std::io::Error| Error::Damaged(format!("a transcript cannot be packed: {e}"));
        self.json.clear();
        serde_json::to_writer(&mut self.json, lines).map_err(|e| damaged(e.into()))?;
        self.compressor.compress(&self.json).map(Packed).map_err(damaged)
    }
}

/// Stores the transcripts of conversations that have none yet.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, packed: &[(ConversationId, &Packed)]) -> Result<()> {
    let values = |(id, content): &(ConversationId, &Packed)| {
        (transcripts::conversation_id.eq(*id), transcripts::encoding.eq(ENCODING), transcripts::content.eq(content.0.clone()))
    };
    match tx.conn {
        AnyConnection::Postgres(postgres) => {
            let all: Vec<_> = packed.iter().map(values).collect();
            diesel::insert_into(transcripts::table).values(all).execute(postgres)?;
        }
        AnyConnection::Sqlite(sqlite) => {
            for one in packed {
                diesel::insert_into(transcripts::table).values(values(one)).execute(sqlite)?;
            }
        }
    }
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
    let json = zstd::decode_all(content.as_slice()).map_err(|e| Error::Damaged(format!("transcript of {id}: {e}")))?;
    serde_json::from_slice(&json).map_err(|e| Error::Damaged(format!("transcript of {id}: {e}")))
}
