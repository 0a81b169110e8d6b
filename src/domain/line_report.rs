//! The report of a file that was read line by line: what became of each line.

use serde::{Deserialize, Serialize};

use super::csv_table::LineFault;

/// What a line does, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LineChange {
    /// Line of the file, counted from 1.
    pub line: u64,
    /// What the line is about: the code, number or name by which the file knows it.
    pub key: String,
    /// True where it did not exist before.
    pub new: bool,
    /// The fields that change, in the order of the file's columns; empty where it is new.
    pub fields: Vec<String>,
}

/// What a file of people brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LineReport {
    /// True where nothing was stored and the report only says what would happen.
    pub dry_run: bool,
    /// Lines that brought something new.
    pub inserted: u64,
    /// Lines that changed something.
    pub updated: u64,
    /// Lines that said what was known.
    pub unchanged: u64,
    /// Lines that were refused; the others were stored nevertheless.
    pub refused: u64,
    /// What is wrong with the refused lines, as many faults as `limits.report_lines` allows.
    pub faults: Vec<LineFault>,
    /// How many more faults there are than `faults` lists.
    pub faults_left_out: u64,
    /// What was or would be inserted and updated, line by line, as many as `limits.report_lines` allows.
    pub changes: Vec<LineChange>,
    /// How many more changes there are than `changes` lists.
    pub changes_left_out: u64,
    /// The most faults, and the most changes, that the report lists one by one.
    #[serde(skip)]
    listed: usize,
}

/// What became of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineOutcome {
    /// Something new.
    Inserted,
    /// Something changed, in these fields.
    Updated(Vec<String>),
    /// Nothing to do.
    Unchanged,
}

impl LineReport {
    /// A report of nothing yet, which will list at most `listed` faults and as many changes one by one.
    pub fn new(dry_run: bool, listed: usize) -> Self {
        Self { dry_run, listed, ..Self::default() }
    }

    /// Notes a refused line with all its faults.
    pub fn refuse(&mut self, faults: Vec<LineFault>) {
        self.refused = self.refused.saturating_add(1);
        for fault in faults {
            if self.faults.len() < self.listed {
                self.faults.push(fault);
            } else {
                self.faults_left_out = self.faults_left_out.saturating_add(1);
            }
        }
    }

    /// Notes what became of a line.
    pub fn note(&mut self, line: u64, key: &str, outcome: LineOutcome) {
        let (count, change) = match outcome {
            LineOutcome::Unchanged => (&mut self.unchanged, None),
            LineOutcome::Inserted => (&mut self.inserted, Some((true, Vec::new()))),
            LineOutcome::Updated(fields) => (&mut self.updated, Some((false, fields))),
        };
        *count = count.saturating_add(1);
        if let Some((new, fields)) = change {
            if self.changes.len() < self.listed {
                self.changes.push(LineChange { line, key: key.to_owned(), new, fields });
            } else {
                self.changes_left_out = self.changes_left_out.saturating_add(1);
            }
        }
    }

    /// Puts faults and changes in the order of the file, whatever order they were found in.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.faults.sort_by_key(|fault| fault.line);
        self.changes.sort_by_key(|change| change.line);
        self
    }

    /// How many lines the file had.
    pub fn lines(&self) -> u64 {
        [self.inserted, self.updated, self.unchanged, self.refused].into_iter().fold(0, u64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_everything_and_lists_a_bounded_part() {
        let mut report = LineReport::new(true, 1000);
        for line in (2..2002).rev() {
            report.refuse(vec![LineFault { line, field: "x".into(), code: "invalid".into(), message: String::new() }]);
        }
        report.note(1, "A", LineOutcome::Updated(vec!["name".into()]));
        report.note(2, "B", LineOutcome::Unchanged);
        let report = report.in_order();
        assert_eq!((report.refused, report.faults.len(), report.faults_left_out, report.lines()), (2000, 1000, 1000, 2002));
        assert!(report.faults.is_sorted_by_key(|fault| fault.line));
        assert_eq!(report.changes, [LineChange { line: 1, key: "A".into(), new: false, fields: vec!["name".into()] }]);
    }
}
