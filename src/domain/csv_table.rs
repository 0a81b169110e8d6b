//! Tables in CSV (RFC 4180), read line by line from any source of bytes: UTF-8 with or without a byte order mark, commas, a header
//! row that names the columns in any order. What is wrong is said with its line, its field and what would be right.

use std::borrow::Cow;
use std::io::BufRead;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::refusal::{Refusal, Refused};

/// The code of everything that is wrong with a line itself.
const INVALID: &str = "invalid";

/// The code of a source that fails: too slow, or broken off.
pub(super) fn unread_code(error: &std::io::Error) -> &'static str {
    if error.kind() == std::io::ErrorKind::TimedOut { "too_slow" } else { INVALID }
}

/// One thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LineFault {
    /// Line of the file, counted from 1; the header is line 1. A quoted cell may make a row span several lines; this is its first.
    pub line: u64,
    /// The column at fault; empty where it is the whole line.
    pub field: String,
    /// Stable machine-readable code, such as `invalid`, `line_too_long` or `too_many_rows`.
    #[schema(value_type = String)]
    pub code: Cow<'static, str>,
    /// What is wrong and what would be right, one sentence in English.
    pub message: String,
}

impl LineFault {
    /// A fault of the line as a whole.
    fn of_line(line: u64, code: &'static str, message: impl Into<String>) -> Self {
        Self { line, field: String::new(), code: code.into(), message: message.into() }
    }

    /// What a refusal says, as faults of a line.
    pub fn from_refusal(line: u64, refusal: Refusal) -> Vec<Self> {
        if refusal.faults.is_empty() {
            return vec![Self::of_line(line, refusal.code, refusal.message)];
        }
        let code = refusal.code;
        refusal.faults.into_iter().map(|fault| Self { line, field: fault.field, code: code.into(), message: fault.message }).collect()
    }
}

/// The columns that a table may have.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// These must be there.
    pub required: &'static [&'static str],
    /// These may be there.
    pub optional: &'static [&'static str],
    /// Any column that begins with this may be there, such as `attribute.`.
    pub prefix: Option<&'static str>,
}

impl Columns {
    /// All names in the order of an export.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.optional).copied()
    }

    fn knows(&self, name: &str) -> bool {
        self.names().any(|known| known == name) || self.prefix.is_some_and(|p| name.len() > p.len() && name.starts_with(p))
    }
}

/// How much of a table is read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most rows, without the header.
    pub rows: u64,
    /// The most bytes of one row.
    pub line_bytes: usize,
}

/// One row: cells by the names of their columns.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its line in the file.
    pub number: u64,
    header: Arc<[String]>,
    cells: Vec<String>,
}

impl Line {
    /// The cell of a column, trimmed; empty where the table has no such column.
    pub fn cell(&self, column: &str) -> &str {
        self.cells().find(|(name, _)| *name == column).map_or("", |(_, cell)| cell)
    }

    /// The cell of a column, trimmed; `None` where it is empty or the table has no such column.
    pub fn filled(&self, column: &str) -> Option<&str> {
        Some(self.cell(column)).filter(|cell| !cell.is_empty())
    }

    /// Whether the table has this column.
    pub fn has(&self, column: &str) -> bool {
        self.header.iter().any(|name| name == column)
    }

    /// Every column with its cell, in the order of the file.
    pub fn cells(&self) -> impl Iterator<Item = (&str, &str)> {
        self.header.iter().map(String::as_str).zip(self.cells.iter().map(|cell| cell.trim()))
    }
}

/// A table being read. Iterate over it: a row, or what is wrong with a row. After a fault that makes the rest unreadable (a row or a
/// table that is too long, a source that fails) it ends.
pub struct Table<R> {
    rows: Rows<R>,
    header: Arc<[String]>,
    limits: Limits,
    read: u64,
    ended: bool,
}

impl<R: BufRead> Table<R> {
    /// Reads the header row.
    ///
    /// # Errors
    /// `Invalid` where there is no header, or it lacks a column, or has one that is unknown or there twice; all of that at once.
    pub fn open(input: R, columns: &Columns, limits: Limits) -> Refused<Self> {
        let mut rows = Rows { input, line: 1 };
        let first = rows.next_row(limits.line_bytes).map_err(|fault| Refusal::invalid("header", fault.message))?;
        let Some(first) = first else {
            let names = columns.names().collect::<Vec<_>>().join(",");
            return Err(Refusal::invalid("header", format!("the file is empty; its first line names the columns: {names}")));
        };
        let header = header_of(first.cells, columns)?;
        Ok(Self { rows, header: header.into(), limits, read: 0, ended: false })
    }

    fn read_line(&mut self) -> Result<Option<Line>, (LineFault, bool)> {
        let Some(row) = self.rows.next_row(self.limits.line_bytes).map_err(|fault| (fault.line_fault(), fault.fatal))? else {
            return Ok(None);
        };
        self.read = self.read.saturating_add(1);
        if self.read > self.limits.rows {
            let message = format!("the file has more than {} rows; from here on it was not read: split it", self.limits.rows);
            return Err((LineFault::of_line(row.line, "too_many_rows", message), true));
        }
        let (have, want) = (row.cells.len(), self.header.len());
        if have != want {
            let message = format!("has {have} cells where the header has {want} columns; put cells that contain commas in double quotes");
            return Err((LineFault::of_line(row.line, INVALID, message), false));
        }
        let mut cells = Vec::with_capacity(want);
        for (name, cell) in self.header.iter().zip(row.cells) {
            let text = String::from_utf8(cell).map_err(|_| {
                let message = "is not UTF-8 text; save the file as \"CSV UTF-8\"".to_owned();
                (LineFault { line: row.line, field: name.clone(), code: INVALID.into(), message }, false)
            })?;
            cells.push(unguarded(text));
        }
        Ok(Some(Line { number: row.line, header: Arc::clone(&self.header), cells }))
    }
}

impl<R: BufRead> Iterator for Table<R> {
    type Item = Result<Line, LineFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.read_line() {
            Ok(line) => {
                self.ended = line.is_none();
                line.map(Ok)
            }
            Err((fault, fatal)) => {
                self.ended = fatal;
                Some(Err(fault))
            }
        }
    }
}

fn header_of(cells: Vec<Vec<u8>>, columns: &Columns) -> Refused<Vec<String>> {
    let mut faults = super::refusal::Faults::new();
    if cells.first().is_some_and(|cell| cell.starts_with(b"\xff\xfe") || cell.starts_with(b"\xfe\xff")) {
        return Err(Refusal::invalid("header", "the file is UTF-16; save it as \"CSV UTF-8\""));
    }
    let names: Vec<String> = cells.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
    if let [only] = names.as_slice()
        && only.contains([';', '\t'])
    {
        return Err(Refusal::invalid("header", "the columns are separated by semicolons or tabs; use commas"));
    }
    let known = || columns.names().collect::<Vec<_>>().join(", ");
    for (index, name) in names.iter().enumerate() {
        if !columns.knows(name) {
            faults.push("header", format!("`{name}` is not a column of this table; its columns are: {}", known()));
        } else if names.iter().take(index).any(|earlier| earlier == name) {
            faults.push("header", format!("the column `{name}` is there twice; leave one"));
        }
    }
    for name in columns.required.iter().filter(|name| !names.iter().any(|have| have == *name)) {
        faults.push("header", format!("the column `{name}` is missing"));
    }
    faults.finish()?;
    Ok(names)
}

struct Row {
    line: u64,
    cells: Vec<Vec<u8>>,
}

struct RowFault {
    line: u64,
    code: &'static str,
    message: String,
    /// Whether nothing after it can be read.
    fatal: bool,
}

impl RowFault {
    fn line_fault(&self) -> LineFault {
        LineFault::of_line(self.line, self.code, self.message.clone())
    }
}

/// Where the reader is within a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    CellStart,
    Plain,
    Quoted,
    QuoteInQuoted,
}

struct Rows<R> {
    input: R,
    /// The line at which the next byte stands.
    line: u64,
}

impl<R: BufRead> Rows<R> {
    /// The next row that has something in it, or `None` at the end.
    fn next_row(&mut self, most_bytes: usize) -> Result<Option<Row>, RowFault> {
        loop {
            let begins_at = self.line;
            let Some(cells) = self.cells(begins_at, most_bytes)? else { return Ok(None) };
            if cells.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                return Ok(Some(Row { line: begins_at, cells }));
            }
        }
    }

    fn cells(&mut self, line: u64, most_bytes: usize) -> Result<Option<Vec<Vec<u8>>>, RowFault> {
        let fault = |message: String, fatal| RowFault { line, code: INVALID, message, fatal };
        let (mut cells, mut cell, mut at) = (Vec::new(), Vec::new(), At::CellStart);
        let (mut bytes, mut stray_quote, mut after_return) = (0_usize, false, false);
        loop {
            let unread =
                |error| RowFault { code: unread_code(&error), ..fault(format!("the file could not be read further: {error}"), true) };
            let Some(byte) = self.byte().map_err(unread)? else {
                return match at {
                    At::Quoted => Err(fault("a double quote is opened and never closed; the file may have broken off here".into(), true)),
                    _ if bytes == 0 => Ok(None),
                    _ if stray_quote => Err(fault(STRAY_QUOTE.into(), false)),
                    _ => {
                        cells.push(cell);
                        Ok(Some(cells))
                    }
                };
            };
            bytes = bytes.saturating_add(1);
            if bytes > most_bytes {
                let message =
                    format!("is longer than {most_bytes} bytes; from here on the file was not read: look for an open double quote");
                return Err(RowFault { code: "line_too_long", ..fault(message, true) });
            }
            if line == 1 && bytes == 3 && at != At::Quoted && cells.is_empty() && cell == b"\xef\xbb" && byte == 0xbf {
                (cell, at) = (Vec::new(), At::CellStart);
                continue;
            }
            // A carriage return counts as the end of a line only before a line feed.
            if std::mem::take(&mut after_return) && byte != b'\n' {
                cell.push(b'\r');
            }
            at = match (at, byte) {
                (At::Quoted, b'"') => At::QuoteInQuoted,
                (At::Quoted, _) => {
                    cell.push(byte);
                    At::Quoted
                }
                (At::QuoteInQuoted, b'"') => {
                    cell.push(b'"');
                    At::Quoted
                }
                (At::CellStart, b'"') => At::Quoted,
                (_, b'\n') => {
                    self.line = self.line.saturating_add(1);
                    cells.push(cell);
                    return if stray_quote { Err(fault(STRAY_QUOTE.into(), false)) } else { Ok(Some(cells)) };
                }
                (_, b',') => {
                    cells.push(std::mem::take(&mut cell));
                    At::CellStart
                }
                (at, b'\r') => {
                    after_return = true;
                    at
                }
                (at, _) => {
                    stray_quote |= byte == b'"' || (at == At::QuoteInQuoted && byte != b' ');
                    cell.push(byte);
                    if at == At::QuoteInQuoted { at } else { At::Plain }
                }
            };
            if byte == b'\n' {
                self.line = self.line.saturating_add(1);
            }
        }
    }

    fn byte(&mut self) -> std::io::Result<Option<u8>> {
        let byte = self.input.fill_buf()?.first().copied();
        self.input.consume(usize::from(byte.is_some()));
        Ok(byte)
    }
}

const STRAY_QUOTE: &str =
    "has a double quote in the middle of a cell; put the whole cell in double quotes and write each one inside it twice";

/// Whether a spreadsheet would take a cell for a formula, quotation marks in front left aside. East Asian Excel runs the full-width
/// signs as well.
fn looks_like_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'])
}

/// The cell with a `'` in front where a spreadsheet would take it for a formula.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if looks_like_formula(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// Takes away what [`push_row`] put before a cell that a spreadsheet would take for a formula.
fn unguarded(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if looks_like_formula(rest) => rest.to_owned(),
        _ => cell,
    }
}

/// The byte order mark, by which spreadsheets know that a file is UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Adds a row to a CSV text. Cells that a spreadsheet would take for a formula get a `'` in front; reading a table takes it away.
pub fn push_row<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        let cell = guarded(cell);
        if cell.contains([',', '"', '\n', '\r']) || cell.trim() != cell.as_ref() {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests;
