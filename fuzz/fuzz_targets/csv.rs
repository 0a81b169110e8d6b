//! Conversations as CSV: any bytes give rows or one refusal, however they arrive.
#![no_main]

use std::io::BufReader;

use assay::domain::conversation::ImportLimits;
use assay::domain::conversation::csv::CsvReader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = ImportLimits { line_bytes: 4096, ..ImportLimits::default() };
    let (piece, bytes) = data.split_first().map_or((1, data), |(first, rest)| (usize::from(*first).max(1), rest));
    let read = |piece| {
        let rows = CsvReader::open(BufReader::with_capacity(piece, bytes), limits.clone()).map_err(|e| e.message)?;
        Ok::<_, String>(rows.map(|row| (row.line, row.conversation.map(|c| c.digest()).map_err(|e| e.message))).collect::<Vec<_>>())
    };
    assert_eq!(read(piece), read(1 << 16), "rows depend on how the bytes arrive");
});
