//! Cuts a file into chunks that fit one transaction.

use std::collections::HashSet;
use std::io::BufRead;

use crate::domain::Refused;
use crate::domain::conversation::csv::CsvReader;
use crate::domain::conversation::ndjson::NdjsonReader;
use crate::domain::conversation::{FileFormat, ImportLimits, ImportRow};

/// The most conversations of one transaction: it keeps others who write waiting for less than a tenth of a second.
const ROWS: usize = 2000;
/// From this size on a chunk ends, so that long transcripts do not pile up.
const BYTES: usize = 4 << 20;

/// Some rows of the file, in its order. No conversation is in it twice.
pub(super) type Chunk = Vec<ImportRow>;

/// Reads the file to its end and hands chunk after chunk over; a file that cannot be read at all gives one refusal. Blocking. Ends early when
/// `deliver` says that nobody wants to hear the rest.
pub(super) fn read(
    input: Box<dyn BufRead + Send>,
    format: FileFormat,
    limits: &ImportLimits,
    mut deliver: impl FnMut(Refused<Chunk>) -> bool,
) {
    match format {
        FileFormat::Ndjson => cut(NdjsonReader::new(input, limits.clone()), deliver),
        FileFormat::Csv => match CsvReader::open(input, limits.clone()) {
            Ok(rows) => cut(rows, deliver),
            Err(refusal) => {
                deliver(Err(refusal));
            }
        },
    }
}

fn cut(rows: impl Iterator<Item = ImportRow>, mut deliver: impl FnMut(Refused<Chunk>) -> bool) {
    let (mut chunk, mut bytes, mut seen) = (Vec::new(), 0_usize, HashSet::new());
    for row in rows {
        let identity = row.conversation.as_ref().ok().map(|c| (c.source.clone(), c.external_id.clone()));
        let again = identity.is_some_and(|identity| !seen.insert(identity));
        if again || chunk.len() >= ROWS || bytes >= BYTES {
            if !deliver(Ok(std::mem::take(&mut chunk))) {
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
        deliver(Ok(chunk));
    }
}
