//! Evaluations (质检评分): one inspector's grading of one sample, from the answer sheet to errors and violations (handbook 3.1).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::catalogue::ViolationType;
use super::evidence::{Evidence, Material};
use super::masking::mask;
use super::refusal::{Faults, Refused, checked_optional_text};
use super::scorecard::{Item, ItemKind, ScorecardContent};
use super::violation::{ErrorKind, ViolationClass};
use super::words::words;

pub mod correction;
pub mod submitted;

words! {
    /// The answer to a scorecard item.
    Outcome ("outcome") {
        /// Done right.
        Pass = "pass",
        /// Done wrong: one error of the item's kind.
        Fail = "fail",
        /// Not applicable: neither right nor wrong.
        NotApplicable = "na",
    }
}

impl Outcome {
    /// The error that an item of this kind is with this answer: its kind's where it failed (handbook 3.1).
    pub const fn error(self, kind: ItemKind) -> ErrorKind {
        match self {
            Self::Fail => kind.error(),
            Self::Pass | Self::NotApplicable => ErrorKind::None,
        }
    }
}

/// The answer to one item of the scorecard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The item's code.
    pub code: String,
    /// `pass`, `fail` or `na`; only a draft may leave it out.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// What the inspector remarks, up to 4000 characters; demanded of a failed item where the scorecard says so.
    #[serde(default)]
    pub comment: String,
    /// Where it is to be seen or heard; only a failed item has evidence.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// Whether the customer lost money by the violation that a failed item is linked to.
    #[serde(default)]
    pub money_lost: bool,
}

/// A violation that the inspector tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaggedViolation {
    /// Code of the violation type.
    pub violation_type: String,
    /// Code of the failed item that it hangs on: then it counts once, with the item. Absent where it stands on its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Whether the customer lost money by it.
    #[serde(default)]
    pub money_lost: bool,
    /// What the inspector remarks, up to 4000 characters.
    #[serde(default)]
    pub comment: String,
    /// Where it is to be seen or heard.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

/// An answer sheet: what an inspector fills in. A draft may be incomplete.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerSheet {
    /// One answer for each item of the scorecard version.
    #[serde(default)]
    pub items: Vec<Answer>,
    /// Violations besides those that failed items are linked to.
    #[serde(default)]
    pub violations: Vec<TaggedViolation>,
    /// A remark on the whole, up to 4000 characters.
    #[serde(default)]
    pub comment: String,
}

impl AnswerSheet {
    /// The sheet with its comments trimmed, customers' data in them masked, and its answers in the order of their codes: equal for two sheets that say the same.
    #[must_use]
    pub fn normalised(mut self) -> Self {
        let trim = |text: &mut String| *text = mask(text.trim());
        trim(&mut self.comment);
        self.items.iter_mut().for_each(|answer| trim(&mut answer.comment));
        self.violations.iter_mut().for_each(|tagged| trim(&mut tagged.comment));
        self.items.sort_by(|a, b| a.code.cmp(&b.code));
        self
    }

    /// The violation types that grading it by this scorecard may need: those tagged, and those that failed items are linked to.
    pub fn types_in_question<'a>(&'a self, content: &'a ScorecardContent) -> BTreeSet<&'a str> {
        let failed: BTreeSet<&str> =
            self.items.iter().filter(|answer| answer.outcome == Some(Outcome::Fail)).map(|answer| answer.code.as_str()).collect();
        let linked = content.items().filter(|item| failed.contains(item.code.as_str())).filter_map(|item| item.violation_type.as_deref());
        self.violations.iter().map(|tagged| tagged.violation_type.as_str()).chain(linked).collect()
    }
}

/// A scorecard item as it was graded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GradedItem {
    /// The item's code.
    pub code: String,
    /// Its kind in the version it was graded with.
    pub kind: ItemKind,
    /// The answer.
    pub outcome: Outcome,
    /// The error that it is: the item's kind where it failed, else `none`.
    pub error: ErrorKind,
    /// What the inspector remarks.
    pub comment: String,
    /// Where it is to be seen or heard.
    pub evidence: Vec<Evidence>,
}

/// A violation of one type in one evaluation. The same type tagged twice is one violation with both pieces of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GradedViolation {
    /// Code of the violation type.
    pub violation_type: String,
    /// The class it has in this evaluation: the type's, or its graver one where the customer lost money.
    pub class: ViolationClass,
    /// The error that its type counts as.
    pub kind: ErrorKind,
    /// The error it adds of itself: `kind` where it stands on its own, `none` where it counts with a failed item.
    pub error: ErrorKind,
    /// Whether it opens an escalation case: class A, or a red line.
    pub red_line: bool,
    /// Whether the customer lost money by it.
    pub money_lost: bool,
    /// Code of the first failed item that it hangs on; absent where it stands on its own.
    pub item: Option<String>,
    /// How often it was tagged, for a fine policy that charges by occurrence; at least 1.
    pub occurrences: u32,
    /// What the inspector remarks, one line for each time it was tagged.
    pub comment: String,
    /// Where it is to be seen or heard.
    pub evidence: Vec<Evidence>,
}

/// What an answer sheet comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Grading {
    /// The items, in the scorecard's order.
    pub items: Vec<GradedItem>,
    /// The violations, gravest class first, then by code.
    pub violations: Vec<GradedViolation>,
    /// Key errors: failed key items, and violations on their own that count as key.
    pub key_errors: u32,
    /// Non-key errors, likewise.
    pub non_key_errors: u32,
}

/// What a sheet is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// The scorecard version.
    pub content: &'a ScorecardContent,
    /// The violation types that can be tagged, by code. For a correction those of the evaluation are as they were graded with.
    pub types: &'a BTreeMap<String, ViolationType>,
    /// What the conversation offers as evidence.
    pub material: &'a Material,
}

const MAX_COMMENT: usize = 4000;
const MAX_EVIDENCE: usize = 50;
const MAX_VIOLATIONS: usize = 100;

/// Checks a draft: it may be incomplete and not yet fit together, but what is there must have a known shape.
///
/// # Errors
/// `Invalid` with all faults: unknown or repeated items, unknown types, evidence outside of the conversation, texts that are too long.
pub fn check_draft(sheet: &AnswerSheet, basis: Basis<'_>) -> Refused<()> {
    let mut faults = Faults::new();
    check_shape(sheet, basis, &mut faults);
    faults.finish()
}

/// Grades a sheet: every item answered, and so on, or everything that is wrong with it.
///
/// # Errors
/// `Invalid` with all faults, each with the path of its field.
pub fn grade(sheet: &AnswerSheet, basis: Basis<'_>) -> Refused<Grading> {
    let mut faults = Faults::new();
    check_shape(sheet, basis, &mut faults);
    check_complete(sheet, basis.content, &mut faults);
    faults.finish()?;

    let answers: BTreeMap<&str, &Answer> = sheet.items.iter().map(|answer| (answer.code.as_str(), answer)).collect();
    let mut found = Found::default();
    let mut items = Vec::new();
    for item in basis.content.items() {
        let Some((answer, outcome)) = answers.get(item.code.as_str()).and_then(|answer| Some((*answer, answer.outcome?))) else { continue };
        let error = outcome.error(item.kind);
        items.push(GradedItem {
            code: item.code.clone(),
            kind: item.kind,
            outcome,
            error,
            comment: mask(answer.comment.trim()),
            evidence: answer.evidence.clone(),
        });
        if let (Outcome::Fail, Some(linked)) = (outcome, item.violation_type.as_deref()) {
            found.tag(linked, Some(&item.code), answer.money_lost, &mask(&answer.comment), &answer.evidence);
        }
    }
    for tagged in &sheet.violations {
        found.tag(&tagged.violation_type, tagged.item.as_deref(), tagged.money_lost, &mask(&tagged.comment), &tagged.evidence);
    }
    let violations = found.violations(basis.types);
    let errors = || items.iter().map(|item| item.error).chain(violations.iter().map(|violation| violation.error));
    let count = |kind| u32::try_from(errors().filter(|error| *error == kind).count()).unwrap_or(u32::MAX);
    let (key_errors, non_key_errors) = (count(ErrorKind::Key), count(ErrorKind::NonKey));
    Ok(Grading { items, violations, key_errors, non_key_errors })
}

/// The error that a violation adds of itself: its type's, unless it hangs on a failed item and counts with that (handbook 3.1).
pub fn added_error(kind: ErrorKind, item: Option<&str>) -> ErrorKind {
    if item.is_some() { ErrorKind::None } else { kind }
}

/// Tags of the same type, gathered.
#[derive(Default)]
struct Found(BTreeMap<String, Gathered>);

#[derive(Default)]
struct Gathered {
    item: Option<String>,
    money_lost: bool,
    occurrences: u32,
    comments: Vec<String>,
    evidence: Vec<Evidence>,
}

impl Found {
    fn tag(&mut self, code: &str, item: Option<&str>, money_lost: bool, comment: &str, evidence: &[Evidence]) {
        let gathered = self.0.entry(code.to_owned()).or_default();
        gathered.item = gathered.item.take().or_else(|| item.map(str::to_owned));
        gathered.money_lost |= money_lost;
        gathered.occurrences = gathered.occurrences.saturating_add(1);
        let comment = comment.trim();
        if !comment.is_empty() && !gathered.comments.iter().any(|known| known == comment) {
            gathered.comments.push(comment.to_owned());
        }
        for piece in evidence {
            if !gathered.evidence.contains(piece) {
                gathered.evidence.push(piece.clone());
            }
        }
    }

    /// A linked type that is no longer active is no violation any more; the failed item is an error all the same.
    fn violations(self, types: &BTreeMap<String, ViolationType>) -> Vec<GradedViolation> {
        let graded = |(code, it): (String, Gathered)| {
            let of_type = types.get(&code)?;
            Some(GradedViolation {
                class: of_type.effective_class(it.money_lost),
                kind: of_type.kind,
                error: added_error(of_type.kind, it.item.as_deref()),
                red_line: of_type.escalates(it.money_lost),
                violation_type: code,
                money_lost: it.money_lost,
                item: it.item,
                occurrences: it.occurrences,
                comment: it.comments.join("\n"),
                evidence: it.evidence,
            })
        };
        let mut violations: Vec<_> = self.0.into_iter().filter_map(graded).collect();
        violations.sort_by(|a, b| (a.class, &a.violation_type).cmp(&(b.class, &b.violation_type)));
        violations
    }
}

/// What holds for drafts too: known items, each once; known types; evidence within the conversation; texts of a bearable length.
fn check_shape(sheet: &AnswerSheet, basis: Basis<'_>, faults: &mut Faults) {
    let known: BTreeSet<&str> = basis.content.items().map(|item| item.code.as_str()).collect();
    let unknown = |code: &str| format!("`{code}` is not an item of this scorecard version");
    let mut seen = BTreeSet::new();
    for (i, answer) in sheet.items.iter().enumerate() {
        let path = format!("items[{i}]");
        if !known.contains(answer.code.as_str()) {
            faults.push(format!("{path}.code"), unknown(&answer.code));
        }
        if !seen.insert(answer.code.as_str()) {
            faults.push(format!("{path}.code"), format!("`{}` is answered twice", answer.code));
        }
        check_remarks(&path, &answer.comment, &answer.evidence, basis.material, faults);
    }
    if sheet.violations.len() > MAX_VIOLATIONS {
        faults.push("violations", format!("are {}; at most {MAX_VIOLATIONS} are allowed", sheet.violations.len()));
    }
    for (i, tagged) in sheet.violations.iter().enumerate() {
        let path = format!("violations[{i}]");
        if !basis.types.contains_key(&tagged.violation_type) {
            faults.push(format!("{path}.violation_type"), format!("`{}` is not an active violation type", tagged.violation_type));
        }
        if let Some(item) = tagged.item.as_deref().filter(|item| !known.contains(item)) {
            faults.push(format!("{path}.item"), unknown(item));
        }
        check_remarks(&path, &tagged.comment, &tagged.evidence, basis.material, faults);
    }
    faults.take(checked_optional_text("comment", &sheet.comment, MAX_COMMENT));
}

fn check_remarks(path: &str, comment: &str, evidence: &[Evidence], material: &Material, faults: &mut Faults) {
    faults.take(checked_optional_text(&format!("{path}.comment"), comment, MAX_COMMENT));
    if evidence.len() > MAX_EVIDENCE {
        faults.push(format!("{path}.evidence"), format!("has {} pieces; at most {MAX_EVIDENCE} are allowed", evidence.len()));
    }
    for (i, piece) in evidence.iter().enumerate() {
        faults.take(material.check(piece).map_err(|refusal| refusal.within(&format!("{path}.evidence[{i}]"))));
    }
}

/// What holds for a sheet that is handed in: every item answered as it may be, and violations hang on failed items only.
fn check_complete(sheet: &AnswerSheet, content: &ScorecardContent, faults: &mut Faults) {
    let places: BTreeMap<&str, (usize, &Answer)> = sheet.items.iter().enumerate().map(|(i, a)| (a.code.as_str(), (i, a))).collect();
    for item in content.items() {
        match places.get(item.code.as_str()) {
            None => faults.push("items", format!("`{}` is not answered", item.code)),
            Some((i, answer)) => check_answer(item, answer, &format!("items[{i}]"), faults),
        }
    }
    for (i, tagged) in sheet.violations.iter().enumerate() {
        let place = tagged.item.as_deref().and_then(|item| places.get(item));
        if place.is_some_and(|(_, answer)| answer.outcome != Some(Outcome::Fail)) {
            faults.push(format!("violations[{i}].item"), "is not a failed item; leave it out where the violation stands on its own");
        }
    }
}

fn check_answer(item: &Item, answer: &Answer, path: &str, faults: &mut Faults) {
    match answer.outcome {
        None => faults.push(format!("{path}.outcome"), format!("is missing: `{}` is not answered", item.code)),
        Some(Outcome::NotApplicable) if !item.na_allowed => {
            faults.push(format!("{path}.outcome"), "`na` is not allowed for this item; use pass or fail");
        }
        Some(Outcome::Pass | Outcome::NotApplicable) if !answer.evidence.is_empty() || answer.money_lost => {
            faults.push(format!("{path}.evidence"), "only a failed item has evidence or lost money");
        }
        Some(Outcome::Fail) if item.comment_on_fail && answer.comment.trim().is_empty() => {
            faults.push(format!("{path}.comment"), "is demanded where this item fails: say what was wrong");
        }
        Some(Outcome::Pass | Outcome::Fail | Outcome::NotApplicable) => {}
    }
}

#[cfg(test)]
mod tests;
