//! Cuts a file into chunks that fit one transaction.

use std::collections::HashSet;
use std::io::BufRead;

use tokio::sync::mpsc::Sender;

use crate::domain::Refused;
use crate::domain::conversation::csv::CsvReader;
use crate::domain::conversation::ndjson::NdjsonReader;
use crate::domain::conversation::{FileFormat, ImportLimits, ImportRow};

/// The most conversations of one transaction.
const ROWS: usize = 200;
/// From this size on a chunk ends, so that long transcripts do not pile up.
const BYTES: usize = 4 << 20;

/// Some rows of the file, in its order. No conversation is in it twice.
pub(super) type Chunk = Vec<ImportRow>;

/// Reads the file to its end and sends chunk after chunk; a file that cannot be read at all gives one refusal. Blocking. Ends early when nobody
/// wants to hear the rest.
pub(super) fn read(input: Box<dyn BufRead + Send>, format: FileFormat, limits: &ImportLimits, to: &Sender<Refused<Chunk>>) {
    match format {
        FileFormat::Ndjson => send(NdjsonReader::new(input, limits.clone()), to),
        FileFormat::Csv => match CsvReader::open(input, limits.clone()) {
            Ok(rows) => send(rows, to),
            // Nobody listening any more is no fault.
            Err(refusal) => drop(to.blocking_send(Err(refusal))),
        },
    }
}

fn send(rows: impl Iterator<Item = ImportRow>, to: &Sender<Refused<Chunk>>) {
    let (mut chunk, mut bytes, mut seen) = (Vec::new(), 0_usize, HashSet::new());
    for row in rows {
        let identity = row.conversation.as_ref().ok().map(|c| (c.source.clone(), c.external_id.clone()));
        let again = identity.is_some_and(|identity| !seen.insert(identity));
        if again || chunk.len() >= ROWS || bytes >= BYTES {
            if to.blocking_send(Ok(std::mem::take(&mut chunk))).is_err() {
                return;
            }
            bytes = 0;
            seen.clear();
            seen.extend(row.conversation.as_ref().ok().map(|c| (c.source.clone(), c.external_id.clone())));
        }
        bytes = bytes.saturating_add(row.bytes);
        chunk.push(row);
    }
    if !chunk.is_empty() {
        drop(to.blocking_send(Ok(chunk)));
    }
}
