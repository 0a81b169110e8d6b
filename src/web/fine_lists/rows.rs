//! The lines, the totals and the exports of a fine list as the page shows them.

use crate::domain::fine_list::{FileFormat, FineLine, GroupTotal, ListStatus};
use crate::domain::ledger::EntryKind;
use crate::domain::money::{Currency, Money};
use crate::domain::period::Period;
use crate::usecases::fine_lists::exports::Exported;
use crate::usecases::fine_lists::select::SelectedLines;
use crate::web::page::Frame;
use crate::web::words::moment;

/// A group of lines with its sum.
pub struct TotalLine {
    pub(super) name: String,
    /// What selects its lines.
    pub(super) value: String,
    pub(super) lines: u64,
    pub(super) amount: String,
}

/// A line of the list.
pub struct FineRow {
    pub(super) id: String,
    pub(super) posted: String,
    pub(super) agent: String,
    pub(super) team: String,
    pub(super) vendor: String,
    pub(super) kind: &'static str,
    pub(super) what: String,
    pub(super) reason: String,
    pub(super) amount: String,
    pub(super) original: Option<Original>,
    pub(super) evaluation: Option<String>,
}

/// The line that another one takes back, adjusts or carries over.
pub struct Original {
    pub(super) href: String,
    pub(super) text: String,
}

/// An export.
pub struct ExportRow {
    pub(super) at: String,
    pub(super) by: String,
    pub(super) address: String,
    pub(super) format: &'static str,
    pub(super) open: bool,
    pub(super) lines: u64,
    pub(super) amount: String,
    pub(super) digest: String,
}

/// An amount without its currency.
pub fn amount(minor: i64, currency: Currency) -> String {
    Money::new(minor, currency).decimal()
}

/// A kind of line in words.
pub fn kind_name(f: &Frame, kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Fine => f.t("fine", "罚款"),
        EntryKind::Reversal => f.t("reversal", "冲销"),
        EntryKind::Adjustment => f.t("adjustment", "调整"),
        EntryKind::Complaint => f.t("complaint", "投诉罚款"),
        EntryKind::OperatingBreach => f.t("operating breach", "违规操作"),
        EntryKind::Reward => f.t("reward", "奖励"),
        EntryKind::Manual => f.t("by hand", "手工调整"),
        EntryKind::CapExcess => f.t("above the cap", "超出上限"),
        EntryKind::CarriedOver => f.t("carried over", "上期结转"),
    }
}

/// Groups of lines; `none` selects those of nobody.
pub fn totals(f: &Frame, groups: &[GroupTotal], currency: Currency, none: &str) -> Vec<TotalLine> {
    let name = |g: &GroupTotal| g.name.clone().or_else(|| g.code.clone()).unwrap_or_else(|| f.t("the centre itself", "本中心").to_owned());
    let value = |g: &GroupTotal| g.id.map_or_else(|| none.to_owned(), |id| id.to_string());
    groups.iter().map(|g| TotalLine { name: name(g), value: value(g), lines: g.lines, amount: amount(g.amount_minor, currency) }).collect()
}

/// The same by kind of line.
pub fn totals_by_kind(f: &Frame, groups: &[GroupTotal], currency: Currency) -> Vec<TotalLine> {
    let line = |g: &GroupTotal| {
        let word = g.code.clone().unwrap_or_default();
        let name = word.parse::<EntryKind>().map_or_else(|_| word.clone(), |kind| kind_name(f, kind).to_owned());
        TotalLine { name, value: word, lines: g.lines, amount: amount(g.amount_minor, currency) }
    };
    groups.iter().map(line).collect()
}

/// What a line is about: the violation, the reward, or its reason.
fn what(f: &Frame, line: &FineLine) -> String {
    let class = line.class.map(|c| format!("{c} ")).unwrap_or_default();
    let name = f.t(line.violation_type_en.as_deref().unwrap_or(""), line.violation_type_zh.as_deref().unwrap_or(""));
    let times = line.occurrences.filter(|n| *n > 1).map(|n| format!(" × {n}")).unwrap_or_default();
    match line.reward {
        Some(reward) => f.reward(reward).to_owned(),
        None if name.is_empty() => kind_name(f, line.kind).to_owned() + &times,
        None => format!("{class}{name}{times}"),
    }
}

/// A line of the list with the line that it names.
pub fn row(f: &Frame, line: &FineLine, selected: &SelectedLines) -> FineRow {
    let original = line.original_id.map(|id| match selected.originals.get(&id) {
        Some(first) => Original {
            href: format!("/months/{}?line={id}#line-{id}", first.period),
            text: format!("{} · {} · {}", first.period, what(f, first), amount(first.amount_minor, first.currency)),
        },
        None => Original { href: format!("/months/{}?line={id}", line.origin_period), text: line.origin_period.to_string() },
    });
    FineRow {
        id: line.id.to_string(),
        posted: line.posted_on.to_string(),
        agent: format!("{} {}", line.agent_name, line.employee_no),
        team: line.team_name.clone().unwrap_or_default(),
        vendor: line.vendor_name.clone().unwrap_or_else(|| f.t("the centre itself", "本中心").to_owned()),
        kind: kind_name(f, line.kind),
        what: what(f, line),
        reason: line.reason.clone().unwrap_or_default(),
        amount: amount(line.amount_minor, line.currency),
        original,
        evaluation: line.evaluation_id.map(|e| e.to_string()),
    }
}

/// An export as the page shows it.
pub fn export_row(f: &Frame, exported: &Exported, currency: Currency, zone: chrono_tz::Tz) -> ExportRow {
    ExportRow {
        at: moment(exported.at, zone),
        by: exported.by.clone().unwrap_or_else(|| f.t("an operator", "运维人员").to_owned()),
        address: exported.address.clone().unwrap_or_default(),
        format: match exported.what.format {
            FileFormat::Csv => "CSV",
            FileFormat::Xlsx => "XLSX",
            FileFormat::Ndjson => "NDJSON",
        },
        open: exported.what.status == ListStatus::Open,
        lines: exported.what.lines,
        amount: amount(exported.what.amount_minor, currency),
        digest: exported.what.digest.clone().unwrap_or_default(),
    }
}

/// The kinds of line in words, for a choice.
pub fn kinds(f: &Frame) -> Vec<(&'static str, &'static str)> {
    EntryKind::ALL.iter().map(|kind| (kind.as_str(), kind_name(f, *kind))).collect()
}

/// The address of a month's list as a file.
pub fn file(period: Period, format: &str, f: &Frame) -> String {
    format!("/api/v1/fine-lists/{period}?format={format}&lang={}", f.language)
}
