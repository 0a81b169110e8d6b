//! The fine list as files: CSV, XLSX with a summary and a lines sheet, and the canonical form that the digest is taken over.

use std::io::Write;

mod part;

pub use part::{part_of, part_of_name, selected};

use super::ReportError;
use super::cell::Cell;
use super::csv::CsvFile;
use super::xlsx::XlsxFile;
use crate::domain::Refusal;
use crate::domain::fine_list::{CanonicalHead, FineLine, FineListHead, GroupTotal, ListStatus, canonical};
use crate::domain::language::Language;
use crate::domain::ledger::EntryKind;
use crate::domain::money::Money;
use crate::domain::reward::RewardKind;

/// A column of the lines: its heading in Chinese and English, its width in a sheet, and what stands in it.
struct Column {
    zh: &'static str,
    en: &'static str,
    width: u16,
    cell: fn(&FineLine, Language) -> Cell,
}

const COLUMNS: &[Column] = &[
    Column { zh: "明细编号", en: "Line", width: 38, cell: |line, _| Cell::text(line.id) },
    Column { zh: "考核周期", en: "Period", width: 10, cell: |line, _| Cell::text(line.period) },
    Column { zh: "工号", en: "Employee no.", width: 14, cell: |line, _| Cell::text(line.employee_no.as_str()) },
    Column { zh: "姓名", en: "Agent", width: 16, cell: |line, _| Cell::text(line.agent_name.as_str()) },
    Column { zh: "供应商编码", en: "Vendor code", width: 14, cell: |line, _| Cell::maybe(line.vendor_code.as_deref()) },
    Column { zh: "供应商", en: "Vendor", width: 18, cell: |line, _| Cell::maybe(line.vendor_name.as_deref()) },
    Column { zh: "班组编码", en: "Team code", width: 14, cell: |line, _| Cell::maybe(line.team_code.as_deref()) },
    Column { zh: "班组", en: "Team", width: 18, cell: |line, _| Cell::maybe(line.team_name.as_deref()) },
    Column { zh: "类别", en: "Kind", width: 16, cell: |line, lang| Cell::text(kind_label(line.kind, lang)) },
    Column { zh: "违规编码", en: "Violation type", width: 22, cell: |line, _| Cell::maybe(line.violation_type.as_deref()) },
    Column {
        zh: "违规项", en: "Violation", width: 26, cell: |line, lang| named(lang, &line.violation_type_zh, &line.violation_type_en)
    },
    Column { zh: "违规等级", en: "Class", width: 9, cell: |line, _| Cell::maybe(line.class) },
    Column { zh: "次数", en: "Occurrences", width: 11, cell: |line, _| Cell::whole(line.occurrences) },
    Column {
        zh: "奖励类别", en: "Reward", width: 14, cell: |line, lang| Cell::maybe(line.reward.map(|kind| reward_label(kind, lang)))
    },
    Column { zh: "金额", en: "Amount", width: 14, cell: |line, _| Cell::Amount(line.money()) },
    Column { zh: "币种", en: "Currency", width: 9, cell: |line, _| Cell::text(line.currency) },
    Column { zh: "政策版本", en: "Policy version", width: 13, cell: |line, _| Cell::whole(line.policy_version) },
    Column { zh: "证据", en: "Evidence", width: 40, cell: |line, _| Cell::maybe(line.evidence.as_deref()) },
    Column { zh: "发生周期", en: "Origin period", width: 13, cell: |line, _| Cell::text(line.origin_period) },
    Column { zh: "原明细编号", en: "Original line", width: 38, cell: |line, _| Cell::maybe(line.original_id) },
    Column { zh: "记账日期", en: "Posted on", width: 12, cell: |line, _| Cell::Day(line.posted_on) },
    Column { zh: "原因", en: "Reason", width: 40, cell: |line, _| Cell::maybe(line.reason.as_deref()) },
];

/// Writes the list as CSV: a heading, one row per line marked `line` (明细) in the first column, and a last row marked `total` (合计)
/// with the sum, the number of lines and, of a closed list, the digest. The last row of a part is marked `total of a part` (部分合计), and says
/// under the reason which part it is.
///
/// # Errors
/// What the source of the lines says, or [`ReportError`].
pub fn write_csv<W: Write, E: From<ReportError>>(
    out: W,
    head: &FineListHead,
    lines: impl IntoIterator<Item = Result<FineLine, E>>,
    lang: Language,
) -> Result<W, E> {
    let mut file = CsvFile::begin(out)?;
    let label = |zh: &str, en: &str| Cell::text(pick(lang, zh, en));
    let mut row = vec![label("行类型", "Record")];
    row.extend(COLUMNS.iter().map(|column| label(column.zh, column.en)));
    row.extend([label("行数", "Lines"), label("清单摘要", "List digest")]);
    file.row(&row)?;
    for line in lines {
        let line = line?;
        row.clear();
        row.push(label("明细", "line"));
        row.extend(COLUMNS.iter().map(|column| (column.cell)(&line, lang)));
        row.extend([Cell::Empty, Cell::Empty]);
        file.row(&row)?;
    }
    row.clear();
    row.push(if head.part.is_some() { label("部分合计", "total of a part") } else { label("合计", "total") });
    row.extend(COLUMNS.iter().map(|column| match column.en {
        "Reason" => Cell::maybe(head.part.as_ref().map(|part| part_of(part, head, lang))),
        "Period" => Cell::text(head.period),
        "Amount" => Cell::Amount(Money::new(head.totals.amount_minor, head.currency)),
        "Currency" => Cell::text(head.currency),
        _ => Cell::Empty,
    }));
    row.extend([Cell::text(head.totals.lines), Cell::maybe(head.digest.as_deref())]);
    file.row(&row)?;
    Ok(file.finish()?)
}

/// Writes lines alone as CSV, with the same columns: an export of the ledger.
///
/// # Errors
/// What the source of the lines says, or [`ReportError`].
pub fn write_lines_csv<W: Write, E: From<ReportError>>(
    out: W,
    lines: impl IntoIterator<Item = Result<FineLine, E>>,
    lang: Language,
) -> Result<W, E> {
    let mut file = CsvFile::begin(out)?;
    file.row(&COLUMNS.iter().map(|column| Cell::text(pick(lang, column.zh, column.en))).collect::<Vec<_>>())?;
    for line in lines {
        let line = line?;
        file.row(&COLUMNS.iter().map(|column| (column.cell)(&line, lang)).collect::<Vec<_>>())?;
    }
    Ok(file.finish()?)
}

/// Writes the list as a workbook with a summary sheet and a lines sheet.
///
/// # Errors
/// What the source of the lines says, or [`ReportError`].
pub fn write_xlsx<E: From<ReportError>>(
    out: impl Write + Send,
    head: &FineListHead,
    lines: impl IntoIterator<Item = Result<FineLine, E>>,
    lang: Language,
) -> Result<(), E> {
    let name = match head.part {
        None => pick(lang, "罚款清单", "Fine list"),
        Some(_) => pick(lang, "罚款清单（部分）", "Part of the fine list"),
    };
    let title = format!("{name} {}", head.period);
    let mut file = XlsxFile::begin(&title, head.period.first_day(), head.currency)?;
    summary(&mut file, &title, head, lang)?;
    let widths: Vec<u16> = COLUMNS.iter().map(|column| column.width).collect();
    let mut sheet = file.sheet(pick(lang, "明细", "Lines"), &widths)?;
    sheet.heading(&COLUMNS.iter().map(|column| pick(lang, column.zh, column.en)).collect::<Vec<_>>())?;
    for line in lines {
        let line = line?;
        sheet.row(&COLUMNS.iter().map(|column| (column.cell)(&line, lang)).collect::<Vec<_>>())?;
    }
    Ok(file.finish(out)?)
}

/// Writes the canonical form, whose SHA-256 is the digest of a closed list; the head of a part says that it is one. Lines come in ascending order of their ids.
///
/// # Errors
/// What the source of the lines says, [`ReportError`], or a refusal where a line has no canonical form.
pub fn write_canonical<E: From<ReportError> + From<Refusal>>(
    mut out: impl Write,
    head: &FineListHead,
    lines: impl IntoIterator<Item = Result<FineLine, E>>,
) -> Result<(), E> {
    out.write_all(&canonical(&CanonicalHead::of(head))?).map_err(ReportError::Io)?;
    for line in lines {
        out.write_all(&canonical(&line?)?).map_err(ReportError::Io)?;
    }
    Ok(())
}

fn summary(file: &mut XlsxFile, title: &str, head: &FineListHead, lang: Language) -> Result<(), ReportError> {
    let mut sheet = file.sheet(pick(lang, "汇总", "Summary"), &[22, 30, 10, 16])?;
    let label = |zh: &str, en: &str| Cell::text(pick(lang, zh, en));
    let total = Cell::Amount(Money::new(head.totals.amount_minor, head.currency));
    let status = match head.status {
        ListStatus::Open => label("未关账，可能变动", "open, may still change"),
        ListStatus::Closed => label("已关账", "closed"),
    };
    sheet.heading(&[title])?;
    sheet.row(&[label("考核周期", "Period"), Cell::text(head.period)])?;
    sheet.row(&[label("状态", "Status"), status])?;
    sheet.row(&[label("关账时间", "Closed at"), Cell::maybe(head.closed_at.map(|at| at.to_rfc3339()))])?;
    sheet.row(&[label("币种", "Currency"), Cell::text(head.currency)])?;
    sheet.row(&[label("行数", "Lines"), whole(head.totals.lines)])?;
    sheet.row(&[label("合计", "Total"), total])?;
    match &head.part {
        None => sheet.row(&[label("清单摘要", "List digest"), Cell::maybe(head.digest.as_deref())])?,
        Some(part) => sheet.row(&[label("部分", "Part"), Cell::text(part_of(part, head, lang))])?,
    }
    let groups = [
        ("类别", "Kind", &head.totals.kinds),
        ("供应商", "Vendor", &head.totals.vendors),
        ("班组", "Team", &head.totals.teams),
        ("客服", "Agent", &head.totals.agents),
    ];
    for (zh, en, totals) in groups {
        sheet.row(&[])?;
        sheet.heading(&[pick(lang, zh, en), pick(lang, "名称", "Name"), pick(lang, "行数", "Lines"), pick(lang, "金额", "Amount")])?;
        for group in totals {
            let amount = Cell::Amount(Money::new(group.amount_minor, head.currency));
            sheet.row(&[Cell::maybe(group.code.as_deref()), group_name(group, lang), whole(group.lines), amount])?;
        }
    }
    Ok(())
}

fn group_name(group: &GroupTotal, lang: Language) -> Cell {
    match group.code.as_deref().map(str::parse::<EntryKind>) {
        Some(Ok(kind)) if group.id.is_none() => Cell::text(kind_label(kind, lang)),
        _ => Cell::maybe(group.name.as_deref()),
    }
}

fn whole(count: u64) -> Cell {
    i64::try_from(count).map_or(Cell::Empty, Cell::Whole)
}

fn named(lang: Language, zh: &Option<String>, en: &Option<String>) -> Cell {
    Cell::maybe(match lang {
        Language::Zh => zh.as_deref(),
        Language::En => en.as_deref(),
    })
}

fn pick<'a>(lang: Language, zh: &'a str, en: &'a str) -> &'a str {
    match lang {
        Language::Zh => zh,
        Language::En => en,
    }
}

/// What people call a kind of line.
pub fn kind_label(kind: EntryKind, lang: Language) -> &'static str {
    let (zh, en) = match kind {
        EntryKind::Fine => ("罚款", "fine"),
        EntryKind::Reversal => ("冲销", "reversal"),
        EntryKind::Adjustment => ("调整", "adjustment"),
        EntryKind::Complaint => ("投诉罚款", "complaint"),
        EntryKind::OperatingBreach => ("违规操作", "operating breach"),
        EntryKind::Reward => ("奖励", "reward"),
        EntryKind::Manual => ("手工调整", "manual adjustment"),
        EntryKind::CapExcess => ("超出上限", "above the cap"),
        EntryKind::CarriedOver => ("上期结转", "carried over"),
    };
    pick(lang, zh, en)
}

/// What people call a kind of reward.
pub fn reward_label(kind: RewardKind, lang: Language) -> &'static str {
    let (zh, en) = match kind {
        RewardKind::Commendation => ("表扬", "commendation"),
        RewardKind::Merit => ("记功", "merit"),
        RewardKind::Certificate => ("证书", "certificate"),
        RewardKind::Bonus => ("奖金", "bonus"),
        RewardKind::Improvement => ("改善提案奖", "improvement prize"),
    };
    pick(lang, zh, en)
}

#[cfg(test)]
mod tests;
