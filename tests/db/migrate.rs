//! Migrations run, can be undone, run again, and make the tables that the code expects.

use std::collections::BTreeSet;

use assay::config::DatabaseConfig;
use assay::db::Db;

use crate::support::postgres;

fn there_and_back(url: &str) {
    let db = Db::open(&DatabaseConfig { url: url.to_owned(), ..DatabaseConfig::default() }).unwrap();
    let all = db.migrate().unwrap();
    assert!(!all.is_empty());
    assert!(db.migrate().unwrap().is_empty(), "running again changes nothing");
    for _ in &all {
        db.revert_last().unwrap();
    }
    assert_eq!(db.pending().unwrap().len(), all.len());
    assert_eq!(db.migrate().unwrap(), all);
}

#[test]
fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    there_and_back(&format!("sqlite:{}", folder.path().join("new/folder/a.db").display()));
}

#[test]
fn postgres() {
    if let Some(server) = postgres::server() {
        there_and_back(&server.fresh_database(None));
    }
}

/// `(table, column, nullable)` of a migration file.
fn columns(folder: &str) -> BTreeSet<(String, String, bool)> {
    let mut found = BTreeSet::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
    for entry in std::fs::read_dir(root).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path().join("up.sql")).unwrap();
        let mut table = None;
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("CREATE TABLE ") {
                table = name.split_whitespace().next().map(str::to_owned);
            } else if line.starts_with(')') {
                table = None;
            } else if let Some((table, column)) = line.strip_prefix("ALTER TABLE ").and_then(|rest| rest.split_once(" ADD COLUMN ")) {
                let word = column.split_whitespace().next().unwrap();
                found.insert((table.to_owned(), word.to_owned(), !line.contains("NOT NULL")));
            } else if let Some(table) = &table {
                let word = line.split_whitespace().next().unwrap();
                if !matches!(word, "PRIMARY" | "CONSTRAINT" | "FOREIGN" | "CHECK" | "--") {
                    found.insert((table.clone(), word.to_owned(), !line.contains("NOT NULL")));
                }
            }
        }
    }
    found
}

#[test]
fn the_twins_and_the_schema_name_the_same_columns() {
    let (sqlite, postgres) = (columns("sqlite"), columns("postgres"));
    let difference: Vec<_> = sqlite.symmetric_difference(&postgres).collect();
    assert!(difference.is_empty(), "sqlite and postgres differ: {difference:?}");
    let mut schema = BTreeSet::new();
    let mut table = None;
    let text = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/db/schema.rs")).unwrap();
    for line in text.lines().map(str::trim) {
        if let Some((column, kind)) = line.split_once(" -> ").filter(|_| !line.contains("joinable!")) {
            if let Some(table) = &table {
                schema.insert((String::clone(table), column.to_owned(), kind.starts_with("Nullable")));
            }
        } else if line.ends_with(") {") {
            table = line.split_whitespace().next().map(str::to_owned);
        }
    }
    let difference: Vec<_> = schema.symmetric_difference(&postgres).collect();
    assert!(difference.is_empty(), "schema.rs and the migrations differ: {difference:?}");
}
