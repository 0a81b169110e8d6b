//! Holds the `use crate::…` lines of `src/` against the import table of docs/ARCHITECTURE.md.

use std::path::{Path, PathBuf};

/// Which top-level modules a top-level module may use. What is not listed (cli, server) is the outside and may use everything.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("config", &["domain"]),
    ("clock", &[]),
    ("chance", &["domain"]),
    ("auth", &["domain"]),
    ("db", &["domain", "config", "chance"]),
    ("recordings", &["domain", "config"]),
    ("reports", &["domain", "config"]),
    ("mail", &["domain", "config"]),
    ("app", &["db", "domain", "config", "clock", "chance", "recordings"]),
    ("usecases", &["app", "auth", "db", "domain", "clock", "config", "recordings", "reports"]),
    ("jobs", &["app", "config", "db", "domain", "mail", "usecases"]),
    ("http", &["app", "db::Error", "db::error", "domain", "usecases"]),
    ("api", &["app", "domain", "http", "reports", "usecases"]),
    ("web", &["app", "domain", "http", "reports", "usecases"]),
];

/// Crates that a module must not name.
const NEVER: &[(&str, &[&str])] = &[
    ("domain", &["diesel::", "actix_web::", "std::fs", "std::net", "tokio::", "Utc::now"]),
    ("usecases", &["actix_web::", "actix_multipart::", "lettre::"]),
    ("api", &["diesel::"]),
    ("web", &["diesel::"]),
    ("jobs", &["actix_web::"]),
];

pub fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn imports_go_one_way() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    let mut wrong = Vec::new();
    for file in &files {
        let inside = file.strip_prefix(&source).unwrap();
        let module = inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
        let text = std::fs::read_to_string(file).unwrap();
        for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//")) {
            if let Some((_, allowed)) = MAY_USE.iter().find(|(m, _)| *m == module) {
                for (_, path) in line.match_indices("crate::").map(|(at, _)| (at, line.get(at + 7..).unwrap())) {
                    let used = path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                    let fits = used == module || allowed.iter().any(|a| *a == used || path.starts_with(a));
                    if !fits && !used.is_empty() {
                        wrong.push(format!("{}:{}: {module} must not use crate::{used}", inside.display(), number + 1));
                    }
                }
            }
            if let Some((_, never)) = NEVER.iter().find(|(m, _)| *m == module) {
                wrong.extend(
                    never
                        .iter()
                        .filter(|word| line.contains(**word))
                        .map(|word| format!("{}:{}: {module} must not name {word}", inside.display(), number + 1)),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(files.len() > 30, "the source was not found");
}
