//! The lines, the totals and the exports of a fine list as the page shows them.

use crate::domain::access::Action;
use crate::domain::fine_list::{FileFormat, FineLine, FineTotals, GroupTotal, LineSelection, ListStatus};
use crate::domain::id::AppealId;
use crate::domain::language::Language;
use crate::domain::ledger::EntryKind;
use crate::domain::money::{Currency, Money};
use crate::domain::period::Period;
use crate::domain::source_charge::LineSource;
use crate::reports::fine_list::selected;
use crate::usecases::fine_lists::exports::Exported;
use crate::usecases::fine_lists::select::SelectedLines;
use crate::web::page::{Frame, Visitor};
use crate::web::refusals::written;
use crate::web::trouble::encoded;
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
    /// What the line comes from and what changed it: address and name of each that the reader may open.
    pub(super) sources: Vec<(String, &'static str)>,
}

/// Which of the pages that a line comes from its reader may open.
#[derive(Debug, Clone, Copy)]
pub struct Doors {
    pub(super) evaluations: bool,
    pub(super) appeals: bool,
    /// The pages of the desk for complaints and breaches.
    pub(super) desk: bool,
    /// The agent's month, where complaints and breaches stand as well.
    pub(super) results: bool,
    pub(super) cases: bool,
    pub(super) regrades: bool,
}

impl Doors {
    /// Those that are open to a visitor.
    pub fn of(visitor: &Visitor) -> Self {
        Self {
            evaluations: visitor.may(Action::EvaluationRead),
            appeals: visitor.may(Action::AppealRead),
            desk: visitor.actor().may_everywhere(Action::ComplaintRead).is_ok(),
            results: visitor.may(Action::ResultRead),
            cases: visitor.may(Action::EscalationRead),
            regrades: visitor.actor().may_everywhere(Action::RegradeRead).is_ok(),
        }
    }

    fn sources(self, f: &Frame, line: &FineLine, source: Option<&LineSource>) -> Vec<(String, &'static str)> {
        let charges = || format!("/results/{}/agents/{}#charges", line.origin_period, line.agent_id);
        let charged = |at: String, name| if self.desk { Some((at, name)) } else { Some((charges(), name)).filter(|_| self.results) };
        let evaluation = line.evaluation_id.filter(|_| self.evaluations);
        let evaluation = evaluation.map(|id| (format!("/evaluations/{id}"), f.t("Evidence", "证据")));
        let source = source.and_then(|source| match source {
            LineSource::Complaint(id) => charged(format!("/decisions/complaints/{id}"), f.t("Complaint", "投诉")),
            LineSource::Breach(id) => charged(format!("/decisions/breaches/{id}"), f.t("Operating breach", "违规操作")),
            LineSource::Case(id) => Some((format!("/escalations/{id}"), f.t("Severe case", "升级工单"))).filter(|_| self.cases),
            LineSource::Regrade(id) => Some((format!("/decisions/regrades/{id}"), f.t("Second grading", "复检"))).filter(|_| self.regrades),
        });
        let appeal = line.reason.as_deref().and_then(appeal_of).filter(|_| self.appeals);
        let appeal = appeal.map(|id| (format!("/appeals/{id}"), f.t("Appeal", "申诉")));
        [evaluation, source, appeal].into_iter().flatten().collect()
    }
}

/// The appeal whose decision a line's reason quotes.
fn appeal_of(reason: &str) -> Option<AppealId> {
    let (word, rest) = reason.split_once(' ')?;
    rest.split_once(": ").filter(|_| word == "appeal")?.0.parse().ok()
}

/// A reason for the reader: without the number of the appeal that it quotes, which stands beside it as a link.
fn told(f: &Frame, reason: &str) -> String {
    match (f.language, appeal_of(reason).and_then(|_| reason.split_once(": "))) {
        (Language::En, Some((_, why))) => format!("{}{why}", f.t("decided on appeal: ", "申诉裁定：")),
        (language, _) => written(language, reason),
    }
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
    /// Which part of the list it was; nothing where it was the whole.
    pub(super) part: Option<String>,
    pub(super) open: bool,
    pub(super) lines: u64,
    pub(super) amount: String,
    pub(super) digest: String,
}

/// An amount without its currency.
pub fn amount(minor: i64, currency: Currency) -> String {
    Money::new(minor, currency).grouped()
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
pub fn row(f: &Frame, line: &FineLine, selected: &SelectedLines, doors: Doors) -> FineRow {
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
        reason: line.reason.as_deref().map(|reason| told(f, reason)).unwrap_or_default(),
        amount: amount(line.amount_minor, line.currency),
        original,
        sources: doors.sources(f, line, selected.sources.get(&line.id)),
    }
}

/// An export as the page shows it; `totals` know the names of the vendors and teams that it may be a part by.
pub fn export_row(f: &Frame, exported: &Exported, totals: &FineTotals, currency: Currency, zone: chrono_tz::Tz) -> ExportRow {
    ExportRow {
        part: exported.what.part.as_ref().map(|part| selected(part, totals, f.language)),
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

/// The address of the lines that are wanted of a month's list, as a file.
pub fn file(period: Period, format: &str, f: &Frame, selection: &LineSelection) -> String {
    let words = [
        ("vendor_id", selection.vendor.map(|id| id.to_string())),
        ("own_teams", selection.own_teams.then(|| "true".to_owned())),
        ("team_id", selection.team.map(|id| id.to_string())),
        ("kind", selection.kind.map(|kind| kind.to_string())),
        ("agent", selection.agent.as_deref().map(encoded)),
        ("line_id", selection.line.map(|id| id.to_string())),
    ];
    let query: String = words.into_iter().filter_map(|(name, value)| Some(format!("&{name}={}", value?))).collect();
    format!("/api/v1/fine-lists/{period}?format={format}&lang={}{query}", f.language)
}
