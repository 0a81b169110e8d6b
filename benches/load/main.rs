//! The load generator: it drives the real program over loopback and holds what it does against what the database alone would do.
//!
//! `cargo bench --bench load -- [import] [draw] [grading] [results] [rest] [large] [sqlite|postgres]` measures the figures named, or all of
//! them, on SQLite and on PostgreSQL where it is found, and prints a table. Without `large` everything is a tenth or less and takes a few
//! minutes; the sizes of `docs/BENCHMARKS.md` are those of `large`.
#![allow(
    clippy::as_conversions,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    reason = "a measuring program may panic"
)]

#[path = "../../tests/support/mod.rs"]
mod support;

mod bulk;
mod draw;
mod grading;
mod import;
mod pinned;
mod report;
mod results;
mod rows;
mod service;

use support::TestApp;

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Scale {
    large: bool,
}

impl Scale {
    pub fn pick(self, small: u64, large: u64) -> u64 {
        if self.large { large } else { small }
    }
}

type Run = fn(&str, &TestApp, Scale);

const FIGURES: [(&str, Run); 5] = [
    ("import", import::run),
    ("draw", draw::run),
    ("grading", grading::run),
    ("results", results::run),
    ("rest", |name, test, _| results::rest(name, test)),
];

fn main() {
    // cargo says `--bench` of its own accord.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let known = |word: &str| FIGURES.iter().any(|(name, _)| *name == word) || ["large", "sqlite", "postgres"].contains(&word);
    if let Some(word) = words.iter().find(|word| !known(word)) {
        eprintln!("`{word}` is not known; say import, draw, grading, results, rest, large, sqlite or postgres");
        std::process::exit(2);
    }
    let says = |word: &str| words.iter().any(|it| it == word);
    let scale = Scale { large: says("large") };
    let all = !FIGURES.iter().any(|(name, _)| says(name));
    report::environment();
    report::head();
    for (figure, run) in FIGURES {
        if !all && !says(figure) {
            continue;
        }
        if !says("postgres") {
            run("SQLite", &TestApp::sqlite(), scale);
        }
        if !says("sqlite")
            && let Some(test) = TestApp::postgres()
        {
            run("PostgreSQL", &test, scale);
        }
    }
}
