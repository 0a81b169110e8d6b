//! Every sentence with which the service refuses something is there in Chinese, and no other.

mod literals;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use assay::domain::language::Language;
use assay::web::refusals::{said, sentences};

use literals::{Literal, literals};

/// Where refusals come from that a page can show.
const SOURCES: [&str; 9] =
    ["app.rs", "auth.rs", "db", "domain", "http/patience.rs", "http/problem.rs", "http/session.rs", "usecases", "web"];

/// Files that refuse nothing to somebody at a page: the demo's making, letters, what operators and other programs alone are told.
const ELSEWHERE: [&str; 24] = [
    "db/backup.rs",
    "db/error.rs",
    "db/integrity.rs",
    "db/migrate.rs",
    "db/ordering.rs",
    "db/outbox",
    "db/population/",
    "db/sql_types.rs",
    "db/views/mail",
    "db/writer.rs",
    "domain/demo/",
    "domain/mail/letter",
    "domain/mail/delivery.rs",
    "domain/sampling/assignment.rs",
    "domain/sampling/population.rs",
    "domain/sampling/seed.rs",
    "domain/sampling/uniformity.rs",
    "domain/sampling/verify.rs",
    "usecases/demo/",
    "usecases/escalation/",
    "usecases/integrity/",
    "usecases/mail/",
    "web/assets.rs",
    "web/system/health.rs",
];

/// Files below those that do.
const BUT: [&str; 4] = [
    "usecases/escalation/acknowledge.rs",
    "usecases/escalation/acknowledge_by_link.rs",
    "usecases/escalation/sanction.rs",
    "usecases/escalation/show.rs",
];

/// Calls whose texts are for the log, or the faults of our own.
const OURS: [&str; 12] =
    ["#", "Connection", "Damaged", "NotCommitted", "Panicked", "debug!", "error!", "info!", "of_connection", "of_file", "warn!", "assert!"];

/// Calls whose texts are no sentences of a refusal: SQL, names of constraints, words of pages in both languages.
const OTHER: [&str; 21] = [
    "Name::new",
    "badge",
    "batch_execute",
    "begin",
    "begin_or_note",
    "damaged",
    "door",
    "expect",
    "format",
    "insert_header",
    "join",
    "k",
    "label",
    "new_with_prefix",
    "or_unique",
    "push_sql",
    "say",
    "split",
    "sql",
    "sql_query",
    "t",
];

/// Texts with blanks in them that are not said to anybody who was refused something.
const NO_REFUSALS: [(&str, &str); 15] = [
    ("a word of serde_json", "recursion limit exceeded"),
    ("a line's key", "{} in {}"),
    ("a stored reason", "adjudicated before the import"),
    ("a stored reason", "an error that should have been marked was not (handbook 3.10)"),
    ("a stored reason", "appeal {}: {}"),
    ("a stored reason", "by the link in the mail"),
    (
        "a heading",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("a stored reason", "the webhook was removed"),
    ("a token's name", "first administrator"),
    ("a log's word", "not logged in"),
    ("SQL", "CAST(SUM(amount_minor) AS BIGINT)"),
    ("SQL", "COUNT(DISTINCT conversations.local_day)"),
    ("SQL", "(SELECT COALESCE(MAX(seq), 0) + 1 FROM audit)"),
    ("a media type", "text/csv; charset=utf-8"),
    ("a media type", "text/plain; charset=utf-8"),
];

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(path: &Path, into: &mut Vec<PathBuf>) {
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| rust_files(&entry.unwrap().path(), into));
    } else if path.extension().is_some_and(|e| e == "rs") {
        into.push(path.to_owned());
    }
}

/// Whether a text has words of English with a blank between them.
fn is_sentence(text: &str) -> bool {
    let fixed = text.replace("{}", "");
    let words = fixed.split(' ').filter(|word| word.chars().filter(char::is_ascii_lowercase).count() > 1).count();
    text.is_ascii() && text.contains(' ') && words > 0 && !text.contains('<')
}

fn is_refusal(literal: &Literal) -> bool {
    let last = |call: &str| call.rsplit("::").next().unwrap().to_owned();
    let ours = literal.calls.iter().any(|call| OURS.contains(&call.as_str()) || OURS.contains(&last(call).as_str()));
    let direct = literal.calls.iter().rev().find(|call| !matches!(call.as_str(), "" | "{" | "format!"));
    let other = direct.is_some_and(|call| OTHER.contains(&call.as_str()) || OTHER.contains(&last(call).as_str()));
    !ours && !other && is_sentence(&literal.text) && NO_REFUSALS.iter().all(|(_, text)| *text != literal.text)
}

/// The sentences of `Refusal::not_found(what, which)`: `which` is a value, or a text of its own.
fn not_found(source: &str, literals: &[Literal], names: &BTreeMap<String, String>) -> Vec<(String, usize)> {
    let within =
        |literal: &&Literal| literal.calls.iter().rev().find(|call| *call != "format!").is_some_and(|call| call == "Refusal::not_found");
    let mut calls: BTreeMap<usize, Vec<&Literal>> = BTreeMap::new();
    for literal in literals.iter().filter(within) {
        let formatted = literal.calls.last().is_some_and(|call| call == "format!");
        // A format is the second argument of the call before it.
        let call = if formatted { *calls.keys().next_back().unwrap() } else { literal.bracket };
        calls.entry(call).or_default().push(literal);
    }
    let mut found: Vec<(String, usize)> = calls
        .values()
        .map(|texts| (format!("there is no {} {}", texts[0].text, texts.get(1).map_or("{}", |which| which.text.as_str())), texts[0].line))
        .collect();
    for (at, _) in source.match_indices("Refusal::not_found(") {
        let argument = source[at..].split(['(', ',']).nth(1).unwrap();
        if let Some(id) = argument.strip_suffix("::WHAT") {
            found.push((format!("there is no {} {{}}", names[id]), source[..at].matches('\n').count() + 1));
        }
    }
    // A text in backquotes is a value as well.
    found.into_iter().map(|(text, line)| (text.replace("`{}`", "{}"), line)).collect()
}

/// What each id names: `AgentId` an `agent`.
fn names() -> BTreeMap<String, String> {
    let source = std::fs::read_to_string(source_folder().join("domain/id.rs")).unwrap();
    let pairs = source.lines().filter_map(|line| line.trim().strip_suffix("\";")?.split_once(" = \""));
    pairs.map(|(name, what)| (name.to_owned(), what.to_owned())).collect()
}

/// Every sentence of the sources, with a place that says it.
fn said_in_sources() -> BTreeMap<String, String> {
    let folder = source_folder();
    let mut files = Vec::new();
    SOURCES.iter().for_each(|path| rust_files(&folder.join(path), &mut files));
    let (names, mut said) = (names(), BTreeMap::new());
    for file in files {
        let inside = file.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
        let elsewhere = ELSEWHERE.iter().any(|path| inside.starts_with(path)) && !BUT.contains(&inside.as_str());
        if elsewhere || inside.ends_with("tests.rs") {
            continue;
        }
        let source = std::fs::read_to_string(&file).unwrap();
        let found = literals(&source);
        // Beside its Chinese, a text is a word of a page.
        let paired: BTreeSet<usize> =
            found.iter().filter(|l| !l.text.is_ascii() && l.calls.last().is_some_and(|call| call != "{")).map(|l| l.bracket).collect();
        let plain =
            |l: &&Literal| is_refusal(l) && !paired.contains(&l.bracket) && !l.calls.iter().any(|call| call == "Refusal::not_found");
        let sentences = found.iter().filter(plain).map(|l| (l.text.clone(), l.line));
        for (text, line) in sentences.chain(not_found(&source, &found, &names)) {
            said.entry(text).or_insert_with(|| format!("src/{inside}:{line}"));
        }
    }
    said
}

#[test]
fn every_refusal_is_there_in_chinese_and_nothing_else() {
    let sources = said_in_sources();
    assert!(sources.len() > 400, "the sentences were not found: {}", sources.len());
    let known: BTreeSet<&str> = sentences().map(|(english, _)| english).collect();
    let missing: Vec<String> =
        sources.iter().filter(|(text, _)| !known.contains(text.as_str())).map(|(text, place)| format!("{place}: {text}")).collect();
    assert!(missing.is_empty(), "not in src/web/refusals/*.txt:\n{}", missing.join("\n"));
    let unused: Vec<&&str> = known.iter().filter(|text| !sources.contains_key(**text)).collect();
    assert!(unused.is_empty(), "in src/web/refusals/*.txt, but nothing says it: {unused:#?}");
}

#[test]
fn every_sentence_finds_its_own_translation_with_each_value_in_it() {
    let mut seen = BTreeSet::new();
    for (english, chinese) in sentences() {
        assert!(seen.insert(english), "twice: {english}");
        let count = english.matches("{}").count();
        let marks = ["77", "88", "99", "66"];
        let (mut message, mut expected) = (english.to_owned(), chinese.to_owned());
        for (index, mark) in marks.iter().enumerate().take(count) {
            message = message.replacen("{}", mark, 1);
            assert!(expected.contains(&format!("{{{index}")), "value {index} is lost: {english} → {chinese}");
            for place in
                ["", ":action", ":sentence", ":appeal", ":breach", ":case", ":channel", ":entry", ":follow_up", ":message", ":noun"]
            {
                expected = expected.replace(&format!("{{{index}{place}}}"), mark);
            }
            for place in [":reach", ":regrade", ":side", ":version"] {
                expected = expected.replace(&format!("{{{index}{place}}}"), mark);
            }
        }
        assert_eq!(said(Language::Zh, &message), expected, "{english}");
        assert!(!chinese.is_ascii() && !expected.contains("{0"), "{english} → {chinese}");
        assert!(!chinese.ends_with(['。', '.', ' ']), "a sentence stands beside a field without its full stop: {chinese}");
    }
}
