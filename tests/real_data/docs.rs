//! The examples of docs/IMPORT.md are what the readers take.

use assay::domain::conversation::csv::CsvReader;
use assay::domain::conversation::{ConversationInput, ImportLimits};

const PAGE: &str = include_str!("../../docs/IMPORT.md");

fn example(language: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn the_examples_are_taken() {
    let json: Vec<ConversationInput> = serde_json::Deserializer::from_str(example("json")).into_iter().map(Result::unwrap).collect();
    assert_eq!(json.len(), 2);
    let json: Vec<_> = json.into_iter().map(|input| input.check(&ImportLimits::default()).unwrap()).collect();
    assert_eq!(json[0].transcript.len(), 2);
    let rows: Vec<_> = CsvReader::open(example("csv").as_bytes(), ImportLimits::default()).unwrap().collect();
    assert_eq!(rows.len(), 1);
    let row = rows[0].conversation.as_ref().unwrap();
    assert_eq!((row.transcript.len(), row.recordings.len(), row.transcript[1].start_ms), (2, 1, Some(2600)));
}
