//! Findings: what was marked in evaluations, each with its evidence brought to the line and the second.

pub mod list;
pub mod show;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::db::{self, AnyConnection, Result};
use crate::domain::access::Reach;
use crate::domain::conversation::{Speaker, TranscriptLine};
use crate::domain::evaluation::{GradedItem, Outcome};
use crate::domain::evidence::{Evidence, Sounding};
use crate::domain::id::{ScorecardId, ViolationId};
use crate::domain::masking::mask;
use crate::domain::scorecard::ScorecardContent;
use crate::domain::violation::{ErrorKind, ViolationClass};
use crate::usecases::conversations::plain;
use crate::usecases::evaluations::EvaluationSummary;
use crate::usecases::violations::ViolationSummary;

/// How many lines of a piece of evidence are quoted.
const QUOTED: usize = 4;

/// A violation that a finding is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundViolation {
    /// The violation.
    pub id: ViolationId,
    /// Code of its type.
    pub code: String,
    /// Name of its type in Chinese.
    pub name_zh: String,
    /// Name of its type in English.
    pub name_en: String,
    /// Its class.
    pub class: ViolationClass,
    /// Whether it opens an escalation case.
    pub red_line: bool,
    /// How often it was tagged.
    pub occurrences: i32,
}

/// One finding: a failed item with the violation that hangs on it, or a violation on its own (handbook 3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The failed item's code; absent for a violation on its own.
    pub item: Option<String>,
    /// The item's title in Chinese, else the name of the violation's type.
    pub title_zh: String,
    /// The item's title in English, else the name of the violation's type.
    pub title_en: String,
    /// The error that it counts as.
    pub kind: ErrorKind,
    /// The violation; absent for a failed item without one.
    pub violation: Option<FoundViolation>,
    /// What the inspector remarks.
    pub comment: String,
    /// Where it is to be seen or heard.
    pub evidence: Vec<Place>,
}

/// A piece of evidence with what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The piece.
    pub evidence: Evidence,
    /// The second at which it begins, in milliseconds from the start of the conversation; absent where nothing says so.
    pub at_ms: Option<i64>,
    /// The first lines that stand there.
    pub quote: Vec<Quote>,
    /// Whether more lines stand there than are quoted.
    pub longer: bool,
}

/// A quoted line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Who says it.
    pub speaker: Speaker,
    /// What is said.
    pub text: String,
}

/// An item that did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherItem {
    /// The code.
    pub code: String,
    /// Title in Chinese.
    pub title_zh: String,
    /// Title in English.
    pub title_en: String,
    /// The answer.
    pub outcome: Outcome,
}

/// An evaluation with what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationFindings {
    /// The evaluation.
    pub summary: EvaluationSummary,
    /// Key errors first, then the gravest violations.
    pub findings: Vec<Finding>,
    /// The items that did not fail, in the order of the scorecard.
    pub others: Vec<OtherItem>,
}

/// Scorecard versions that were read already.
type Cards = HashMap<(ScorecardId, i32), ScorecardContent>;

/// Reads what was found in an evaluation.
fn of_evaluation(
    conn: &mut AnyConnection,
    (reach, plain): (&Reach, Option<&Reach>),
    summary: EvaluationSummary,
    cards: &mut Cards,
) -> Result<EvaluationFindings> {
    let key = (summary.scorecard_id, summary.scorecard_version);
    if let Entry::Vacant(place) = cards.entry(key) {
        place.insert(db::scorecards::get_version(conn, key.0, key.1)?.1);
    }
    let items = db::evaluations::items(conn, summary.id)?;
    let violations = db::views::violations::of_evaluation(conn, reach, summary.id)?;
    let empty = ScorecardContent::default();
    let card = cards.get(&key).unwrap_or(&empty);
    let title = |code: &str| {
        let item = card.items().find(|item| item.code == code);
        item.map_or_else(|| (code.to_owned(), code.to_owned()), |item| (item.title_zh.clone(), item.title_en.clone()))
    };
    let mut findings: Vec<Finding> = Vec::new();
    for item in items.iter().filter(|item| item.outcome == Outcome::Fail) {
        let hangs_on = violations.iter().find(|v| v.item.as_deref() == Some(&item.code));
        let (title_zh, title_en) = title(&item.code);
        let mut evidence = item.evidence.clone();
        evidence.extend(hangs_on.iter().flat_map(|v| v.evidence.iter()).filter(|piece| !item.evidence.contains(piece)).cloned());
        findings.push(Finding {
            item: Some(item.code.clone()),
            title_zh,
            title_en,
            kind: item.error,
            violation: hangs_on.map(found),
            comment: item.comment.clone(),
            evidence: evidence.into_iter().map(bare).collect(),
        });
    }
    for violation in violations.iter().filter(|v| !hangs_on_one(v, &items)) {
        findings.push(Finding {
            item: None,
            title_zh: violation.name_zh.clone(),
            title_en: violation.name_en.clone(),
            kind: violation.error_kind,
            violation: Some(found(violation)),
            comment: violation.comment.clone(),
            evidence: violation.evidence.iter().cloned().map(bare).collect(),
        });
    }
    findings.sort_by_key(|it| (it.kind, it.violation.as_ref().map_or(ViolationClass::E, |v| v.class), it.item.is_none()));
    locate(conn, &summary, &mut findings)?;
    if !plain::shown(conn, plain, reach, &[summary.conversation_id])?.contains(&summary.conversation_id) {
        let quotes = findings.iter_mut().flat_map(|it| &mut it.evidence).flat_map(|place| &mut place.quote);
        quotes.for_each(|quote| quote.text = mask(&quote.text));
    }
    let others = card.items().filter_map(|item| {
        let graded = items.iter().find(|it| it.code == item.code && it.outcome != Outcome::Fail)?;
        Some(OtherItem {
            code: item.code.clone(),
            title_zh: item.title_zh.clone(),
            title_en: item.title_en.clone(),
            outcome: graded.outcome,
        })
    });
    let others = others.collect();
    Ok(EvaluationFindings { summary, findings, others })
}

fn hangs_on_one(violation: &ViolationSummary, items: &[GradedItem]) -> bool {
    violation.item.as_ref().is_some_and(|code| items.iter().any(|item| item.code == *code && item.outcome == Outcome::Fail))
}

fn found(violation: &ViolationSummary) -> FoundViolation {
    FoundViolation {
        id: violation.id,
        code: violation.violation_type.clone(),
        name_zh: violation.name_zh.clone(),
        name_en: violation.name_en.clone(),
        class: violation.class,
        red_line: violation.red_line,
        occurrences: violation.occurrences,
    }
}

fn bare(evidence: Evidence) -> Place {
    Place { evidence, at_ms: None, quote: Vec::new(), longer: false }
}

/// Finds the seconds and the words of the evidence; reads the transcript only where there is any.
fn locate(conn: &mut AnyConnection, summary: &EvaluationSummary, findings: &mut [Finding]) -> Result<()> {
    if findings.iter().all(|it| it.evidence.is_empty()) {
        return Ok(());
    }
    let transcript = db::transcripts::load(conn, summary.conversation_id)?;
    let recordings: Vec<Sounding> = db::recordings::of_conversations(conn, &[summary.conversation_id])?
        .into_iter()
        .map(|it| Sounding { id: it.id, start_ms: it.start_ms, duration_ms: it.duration_ms })
        .collect();
    for place in findings.iter_mut().flat_map(|it| it.evidence.iter_mut()) {
        place_of(place, &transcript, &recordings);
    }
    Ok(())
}

fn place_of(place: &mut Place, transcript: &[TranscriptLine], recordings: &[Sounding]) {
    let lines: Vec<&TranscriptLine> = match &place.evidence {
        Evidence::Lines { first, last } => {
            let skip = usize::try_from(first.saturating_sub(1)).unwrap_or(0);
            let many = usize::try_from(last.saturating_sub(*first).saturating_add(1)).unwrap_or(1);
            let lines: Vec<_> = transcript.iter().skip(skip).take(many).collect();
            place.at_ms = lines.iter().find_map(|line| line.start_ms);
            lines
        }
        Evidence::Span { .. } => {
            let (from, to) = place.evidence.on_the_clock(recordings).unwrap_or_default();
            place.at_ms = Some(from);
            let within =
                |line: &&TranscriptLine| line.start_ms.is_some_and(|s| s < to) && line.end_ms.or(line.start_ms).is_some_and(|e| e > from);
            transcript.iter().filter(within).collect()
        }
    };
    place.longer = lines.len() > QUOTED;
    place.quote = lines.into_iter().take(QUOTED).map(|line| Quote { speaker: line.speaker, text: line.text.clone() }).collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::RecordingId;

    fn line(start: Option<i64>, end: Option<i64>, text: &str) -> TranscriptLine {
        TranscriptLine { speaker: Speaker::Agent, start_ms: start, end_ms: end, text: text.into() }
    }

    #[test]
    fn evidence_is_brought_to_the_second_and_to_the_words() {
        let transcript = [line(Some(0), Some(900), "a"), line(Some(1_000), Some(2_000), "b"), line(Some(65_000), None, "c")];
        let shown = |evidence, recordings: &[Sounding]| {
            let mut place = bare(evidence);
            place_of(&mut place, &transcript, recordings);
            (place.at_ms, place.quote.iter().map(|q| q.text.clone()).collect::<String>())
        };
        assert_eq!(shown(Evidence::Lines { first: 2, last: 3 }, &[]), (Some(1_000), "bc".into()));
        assert_eq!(shown(Evidence::Lines { first: 9, last: 9 }, &[]), (None, String::new()));
        let recording = RecordingId(uuid::Uuid::nil());
        let late = [Sounding { id: recording, start_ms: 64_000, duration_ms: 9_000 }];
        let span = |recording_id| Evidence::Span { recording_id, from_ms: 500, to_ms: 1_200 };
        assert_eq!(shown(span(None), &[]), (Some(500), "ab".into()));
        // A recording that begins later is heard later.
        assert_eq!(shown(span(Some(recording)), &late), (Some(64_500), "c".into()));
        assert_eq!(shown(span(None), &late), (Some(64_500), "c".into()));
    }
}
