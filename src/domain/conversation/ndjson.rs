//! Reads the neutral format as NDJSON: one JSON object on each line, UTF-8.
//!
//! Never more than one line is held; a line that is too long is refused and skipped without being held.

use std::io::{BufRead, Read};

use super::{ConversationInput, ImportLimits, ImportRow};
use crate::domain::csv_table::unread_code;
use crate::domain::refusal::{Refusal, Refused, too_deep};

/// Reads one NDJSON stream row by row. Blank lines are passed over. A source that fails gives a last, refused row.
#[derive(Debug)]
pub struct NdjsonReader<R> {
    input: R,
    limits: ImportLimits,
    bytes: Vec<u8>,
    line: u64,
    ended: bool,
}

/// How a line was read.
struct RawLine {
    too_long: bool,
    /// It ends with a line break.
    whole: bool,
}

impl<R: BufRead> NdjsonReader<R> {
    /// A reader at the beginning of a file.
    pub fn new(input: R, limits: ImportLimits) -> Self {
        Self { input, limits, bytes: Vec::new(), line: 0, ended: false }
    }

    /// Reads the next line into `bytes`, without its line break and empty where it is too long; nothing at the end of the file.
    fn raw_line(&mut self) -> std::io::Result<Option<RawLine>> {
        self.bytes.clear();
        // The longest line with its break.
        let room = u64::try_from(self.limits.line_bytes).unwrap_or(u64::MAX).saturating_add(1);
        if Read::take(&mut self.input, room).read_until(b'\n', &mut self.bytes)? == 0 {
            return Ok(None);
        }
        let whole = self.bytes.pop_if(|last| *last == b'\n').is_some();
        let too_long = self.bytes.len() > self.limits.line_bytes;
        if too_long {
            self.bytes.clear();
            self.input.skip_until(b'\n')?;
        }
        Ok(Some(RawLine { too_long, whole }))
    }

    fn row(&self, raw: &RawLine) -> Option<ImportRow> {
        let read = if raw.too_long {
            let message = format!("the line is longer than {} bytes, which is the limit", self.limits.line_bytes);
            Err(Refusal::long_line(message))
        } else {
            let text = if self.line == 1 { self.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.bytes) } else { &self.bytes };
            if text.trim_ascii().is_empty() {
                return None;
            }
            parse(text, !raw.whole)
        };
        Some(ImportRow::checked(self.line, self.bytes.len(), read, &self.limits))
    }
}

impl<R: BufRead> Iterator for NdjsonReader<R> {
    type Item = ImportRow;

    fn next(&mut self) -> Option<ImportRow> {
        while !self.ended {
            self.line = self.line.saturating_add(1);
            match self.raw_line() {
                Ok(Some(raw)) => match self.row(&raw) {
                    Some(row) => return Some(row),
                    None => continue,
                },
                Ok(None) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    let code = unread_code(&error);
                    let refusal = Refusal { code, ..Refusal::invalid("", format!("the file could not be read further: {error}")) };
                    return Some(ImportRow::checked(self.line, 0, Err(refusal), &self.limits));
                }
            }
        }
        None
    }
}

/// Reads one line. `last` says that the file ends with it, so that an incomplete object is one that was broken off.
///
/// # Errors
/// `Invalid` with the path of the field at fault.
pub fn parse(line: &[u8], last: bool) -> Refused<ConversationInput> {
    let text = std::str::from_utf8(line)
        .map_err(|e| Refusal::invalid("", format!("is not UTF-8 at byte {}; save the file as UTF-8", e.valid_up_to().saturating_add(1))))?;
    // To note the path of each value takes as long as to read them; only a line that is wrong needs it.
    if let Ok(input) = serde_json::from_str(text) {
        return Ok(input);
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize::<_, ConversationInput>(&mut json);
    let input = read.map_err(|e| {
        if too_deep(e.inner()) {
            return Refusal::too_deep();
        }
        let path = e.path().to_string();
        let path = if path == "." { String::new() } else { path };
        unreadable(e.inner(), path, last)
    })?;
    json.end().map_err(|_| Refusal::invalid("", "has something after the closing `}`; write one object on each line"))?;
    Ok(input)
}

fn unreadable(error: &serde_json::Error, path: String, last: bool) -> Refusal {
    use serde_json::error::Category;
    match error.classify() {
        Category::Eof if last => Refusal::invalid("", "is broken off: the file ends in the middle of this line; send the file again"),
        Category::Eof => Refusal::invalid("", "is not a whole JSON object; write each conversation on one line"),
        Category::Syntax | Category::Io => Refusal::invalid("", format!("is not JSON at column {}: {}", error.column(), bare(error))),
        Category::Data => Refusal::invalid(path, bare(error)),
    }
}

/// The message of a JSON error without its position, which counts within the line only.
fn bare(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    if text.chars().count() > 300 { text.chars().take(300).chain("…".chars()).collect() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        r#"{"source":"s","external_id":"1","channel":"chat","agent":"7","started_at":"2026-11-03T10:15:00Z","duration_ms":5}"#;

    fn read(bytes: &[u8], piece: usize, limits: &ImportLimits) -> Vec<(u64, Result<String, String>)> {
        let reader = NdjsonReader::new(std::io::BufReader::with_capacity(piece.max(1), bytes), limits.clone());
        reader.map(|r| (r.line, r.conversation.map(|c| c.external_id).map_err(|e| e.message))).collect()
    }

    #[test]
    fn rows_do_not_depend_on_how_the_bytes_arrive() {
        let file = format!("\u{feff}{GOOD}\r\n\n  \nnot json\n{GOOD}\n{}\n{GOOD}", "x".repeat(500));
        let limits = ImportLimits { line_bytes: 200, ..ImportLimits::default() };
        let whole = read(file.as_bytes(), 1 << 16, &limits);
        assert_eq!(
            whole.iter().map(|(line, row)| (*line, row.is_ok())).collect::<Vec<_>>(),
            [(1, true), (4, false), (5, true), (6, false), (7, true)]
        );
        assert!(whole[3].1.as_ref().unwrap_err().contains("longer than 200 bytes"));
        for piece in [1, 2, 3, 7, 64, 199, 201] {
            assert_eq!(read(file.as_bytes(), piece, &limits), whole, "{piece}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let limits = ImportLimits::default();
        let told = |line: &str| read(line.as_bytes(), 100, &limits).pop().unwrap().1.unwrap_err();
        assert_eq!(told(&GOOD[..60]), "is broken off: the file ends in the middle of this line; send the file again");
        assert!(told(&format!("{}\n", &GOOD[..60])).contains("not a whole JSON object"));
        assert!(told(&format!("{GOOD} {GOOD}")).contains("after the closing"));
        assert!(told(&GOOD.replace("chat", "fax")).starts_with("channel: `fax` is not known"));
        assert!(told(&GOOD.replace(r#""duration_ms":5"#, r#""duration_ms":"5""#)).starts_with("duration_ms: invalid type: string"));
        assert!(told(&GOOD.replace("duration_ms", "durationMs")).starts_with("durationMs: unknown field"));
        assert!(told(&GOOD.replace(r#""agent":"7""#, r#""agent":"7","agent":"8""#)).contains("duplicate field `agent`"));
        let twice = GOOD.replace("{", r#"{"attributes":{"a":1,"a":2},"#);
        assert!(told(&twice).contains("the name `a` occurs twice"));
        let nested = GOOD.replace("{", r#"{"transcript":[{"speaker":"agent","text":"x"},{"speaker":"boss"}],"#);
        let nested = told(&nested);
        assert!(
            nested.contains("transcript[1].speaker: `boss` is not known") && nested.contains("transcript[1].text: is missing"),
            "{nested}"
        );
        let all = told("{}");
        for field in ["source", "external_id", "channel", "agent", "started_at"] {
            assert!(all.contains(&format!("{field}: is missing")), "{all}");
        }
        let mut bytes = GOOD.as_bytes().to_vec();
        bytes[20] = 0xff;
        assert_eq!(read(&bytes, 50, &limits)[0].1, Err("is not UTF-8 at byte 21; save the file as UTF-8".to_owned()));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_give_rows_and_no_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400), piece in 1_usize..50) {
            read(&bytes, piece, &ImportLimits { line_bytes: 64, ..ImportLimits::default() });
        }

        #[test]
        fn a_file_broken_off_anywhere_leaves_whole_rows(cut in 0_usize..360) {
            let file = [GOOD, GOOD, GOOD].join("\n");
            let cut = cut.min(file.len());
            let rows = read(&file.as_bytes()[..cut], 100, &ImportLimits::default());
            let whole = (cut + 1) / (GOOD.len() + 1);
            proptest::prop_assert_eq!(rows.iter().filter(|(_, row)| row.is_ok()).count(), whole);
            proptest::prop_assert!(rows.len() <= whole + 1);
        }
    }
}
