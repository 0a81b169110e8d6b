//! What came of an import.

use serde::{Deserialize, Serialize};

use super::prepare::Prepared;
use super::store::Outcome;
use crate::db::imports::Counts;
use crate::domain::Refusal;
use crate::domain::id::ImportId;
use crate::domain::masking::mask;

/// What came of an import of conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImportReport {
    /// The id of this run; absent where the file had no line.
    pub id: Option<ImportId>,
    /// New conversations.
    pub inserted: u64,
    /// Conversations that were there and have changed.
    pub updated: u64,
    /// Conversations that were there and are the same.
    pub unchanged: u64,
    /// Refused conversations; the others are stored nevertheless.
    pub refused: u64,
    /// Which were refused and why, in the order of the file, at most `limits.report_lines`.
    pub refusals: Vec<RefusedConversation>,
    /// How many more were refused than `refusals` lists.
    pub refusals_left_out: u64,
    #[serde(skip)]
    most: usize,
}

/// A refused line of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RefusedConversation {
    /// The line of the file on which it begins, counted from 1.
    pub line: u64,
    /// Its `source/external_id`, as far as they could be read.
    pub conversation: Option<String>,
    /// Stable machine-readable code, such as `invalid`, `not_found` or `period_closed`.
    pub code: String,
    /// What is wrong, with the field, and what would be right.
    pub reason: String,
}

impl RefusedConversation {
    pub(super) fn new(line: u64, conversation: Option<String>, refusal: &Refusal) -> Self {
        // Faults can be many and quote what was given.
        let reason: String = refusal.message.chars().take(2000).collect();
        // What was given may be a customer's; an employee number that is not known must stay readable.
        let reason = if refusal.code == "invalid" { mask(&reason) } else { reason };
        Self { line, conversation, code: refusal.code.to_owned(), reason }
    }
}

impl ImportReport {
    pub(super) fn new(most: usize) -> Self {
        Self { id: None, inserted: 0, updated: 0, unchanged: 0, refused: 0, refusals: Vec::new(), refusals_left_out: 0, most }
    }

    pub(super) fn refuse(&mut self, refused: RefusedConversation) {
        self.refused = self.refused.saturating_add(1);
        let place = self.refusals.partition_point(|other| other.line <= refused.line);
        self.refusals.insert(place, refused);
        if self.refusals.len() > self.most {
            self.refusals.pop();
            self.refusals_left_out = self.refusals_left_out.saturating_add(1);
        }
    }

    pub(super) fn note(&mut self, row: &Prepared, outcome: Outcome) {
        let count = match outcome {
            Outcome::Inserted => &mut self.inserted,
            Outcome::Updated => &mut self.updated,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Refused(refusal) => return self.refuse(row.refused(&refusal)),
        };
        *count = count.saturating_add(1);
    }

    pub(super) fn counts(&self) -> Counts {
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        Counts {
            inserted: count(self.inserted),
            updated: count(self.updated),
            unchanged: count(self.unchanged),
            refused: count(self.refused),
        }
    }

    /// How many conversations the file had so far.
    pub fn total(&self) -> u64 {
        [self.inserted, self.updated, self.unchanged, self.refused].into_iter().fold(0, u64::saturating_add)
    }
}
