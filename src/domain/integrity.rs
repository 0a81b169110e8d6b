//! Whether what is stored fits together: what a check of the whole centre finds.

use serde::{Deserialize, Serialize};

use super::evaluation::{GradedItem, GradedViolation, Grading};
use super::violation::ErrorKind;
use super::words::words;

words! {
    /// What is checked.
    Check ("check") {
        /// The database file itself, and that no row refers to one that is not there.
        Storage = "storage",
        /// The days on which agents had conversations, against the conversations.
        Conversations = "conversations",
        /// Evaluations against their latest revision: errors, items, standing violations, the locked sample.
        Evaluations = "evaluations",
        /// The ledger against evaluations, complaints, operating breaches and sanctions: nothing is missing, nothing twice.
        Ledger = "ledger",
        /// Closed months: the frozen list against its digest, its totals and the ledger.
        Periods = "periods",
        /// Draws, computed again from their facts.
        Draws = "draws",
        /// Severe findings: each has opened a case.
        Escalations = "escalations",
        /// What was deleted because it had had its time is gone.
        Retention = "retention",
        /// The audit log against its seals.
        Audit = "audit",
    }
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misfit {
    /// What was checked.
    pub check: Check,
    /// The object, such as `evaluation 0193…`.
    pub object: String,
    /// What follows from the rest of what is stored.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// How much of one kind was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// What was checked.
    pub check: Check,
    /// How many objects.
    pub objects: u64,
    /// How many faults were found in them.
    pub misfits: u64,
}

/// What a check of the whole centre came to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IntegrityReport {
    /// What was checked, and how much of it.
    pub checked: Vec<Checked>,
    /// The first [`IntegrityReport::LISTED`] things that do not fit.
    pub misfits: Vec<Misfit>,
    /// Number and hash of the audit log's last seal, to be noted outside of the database.
    pub audit_head: Option<(i64, String)>,
}

impl IntegrityReport {
    /// The most misfits that a report lists; all are counted.
    pub const LISTED: usize = 1_000;

    /// Whether everything fits.
    pub fn is_sound(&self) -> bool {
        self.checked.iter().all(|checked| checked.misfits == 0)
    }

    /// Adds what one check found.
    pub fn add(&mut self, check: Check, found: Found) {
        let misfits = u64::try_from(found.misfits.len()).unwrap_or(u64::MAX);
        self.checked.push(Checked { check, objects: found.objects, misfits });
        let misfits = found.misfits.into_iter().map(|(object, expected, found)| Misfit { check, object, expected, found });
        let room = Self::LISTED.saturating_sub(self.misfits.len());
        self.misfits.extend(misfits.take(room));
    }
}

/// What one check has found so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// How many objects were looked at.
    pub objects: u64,
    misfits: Vec<(String, String, String)>,
}

impl Found {
    /// One more object was looked at.
    pub fn looked(&mut self) {
        self.objects = self.objects.saturating_add(1);
    }

    /// Something does not fit.
    pub fn misfit(&mut self, object: impl Into<String>, expected: impl std::fmt::Display, found: impl std::fmt::Display) {
        self.misfits.push((object.into(), expected.to_string(), found.to_string()));
    }

    /// Notes a difference between what follows from the rest and what is there.
    pub fn compare<T: PartialEq + std::fmt::Debug>(&mut self, object: &str, what: &str, expected: &T, found: &T) {
        if expected != found {
            self.misfit(object, format!("{what} {expected:?}"), format!("{found:?}"));
        }
    }

    /// Adds what a part of the same check has found.
    pub fn join(&mut self, other: Self) {
        self.objects = self.objects.saturating_add(other.objects);
        self.misfits.extend(other.misfits);
    }
}

/// The errors of a grading, counted again (handbook 3.1): key, non-key.
pub fn errors_of(items: &[GradedItem], violations: &[GradedViolation]) -> (u32, u32) {
    let errors = || items.iter().map(|item| item.outcome.error(item.kind)).chain(violations.iter().map(|found| found.error));
    let count = |kind| u32::try_from(errors().filter(|error| *error == kind).count()).unwrap_or(u32::MAX);
    (count(ErrorKind::Key), count(ErrorKind::NonKey))
}

/// A violation as its table has it: type, class, item, occurrences.
pub type StandingRow = (String, String, Option<String>, i64);

/// The violations of a grading as their table must have them, by type.
pub fn standing_rows(grading: &Grading) -> Vec<StandingRow> {
    let mut rows: Vec<StandingRow> = grading
        .violations
        .iter()
        .map(|found| (found.violation_type.clone(), found.class.to_string(), found.item.clone(), i64::from(found.occurrences)))
        .collect();
    rows.sort();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_every_misfit_and_lists_the_first() {
        let mut report = IntegrityReport::default();
        let mut found = Found::default();
        for number in 0..IntegrityReport::LISTED + 5 {
            found.looked();
            found.compare(&format!("sample {number}"), "state", &"open", &"lost");
        }
        found.compare("sample 0", "state", &"open", &"open");
        report.add(Check::Evaluations, found);
        report.add(Check::Audit, Found::default());
        assert!(!report.is_sound());
        assert_eq!((report.checked[0].objects, report.checked[0].misfits), (1_005, 1_005));
        assert_eq!(report.misfits.len(), IntegrityReport::LISTED);
        assert_eq!(report.misfits[0].expected, "state \"open\"");
    }
}
