//! Reads the neutral format as CSV: one conversation on each row (docs/IMPORT.md).
//!
//! Three columns hold more than one value. `transcript` is the JSON array of the neutral format, or lines such as `Agent: …` and
//! `[01:02.5] 客户：…`. `recordings` is the JSON array, or one file name in which everybody is heard. Attributes are one JSON object in
//! `attributes`, or columns `attribute.<name>` whose cells are read as true, false, a number in its plain form, or a text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::BufRead;

use serde::de::DeserializeOwned;
use serde_json::{Number, Value};

use super::attributes::unique_names;
use super::{ConversationInput, ImportLimits, ImportRow, RecordingInput, TranscriptLineInput};
use crate::domain::csv_table::{Columns, Limits, Line, LineFault, Table};
use crate::domain::refusal::{Faults, Refusal, Refused, too_deep};

/// The columns of the table.
pub const COLUMNS: Columns = Columns {
    required: &["source", "external_id", "channel", "agent", "started_at"],
    optional: &["ended_at", "duration_ms", "customer", "queue", "language", "satisfaction", "attributes", "transcript", "recordings"],
    prefix: Some(ATTRIBUTE),
};

const ATTRIBUTE: &str = "attribute.";

/// Reads one CSV stream row by row.
pub struct CsvReader<R> {
    table: Table<R>,
    limits: ImportLimits,
}

impl<R: BufRead> CsvReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// `Invalid` where a column is missing, unknown or there twice.
    pub fn open(input: R, limits: ImportLimits) -> Refused<Self> {
        let table = Table::open(input, &COLUMNS, Limits { rows: u64::MAX, line_bytes: limits.line_bytes })?;
        Ok(Self { table, limits })
    }
}

impl<R: BufRead> Iterator for CsvReader<R> {
    type Item = ImportRow;

    fn next(&mut self) -> Option<ImportRow> {
        Some(match self.table.next()? {
            Ok(line) => {
                let bytes = line.cells().map(|(_, cell)| cell.len()).sum();
                ImportRow::checked(line.number, bytes, input(&line), &self.limits)
            }
            Err(LineFault { line, field, code, message }) => {
                let code = match code {
                    Cow::Borrowed(code) => code,
                    Cow::Owned(_) => "invalid",
                };
                ImportRow::checked(line, 0, Err(Refusal { code, ..Refusal::invalid(field, message) }), &self.limits)
            }
        })
    }
}

fn input(line: &Line) -> Refused<ConversationInput> {
    let mut faults = Faults::new();
    let text = |column: &str| line.filled(column).map(str::to_owned);
    let mut number = |column: &str| {
        let cell = line.filled(column)?;
        let whole = cell.parse::<i64>().map_err(|_| Refusal::invalid(column, format!("`{}` is not a whole number", shown(cell))));
        faults.take(whole)
    };
    let (duration_ms, satisfaction) = (number("duration_ms"), number("satisfaction"));
    let attributes = attributes(line, &mut faults);
    let transcript = line
        .filled("transcript")
        .and_then(|cell| faults.take(if cell.starts_with('[') && !is_time(cell) { json("transcript", cell) } else { spoken_lines(cell) }));
    let recordings = line.filled("recordings").and_then(|cell| {
        if cell.starts_with('[') {
            faults.take(json("recordings", cell))
        } else {
            Some(vec![RecordingInput { file: Some(cell.to_owned()), ..RecordingInput::default() }])
        }
    });
    let input = ConversationInput {
        source: text("source"),
        external_id: text("external_id"),
        channel: text("channel"),
        agent: text("agent"),
        started_at: text("started_at"),
        ended_at: text("ended_at"),
        duration_ms,
        customer: text("customer"),
        queue: text("queue"),
        language: text("language"),
        satisfaction,
        attributes,
        transcript,
        recordings,
    };
    faults.finish()?;
    Ok(input)
}

fn shown(cell: &str) -> String {
    cell.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn json<T: DeserializeOwned>(column: &str, cell: &str) -> Refused<T> {
    let mut from = serde_json::Deserializer::from_str(cell);
    let value = serde_path_to_error::deserialize(&mut from).map_err(|e| {
        if too_deep(e.inner()) {
            return Refusal::too_deep().within(column);
        }
        let path = e.path().to_string();
        let field = if path == "." { column.to_owned() } else { format!("{column}{}{path}", if path.starts_with('[') { "" } else { "." }) };
        let message = e.inner().to_string().chars().take(300).collect::<String>();
        Refusal::invalid(field, message)
    })?;
    from.end().map_err(|_| Refusal::invalid(column, "has something after the JSON value"))?;
    Ok(value)
}

fn attributes(line: &Line, faults: &mut Faults) -> BTreeMap<String, Value> {
    #[derive(serde::Deserialize)]
    #[serde(transparent)]
    struct Names(#[serde(deserialize_with = "unique_names")] BTreeMap<String, Value>);

    let given = line.filled("attributes").and_then(|cell| faults.take(json::<Names>("attributes", cell)));
    let mut attributes = given.map_or_else(BTreeMap::new, |names| names.0);
    for (name, cell) in line.cells().filter(|(_, cell)| !cell.is_empty()) {
        let Some(name) = name.strip_prefix(ATTRIBUTE) else { continue };
        if attributes.insert(name.to_owned(), value(cell)).is_some() {
            faults.push(format!("{ATTRIBUTE}{name}"), "is also given in the column `attributes`; give it once");
        }
    }
    attributes
}

/// What a cell says: a truth, a number where writing the number gives the cell again (so not `007` or `1e3`), or else a text.
fn value(cell: &str) -> Value {
    match cell {
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        _ => {}
    }
    let number = serde_json::from_str::<Number>(cell).ok().filter(|number| number.to_string() == cell);
    number.map_or_else(|| Value::from(cell), Value::Number)
}

/// Whether a text begins with a time in brackets, which a JSON array cannot.
fn is_time(text: &str) -> bool {
    text.strip_prefix('[').and_then(|rest| rest.split_once(']')).is_some_and(|(time, _)| milliseconds(time).is_some())
}

/// Reads `Agent: …` lines. A line that names no speaker goes on with what the one before said.
fn spoken_lines(cell: &str) -> Refused<Vec<TranscriptLineInput>> {
    let mut lines: Vec<TranscriptLineInput> = Vec::new();
    for (i, row) in cell.lines().enumerate() {
        let (time, rest) = match row.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((time, rest)) => match milliseconds(time) {
                Some(ms) => (Some(ms), rest.trim_start()),
                None => (None, row),
            },
            None => (None, row),
        };
        let named = rest.split_once([':', '：']).and_then(|(name, text)| Some((speaker(name)?, text)));
        match (named, lines.last_mut()) {
            (Some((speaker, text)), _) => {
                let (speaker, text) = (Some(speaker.to_owned()), Some(text.trim().to_owned()));
                lines.push(TranscriptLineInput { speaker, start_ms: time, end_ms: None, text });
            }
            (None, Some(before)) => {
                let text = before.text.get_or_insert_default();
                text.push('\n');
                text.push_str(row);
            }
            (None, None) if row.trim().is_empty() => {}
            (None, None) => {
                let message = "names no speaker; begin each line with `Agent:`, `Customer:` or `System:`, or give a JSON array";
                return Err(Refusal::invalid(format!("transcript line {}", i.saturating_add(1)), message));
            }
        }
    }
    Ok(lines)
}

fn speaker(name: &str) -> Option<&'static str> {
    match name.trim().to_lowercase().as_str() {
        "agent" | "客服" | "坐席" => Some("agent"),
        "customer" | "客户" | "用户" => Some("customer"),
        "system" | "系统" => Some("system"),
        _ => None,
    }
}

/// Reads `mm:ss` or `hh:mm:ss`, seconds with up to three decimals.
fn milliseconds(time: &str) -> Option<i64> {
    let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
    let digits = |text: &str, most: usize| text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(fraction, 3) {
        return None;
    }
    let parts: Vec<&str> = whole.split(':').collect();
    if !(2..=3).contains(&parts.len()) || !parts.iter().all(|part| !part.is_empty() && digits(part, 3)) {
        return None;
    }
    let mut seconds = 0_i64;
    for part in parts {
        seconds = seconds.checked_mul(60)?.checked_add(part.parse().ok()?)?;
    }
    seconds.checked_mul(1000)?.checked_add(format!("{fraction:0<3}").parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::super::{AttributeValue, Conversation, Speaker, Voices};
    use super::*;

    fn read(text: &str) -> Vec<(u64, Result<Conversation, String>)> {
        let rows = CsvReader::open(text.as_bytes(), ImportLimits::default()).unwrap();
        rows.map(|r| (r.line, r.conversation.map(|c| *c).map_err(|e| e.message))).collect()
    }

    const HEADER: &str = "source,external_id,channel,agent,started_at,duration_ms";

    #[test]
    fn lines_of_speakers_become_a_transcript() {
        let row = "s,1,chat,7,2026-11-03T10:15:00+08:00,60000,\"[00:01.5] Agent: hello\n\n[00:04] 客户：我要\n投诉: 现在\nSYSTEM:\"";
        let rows = read(&format!("{HEADER},transcript\n{row}\n"));
        let lines = rows[0].1.as_ref().unwrap().transcript.clone();
        let told: Vec<_> = lines.iter().map(|l| (l.speaker, l.start_ms, l.text.as_str())).collect();
        assert_eq!(
            told,
            [(Speaker::Agent, Some(1500), "hello\n"), (Speaker::Customer, Some(4000), "我要\n投诉: 现在"), (Speaker::System, None, "")]
        );
        let nobody = read(&format!("{HEADER},transcript\ns,1,chat,7,2026-11-03T10:15:00Z,1,hello\n"));
        assert!(nobody[0].1.as_ref().unwrap_err().starts_with("transcript line 1: names no speaker"));
    }

    #[test]
    fn a_row_says_the_same_as_a_line_of_json() {
        let text = format!(
            "{HEADER},satisfaction,transcript,recordings,attributes,attribute.vip,attribute.code,attribute.n\n\
             s,1,call,7,2026-11-03T10:15:00Z,5,4,\"[{{\"\"speaker\"\":\"\"agent\"\",\"\"text\"\":\"\"x\"\"}}]\",a/b.wav,\"{{\"\"q\"\":1.5}}\",true,007,42\n"
        );
        let conversation = read(&text).remove(0).1.unwrap();
        assert_eq!(conversation.recordings[0].voices, Voices::Everyone);
        let json = r#"{"source":"s","external_id":"1","channel":"call","agent":"7","started_at":"2026-11-03T10:15:00Z","duration_ms":5,"satisfaction":4,
            "transcript":[{"speaker":"agent","text":"x"}],"recordings":[{"file":"a/b.wav"}],"attributes":{"q":1.5,"vip":true,"code":"007","n":42}}"#;
        let other = super::super::ndjson::parse(json.as_bytes(), true).unwrap().check(&ImportLimits::default()).unwrap();
        assert_eq!(conversation, other);
        assert_eq!(conversation.attributes["code"], AttributeValue::Text("007".to_owned()));
    }

    #[test]
    fn a_fault_names_its_column() {
        let told = |column: &str, cell: &str| {
            let cell = cell.replace('"', "\"\"");
            read(&format!("{HEADER},{column}\ns,1,chat,7,2026-11-03T10:15:00Z,1,\"{cell}\"\n")).remove(0).1.unwrap_err()
        };
        assert!(told("satisfaction", "good").starts_with("satisfaction: `good` is not a whole number"));
        assert!(told("transcript", r#"[{"speaker":1}]"#).starts_with("transcript[0].speaker: invalid type"));
        assert!(told("attributes", r#"{"a":1,"a":2}"#).contains("occurs twice"));
        assert!(told("attributes", "[1]").starts_with("attributes: invalid type"));
        assert!(told("recordings", "../x.wav").starts_with("recordings[0].file: must not contain"));
        assert!(told("queue", "a\tb").starts_with("queue: must be one line"));
    }
}
