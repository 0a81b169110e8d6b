//! What became of the lines of a file, on a page and as a file.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::domain::csv_table::{BYTE_ORDER_MARK, push_row};
use crate::domain::import_run::{RunCounts, RunReport};
use crate::web::page::Frame;
use crate::web::refusals::said;

/// The most lines of each sort that a page lists; the file has all that are known.
const SHOWN: usize = 200;

/// The report on a page.
#[derive(Debug, Template)]
#[template(path = "imports/report.html")]
pub(super) struct ReportPiece {
    f: Frame,
    counts: RunCounts,
    report: RunReport,
    /// Where the whole report is to be had as a file.
    file: Option<String>,
}

impl HtmlSafe for ReportPiece {}

fn cut<T>(list: &mut Vec<T>, left_out: &mut u64) {
    let more = list.len().saturating_sub(SHOWN);
    list.truncate(SHOWN);
    *left_out = left_out.saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
}

impl ReportPiece {
    /// The report in the language of the page.
    pub(super) fn new(f: &Frame, counts: RunCounts, mut report: RunReport, file: Option<String>) -> Self {
        cut(&mut report.faults, &mut report.faults_left_out);
        cut(&mut report.changes, &mut report.changes_left_out);
        report.faults.iter_mut().for_each(|fault| fault.message = said(f.language, &fault.message));
        Self { f: f.clone(), counts, report, file }
    }
}

/// The whole report as a CSV file, in the order of the lines.
pub(super) fn file(f: &Frame, report: &RunReport) -> String {
    let mut out = BYTE_ORDER_MARK.to_owned();
    let head = [f.t("line", "行"), f.t("outcome", "结果"), f.t("about", "对象"), f.t("field", "列"), f.t("what is wrong", "错误")];
    push_row(&mut out, head);
    let refused = f.t("refused", "有错误");
    let faults = report.faults.iter().map(|fault| {
        let message = said(f.language, &fault.message);
        (fault.line, [fault.line.to_string(), refused.to_owned(), fault.about.clone(), fault.field.clone(), message])
    });
    let changes = report.changes.iter().map(|change| {
        let outcome = if change.new { f.t("new", "新增") } else { f.t("changed", "修改") };
        (change.line, [change.line.to_string(), outcome.to_owned(), change.key.clone(), change.fields.join(" "), String::new()])
    });
    let mut lines: Vec<_> = faults.chain(changes).collect();
    lines.sort_by_key(|(line, _)| *line);
    for (_, cells) in &lines {
        push_row(&mut out, cells.iter().map(String::as_str));
    }
    for (left_out, outcome) in [(report.faults_left_out, refused), (report.changes_left_out, f.t("new or changed", "新增或修改"))] {
        if left_out > 0 {
            let more = f.t("more that the report does not list (limits.report_lines)", "条未列出（limits.report_lines）");
            push_row(&mut out, ["", outcome, "", "", format!("{left_out} {more}").as_str()]);
        }
    }
    out
}
