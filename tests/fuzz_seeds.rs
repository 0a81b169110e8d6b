//! What fuzzing begins with is taken, so that it leads past the first checks.

use std::fs::{self, File};
use std::io::Cursor;
use std::path::PathBuf;

use assay::domain::conversation::ImportLimits;
use assay::domain::conversation::csv::CsvReader;
use assay::domain::conversation::ndjson::NdjsonReader;
use assay::domain::csv_table::{Columns, Limits, Line, Table};
use assay::domain::masking::mask;
use assay::domain::{Refused, agent, attendance, team, user, vendor};
use assay::recordings::{RecordingLimits, probe};

/// The seeds of a target with their names.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let paths = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let seeds: Vec<_> = paths.map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect();
    assert!(!seeds.is_empty(), "{} is empty", folder.display());
    seeds
}

#[test]
fn every_sound_is_one() {
    for (path, _) in seeds("audio") {
        probe(File::open(&path).unwrap(), &RecordingLimits::default()).unwrap_or_else(|refusal| panic!("{path}: {refusal:?}"));
    }
}

#[test]
fn every_conversation_is_taken() {
    for (path, bytes) in seeds("csv") {
        for row in CsvReader::open(Cursor::new(&bytes[1..]), ImportLimits::default()).unwrap() {
            row.conversation.unwrap_or_else(|refusal| panic!("{path}: {refusal:?}"));
        }
    }
    for (path, bytes) in seeds("ndjson") {
        for row in NdjsonReader::new(&bytes[1..], ImportLimits::default()) {
            row.conversation.unwrap_or_else(|refusal| panic!("{path}: {refusal:?}"));
        }
    }
}

#[test]
fn every_line_of_people_is_taken() {
    fn read<T>(path: &str, bytes: &[u8], columns: &Columns, of_line: fn(&Line) -> Refused<T>) {
        for line in Table::open(bytes, columns, Limits { rows: 200, line_bytes: 4096 }).unwrap() {
            if let Err(refusal) = of_line(&line.unwrap()) {
                panic!("{path}: {refusal:?}");
            }
        }
    }
    for (path, bytes) in seeds("people") {
        let rest = &bytes[1..];
        match bytes[0] {
            0 => read(&path, rest, &agent::COLUMNS, agent::AgentLine::of_line),
            1 => read(&path, rest, &attendance::COLUMNS, attendance::AttendanceLine::of_line),
            2 => read(&path, rest, &team::COLUMNS, team::TeamLine::of_line),
            3 => read(&path, rest, &user::COLUMNS, user::UserLine::of_line),
            _ => read(&path, rest, &vendor::COLUMNS, vendor::VendorLine::of_line),
        }
    }
}

#[test]
fn every_text_has_something_to_mask() {
    for (path, bytes) in seeds("masking") {
        let text = String::from_utf8(bytes).unwrap();
        assert_ne!(mask(&text), text, "{path}");
    }
}
