//! Cuts a file into chunks that fit one transaction.

use std::collections::HashSet;
use std::io::BufRead;

use super::prepare::{Step, Workshop};
use crate::db::Result;
use crate::db::transcripts::Packer;
use crate::domain::conversation::csv::CsvReader;
use crate::domain::conversation::ndjson::NdjsonReader;
use crate::domain::conversation::{FileFormat, ImportLimits, ImportRow};

/// The most conversations of one transaction: it keeps others who write waiting for less than a tenth of a second.
const ROWS: usize = 2000;
/// From this size on a chunk ends, so that long transcripts do not pile up.
const BYTES: usize = 4 << 20;

/// Reads the file to its end and hands chunk after chunk over, prepared row by row, each in the order of the file and with no conversation twice. A
/// file that cannot be read at all gives one refusal. Blocking. Ends early when `deliver` says that nobody wants to hear the rest.
pub(super) fn read(
    input: Box<dyn BufRead + Send>,
    format: FileFormat,
    limits: &ImportLimits,
    workshop: &Workshop,
    mut deliver: impl FnMut(Result<Step>) -> bool,
) {
    let read = match format {
        FileFormat::Ndjson => cut(NdjsonReader::new(input, limits.clone()), workshop, &mut deliver),
        FileFormat::Csv => match CsvReader::open(input, limits.clone()) {
            Ok(rows) => cut(rows, workshop, &mut deliver),
            Err(refusal) => Err(refusal.into()),
        },
    };
    if let Err(error) = read {
        deliver(Err(error));
    }
}

/// What a row is known by: its source and what that calls it.
fn identity(row: &ImportRow) -> Option<String> {
    row.conversation.as_ref().ok().map(|conversation| [conversation.source.as_str(), conversation.external_id.as_str()].join("\0"))
}

fn cut(rows: impl Iterator<Item = ImportRow>, workshop: &Workshop, mut deliver: impl FnMut(Result<Step>) -> bool) -> Result<()> {
    let mut packer = Packer::new()?;
    let (mut chunk, mut count, mut bytes, mut seen) = (Step::default(), 0_usize, 0_usize, HashSet::new());
    for row in rows {
        let identity = identity(&row);
        let again = identity.as_ref().is_some_and(|identity| seen.contains(identity));
        if again || count >= ROWS || bytes >= BYTES {
            if !deliver(Ok(std::mem::take(&mut chunk))) {
                return Ok(());
            }
            (count, bytes) = (0, 0);
            seen.clear();
        }
        seen.extend(identity);
        count = count.saturating_add(1);
        bytes = bytes.saturating_add(row.bytes);
        workshop.prepare(&mut packer, row, &mut chunk)?;
    }
    if count > 0 {
        deliver(Ok(chunk));
    }
    Ok(())
}
