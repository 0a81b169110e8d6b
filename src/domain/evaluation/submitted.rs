//! An evaluation at the moment of its submission: what follows from it (fines, letters, cases) is known without reading back what was just stored.

use std::collections::BTreeMap;

use super::{Grading, Outcome};
use crate::domain::catalogue::ViolationType;
use crate::domain::charge::StandingViolation;
use crate::domain::escalation::Candidate;
use crate::domain::id::ViolationId;
use crate::domain::mail::letters::{Finding, Name};
use crate::domain::masking::Masked;
use crate::domain::scorecard::{ItemKind, ScorecardContent};
use crate::domain::violation::ErrorKind;

/// What was found, with the ids under which the violations were stored.
#[derive(Debug, Clone, Copy)]
pub struct Submitted<'a> {
    /// What the sheet came to.
    pub grading: &'a Grading,
    /// The ids of its violations, in their order.
    pub violations: &'a [ViolationId],
    /// The scorecard version that it was graded with.
    pub content: &'a ScorecardContent,
    /// The violation types that could be tagged.
    pub types: &'a BTreeMap<String, ViolationType>,
}

impl Submitted<'_> {
    /// What is charged (handbook 3.6), by the violations' ids.
    pub fn standing(&self) -> Vec<StandingViolation> {
        let stored = self.violations.iter().zip(&self.grading.violations);
        let mut standing: Vec<_> = stored
            .map(|(id, violation)| StandingViolation {
                id: *id,
                violation_type: violation.violation_type.clone(),
                class: violation.class,
                occurrences: violation.occurrences,
            })
            .collect();
        standing.sort_by_key(|violation| violation.id);
        standing
    }

    /// What may open a case, by the violations' ids.
    pub fn candidates(&self) -> Vec<Candidate> {
        let stored = self.violations.iter().zip(&self.grading.violations);
        let mut candidates: Vec<_> = stored
            .map(|(id, violation)| Candidate {
                violation_id: *id,
                violation_type: violation.violation_type.clone(),
                class: violation.class,
                red_line: violation.red_line,
            })
            .collect();
        candidates.sort_by_key(|candidate| candidate.violation_id);
        candidates
    }

    /// What a letter tells: the violations, and by their codes the failed items that none of them hangs on.
    pub fn findings(&self) -> Vec<Finding> {
        let violations = self.grading.violations.iter().map(|violation| {
            let code = &violation.violation_type;
            let of_type = self.types.get(code);
            Finding {
                name: of_type.map_or_else(|| Name::same(code.clone()), |of| Name::new(of.name_zh.clone(), of.name_en.clone())),
                class: Some(violation.class.as_str().to_owned()),
                key: violation.kind == ErrorKind::Key,
                comment: Masked::of(&violation.comment),
            }
        });
        let covered = |code: &str| self.grading.violations.iter().any(|violation| violation.item.as_deref() == Some(code));
        let mut failed: Vec<_> = self.grading.items.iter().filter(|item| item.outcome == Outcome::Fail && !covered(&item.code)).collect();
        failed.sort_by(|a, b| a.code.cmp(&b.code));
        let items = failed.into_iter().map(|item| {
            let asked = self.content.items().find(|asked| asked.code == item.code);
            Finding {
                name: asked
                    .map_or_else(|| Name::same(item.code.clone()), |asked| Name::new(asked.title_zh.clone(), asked.title_en.clone())),
                class: None,
                key: item.kind == ItemKind::Key,
                comment: Masked::of(&item.comment),
            }
        });
        violations.chain(items).collect()
    }
}
