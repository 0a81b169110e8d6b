//! What every import of people has in common: a table is read, each row is checked for itself, good rows are stored in chunks.

use std::collections::HashMap;

use crate::app::App;
use crate::db::{AnyConnection, Error, Result, Tx};
use crate::domain::Refused;
use crate::domain::access::Actor;
use crate::domain::csv_table::{Columns, Limits, Line, LineFault, Table};
use crate::domain::line_report::{LineOutcome, LineReport};

/// How many rows one transaction takes.
pub(super) const CHUNK: usize = 500;

/// A file to import.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The bytes of a CSV table.
    pub csv: Vec<u8>,
    /// Whether only to say what would happen.
    pub dry_run: bool,
}

/// A row that was read well, with its line in the file.
#[derive(Debug, Clone)]
pub(super) struct Row<T> {
    pub line: u64,
    pub value: T,
}

/// Reads all rows of a table, in a blocking task. A row that cannot be read, or that is about the same `key` as an earlier row, goes to
/// the report.
///
/// # Errors
/// `Invalid` where the header does not fit.
pub(super) async fn rows<T: Send + 'static>(
    app: &App,
    upload: Upload,
    columns: &'static Columns,
    parse: fn(&Line) -> Refused<T>,
    key: fn(&T) -> (&'static str, String),
) -> Result<(Vec<Row<T>>, LineReport)> {
    let limits = Limits { rows: u64::try_from(app.config.limits.csv_rows).unwrap_or(u64::MAX), line_bytes: app.config.limits.line_bytes };
    let report = LineReport::new(upload.dry_run, app.config.limits.report_lines);
    let work = tokio::task::spawn_blocking(move || read(&upload, report, columns, limits, parse, key));
    Ok(work.await.map_err(|error| Error::Panicked(error.to_string()))??)
}

fn read<T>(
    upload: &Upload,
    mut report: LineReport,
    columns: &Columns,
    limits: Limits,
    parse: fn(&Line) -> Refused<T>,
    key: fn(&T) -> (&'static str, String),
) -> Refused<(Vec<Row<T>>, LineReport)> {
    let (mut rows, mut first_seen) = (Vec::new(), HashMap::new());
    for line in Table::open(upload.csv.as_slice(), columns, limits)? {
        let line = match line {
            Ok(line) => line,
            Err(fault) => {
                report.refuse(vec![fault]);
                continue;
            }
        };
        match parse(&line) {
            Err(refusal) => report.refuse(LineFault::from_refusal(line.number, refusal)),
            Ok(value) => {
                let (field, key) = key(&value);
                let first = *first_seen.entry(key.clone()).or_insert(line.number);
                if first == line.number {
                    rows.push(Row { line: line.number, value });
                } else {
                    let message = format!("`{key}` stands in line {first} already; leave one of the two");
                    report.refuse(vec![LineFault { line: line.number, field: field.to_owned(), code: "invalid".into(), message }]);
                }
            }
        }
    }
    Ok((rows, report))
}

/// Plans and stores rows, chunk by chunk, each in a transaction of its own; in a dry run it only plans.
///
/// `plan` reads what exists, notes in the report what becomes of each row, and gives the steps to take; `apply` takes one.
///
/// # Errors
/// What the closures say.
pub(super) async fn store<T, S>(
    app: &App,
    actor: &Actor,
    rows: Vec<Row<T>>,
    mut report: LineReport,
    chunk_rows: usize,
    plan: impl Fn(&mut AnyConnection, &[Row<T>], &mut LineReport) -> Result<Vec<S>> + Clone + Send + 'static,
    apply: impl Fn(&mut Tx<'_>, S) -> Result<()> + Clone + Send + 'static,
) -> Result<LineReport>
where
    T: Clone + Send + 'static,
    S: 'static,
{
    for chunk in rows.chunks(chunk_rows.max(1)) {
        let (chunk, so_far, plan, apply) = (chunk.to_vec(), report, plan.clone(), apply.clone());
        report = if so_far.dry_run {
            app.read(move |conn| {
                let mut report = so_far.clone();
                plan(conn, &chunk, &mut report)?;
                Ok(report)
            })
            .await?
        } else {
            app.write(actor, move |tx| {
                let mut report = so_far.clone();
                for step in plan(tx.conn, &chunk, &mut report)? {
                    apply(tx, step)?;
                }
                Ok(report)
            })
            .await?
        };
    }
    Ok(report.in_order())
}

/// What became of a row that exists already: the fields that differ, if any do.
pub(super) fn outcome(differences: &[(&'static str, bool)]) -> LineOutcome {
    let fields = changed_fields(differences);
    if fields.is_empty() { LineOutcome::Unchanged } else { LineOutcome::Updated(fields) }
}

/// The names of the fields that differ.
fn changed_fields(differences: &[(&'static str, bool)]) -> Vec<String> {
    differences.iter().filter(|(_, differs)| *differs).map(|(name, _)| (*name).to_owned()).collect()
}
