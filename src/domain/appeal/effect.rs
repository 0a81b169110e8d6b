//! What a decision makes of an evaluation: its items, its violations and its errors (handbook 3.1, 3.5).

use std::collections::BTreeMap;

use super::{PointDecision, PointOutcome, PointTarget};
use crate::domain::catalogue::ViolationType;
use crate::domain::evaluation::{AnswerSheet, GradedViolation, Grading, Outcome};
use crate::domain::id::ViolationId;
use crate::domain::refusal::{Faults, Refused};
use crate::domain::scorecard::ScorecardContent;
use crate::domain::violation::ErrorKind;

/// An evaluation as it stands before the decision.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Its latest sheet.
    pub sheet: &'a AnswerSheet,
    /// What it came to.
    pub grading: &'a Grading,
    /// The scorecard version that it was graded with.
    pub content: &'a ScorecardContent,
    /// Its standing violations, by the code of their type.
    pub violations: &'a BTreeMap<String, ViolationId>,
    /// The violation types that can be tagged, by code.
    pub types: &'a BTreeMap<String, ViolationType>,
}

/// What becomes of a violation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViolationChange {
    /// It is gone.
    Overturned(ViolationId),
    /// It stands, with another class or on another item.
    Kept(ViolationId, GradedViolation),
    /// It stands as a violation of another type.
    Replaced(ViolationId, GradedViolation),
}

/// What a decision makes of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The sheet, with what was overturned taken out.
    pub sheet: AnswerSheet,
    /// What the evaluation comes to now.
    pub grading: Grading,
    /// What becomes of its violations; those that stay as they are do not stand here.
    pub changes: Vec<ViolationChange>,
}

/// Applies the decided points to the evaluation.
///
/// An item that is overturned passes. A violation that is overturned takes the error of the item that it hangs on with it, unless that
/// item was decided on its own; a violation that hangs on an overturned item is gone, unless another failed item is linked to its type, or
/// the decision says that it stands: then it stands on its own.
///
/// # Errors
/// `Invalid` with all faults: a point about something that does not stand (any more), a type that is unknown or stands already.
pub fn apply(standing: Standing<'_>, points: &[PointDecision]) -> Refused<Effect> {
    let mut faults = Faults::new();
    let mut work =
        Work { standing, sheet: standing.sheet.clone(), grading: standing.grading.clone(), replaced: BTreeMap::new(), kept: Vec::new() };
    let kept = points.iter().filter(|point| point.outcome != PointOutcome::Overturned).filter_map(|point| match &point.target {
        PointTarget::Violation { violation_id } => work.code_of(*violation_id),
        PointTarget::Item { .. } | PointTarget::Whole => None,
    });
    work.kept = kept.collect();
    let decided_items: Vec<&str> = points.iter().filter_map(|point| item_of(&point.target)).collect();
    for (index, point) in points.iter().enumerate() {
        let path = format!("points[{index}]");
        match (&point.target, point.outcome) {
            (_, PointOutcome::Upheld) => {}
            (PointTarget::Item { item }, _) => work.pass(&path, item, &mut faults),
            (PointTarget::Violation { violation_id }, outcome) => match work.code_of(*violation_id) {
                None => faults.push(format!("{path}.target"), "this violation does not stand any more"),
                Some(code) if outcome == PointOutcome::Overturned => work.drop_violation(&code, &decided_items),
                Some(code) => work.change(&path, &code, point, &mut faults),
            },
            (PointTarget::Whole, _) => faults.push(format!("{path}.target"), "an evaluation is challenged item by item"),
        }
    }
    faults.finish()?;
    Ok(work.finish())
}

fn item_of(target: &PointTarget) -> Option<&str> {
    match target {
        PointTarget::Item { item } => Some(item),
        PointTarget::Violation { .. } | PointTarget::Whole => None,
    }
}

struct Work<'a> {
    standing: Standing<'a>,
    sheet: AnswerSheet,
    grading: Grading,
    /// The new type's code, by the old one's.
    replaced: BTreeMap<String, String>,
    /// The types of the violations that the decision says stand.
    kept: Vec<String>,
}

impl Work<'_> {
    fn code_of(&self, id: ViolationId) -> Option<String> {
        self.standing.violations.iter().find(|(_, known)| **known == id).map(|(code, _)| code.clone())
    }

    /// A failed item passes, and what hangs on it goes or moves to another failed item that is linked to the same type.
    fn pass(&mut self, path: &str, code: &str, faults: &mut Faults) {
        let Some(item) = self.grading.items.iter_mut().find(|item| item.code == code && item.outcome == Outcome::Fail) else {
            // Overturned together with its violation, a moment ago or before.
            if !self.standing.grading.items.iter().any(|item| item.code == code && item.outcome == Outcome::Fail) {
                faults.push(format!("{path}.target"), format!("`{code}` is not a failed item of this evaluation"));
            }
            return;
        };
        item.outcome = Outcome::Pass;
        item.error = ErrorKind::None;
        item.evidence.clear();
        if let Some(answer) = self.sheet.items.iter_mut().find(|answer| answer.code == code) {
            answer.outcome = Some(Outcome::Pass);
            answer.evidence.clear();
            answer.money_lost = false;
        }
        let failed: Vec<String> =
            self.grading.items.iter().filter(|item| item.outcome == Outcome::Fail).map(|item| item.code.clone()).collect();
        let content = self.standing.content;
        let other = |violation: &str| {
            content
                .items()
                .find(|item| item.violation_type.as_deref() == Some(violation) && failed.contains(&item.code))
                .map(|i| i.code.clone())
        };
        self.sheet.violations.retain(|tagged| tagged.item.as_deref() != Some(code));
        let kept = &self.kept;
        self.grading.violations.retain_mut(|violation| {
            if violation.item.as_deref() != Some(code) {
                return true;
            }
            violation.item = other(&violation.violation_type);
            if violation.item.is_some() {
                return true;
            }
            violation.error = violation.kind;
            kept.contains(&violation.violation_type)
        });
    }

    fn drop_violation(&mut self, code: &str, decided_items: &[&str]) {
        let item = self.grading.violations.iter().find(|it| it.violation_type == code).and_then(|it| it.item.clone());
        self.grading.violations.retain(|it| it.violation_type != code);
        self.sheet.violations.retain(|tagged| tagged.violation_type != code);
        if let Some(item) = item.filter(|item| !decided_items.contains(&item.as_str())) {
            // The item has failed, or nothing could hang on it.
            self.pass("", &item, &mut Faults::new());
        }
    }

    fn change(&mut self, path: &str, code: &str, point: &PointDecision, faults: &mut Faults) {
        let to_code = point.to_type.as_deref().unwrap_or(code);
        if to_code != code && self.grading.violations.iter().any(|it| it.violation_type == to_code) {
            faults.push(format!("{path}.to_type"), format!("`{to_code}` stands in this evaluation already; overturn this one instead"));
            return;
        }
        let Some(of_type) = self.standing.types.get(to_code).filter(|it| to_code == code || it.active) else {
            faults.push(format!("{path}.to_type"), format!("`{to_code}` is not an active violation type; see GET /api/v1/violation-types"));
            return;
        };
        let Some(violation) = self.grading.violations.iter_mut().find(|it| it.violation_type == code) else { return };
        if to_code != code {
            violation.violation_type = to_code.to_owned();
            violation.kind = of_type.kind;
            violation.class = of_type.effective_class(violation.money_lost);
            violation.red_line = of_type.red_line;
            violation.error = if violation.item.is_some() { ErrorKind::None } else { of_type.kind };
            self.replaced.insert(code.to_owned(), to_code.to_owned());
            self.kept.push(to_code.to_owned());
            self.sheet.violations.iter_mut().filter(|it| it.violation_type == code).for_each(|it| it.violation_type = to_code.to_owned());
        }
        if let Some(class) = point.to_class {
            violation.class = class;
        }
        violation.red_line = of_type.red_line || violation.class == crate::domain::violation::ViolationClass::A;
    }

    fn finish(mut self) -> Effect {
        self.grading.violations.sort_by(|a, b| (a.class, &a.violation_type).cmp(&(b.class, &b.violation_type)));
        let errors = |kind: ErrorKind| {
            let of_items = self.grading.items.iter().filter(|item| item.error == kind).count();
            let alone = self.grading.violations.iter().filter(|it| it.error == kind).count();
            u32::try_from(of_items.saturating_add(alone)).unwrap_or(u32::MAX)
        };
        (self.grading.key_errors, self.grading.non_key_errors) = (errors(ErrorKind::Key), errors(ErrorKind::NonKey));
        let now = |code: &str| self.grading.violations.iter().find(|it| it.violation_type == code);
        let before = |code: &str| self.standing.grading.violations.iter().find(|it| it.violation_type == code);
        let change = |(code, id): (&String, &ViolationId)| match self.replaced.get(code) {
            Some(to) => Some(now(to).map_or(ViolationChange::Overturned(*id), |it| ViolationChange::Replaced(*id, it.clone()))),
            None => match now(code) {
                None => Some(ViolationChange::Overturned(*id)),
                Some(it) if before(code) == Some(it) => None,
                Some(it) => Some(ViolationChange::Kept(*id, it.clone())),
            },
        };
        let changes = self.standing.violations.iter().filter_map(change).collect();
        Effect { sheet: self.sheet, grading: self.grading, changes }
    }
}
