//! The charts of the month, each with the table behind it.

use crate::domain::id::{AgentId, TeamId};
use crate::domain::pass_policy::Threshold;
use crate::domain::period::Period;
use crate::domain::results::report::{AgentResult, UnitKind};
use crate::domain::scorecard::ItemKind;
use crate::domain::violation::{ErrorKind, ViolationClass};
use crate::reports::charts::About;
use crate::reports::charts::heat_map::{HeatRow, heat_map};
use crate::reports::charts::lines::{Scale, Series, Value, lines};
use crate::reports::charts::pareto::{Cause, ParetoWords, pareto};
use crate::usecases::results::sources::Sources;
use crate::usecases::results::trend::Trend;
use crate::web::figures::{per_mille, percent, percent_of};
use crate::web::page::Frame;
use crate::web::trouble::encoded;

/// How many violation types have a bar of their own.
const BARS: usize = 12;
/// How many agents and items the heat map shows.
const ROWS: usize = 20;
const COLUMNS: usize = 14;

/// The trend of the pass rate.
pub struct TrendChart {
    pub(super) svg: String,
    pub(super) units: Vec<String>,
    pub(super) rows: Vec<(Period, Vec<String>)>,
}

/// The pass rates over the periods, against the target.
pub fn trend(f: &Frame, trend: &Trend, target: Option<Threshold>) -> TrendChart {
    let name = |kind: UnitKind, name: &str| match kind {
        UnitKind::Centre => f.t("Centre", "全中心").to_owned(),
        UnitKind::Vendor | UnitKind::Team => name.to_owned(),
    };
    let value = |at: u64| Value { at, shown: percent_of(at) };
    let series: Vec<Series> = trend
        .units
        .iter()
        .map(|unit| Series {
            name: name(unit.kind, &unit.name),
            values: unit.results.iter().map(|r| r.as_ref().and_then(|r| r.pass_rate.as_ref()).and_then(per_mille).map(value)).collect(),
        })
        .collect();
    let limit = |target: Threshold| {
        let at = u64::from(target.ten_thousandths() / 10);
        Value { at, shown: format!("{} {}", f.t("target", "目标"), percent_of(at)) }
    };
    let tick = |percent: u64| Value { at: percent * 10, shown: format!("{percent} %") };
    let scale = Scale { top: 1000, ticks: [0, 25, 50, 75, 100].map(tick).to_vec(), limits: target.map(limit).into_iter().collect() };
    let last = |one: &Series| one.values.iter().flatten().last().map(|v| format!("{} {}", one.name, v.shown));
    let about = About {
        id: "trend",
        title: f.t("Pass rate over the periods", "合格率趋势").to_owned(),
        description: series.iter().filter_map(last).collect::<Vec<_>>().join(", "),
    };
    let periods: Vec<String> = trend.periods.iter().map(Period::to_string).collect();
    let cell =
        |n: usize| trend.units.iter().map(move |u| percent(u.results.get(n).and_then(Option::as_ref).and_then(|r| r.pass_rate.as_ref())));
    TrendChart {
        svg: lines(&about, &periods, &series, &scale),
        units: series.iter().map(|one| one.name.clone()).collect(),
        rows: trend.periods.iter().enumerate().rev().map(|(n, period)| (*period, cell(n).collect())).collect(),
    }
}

/// The Pareto of the violation types.
pub struct ParetoChart {
    pub(super) svg: String,
    pub(super) rows: Vec<TypeRow>,
}

/// A row of the table behind it.
pub struct TypeRow {
    pub(super) class: ViolationClass,
    pub(super) name: String,
    pub(super) red_line: bool,
    pub(super) violations: u64,
    pub(super) share: String,
    pub(super) agents: u64,
    pub(super) href: String,
}

/// Where findings of a month are listed.
fn listed(period: Period, team: Option<TeamId>, rest: &str) -> String {
    let team = team.map(|team| format!("&team={team}")).unwrap_or_default();
    format!("/results/{period}/findings?{rest}{team}")
}

/// The violations by type.
pub fn causes(f: &Frame, sources: &Sources, period: Period, team: Option<TeamId>) -> ParetoChart {
    let total: u64 = sources.types.iter().map(|t| t.violations).sum();
    let rows: Vec<TypeRow> = sources
        .types
        .iter()
        .map(|t| TypeRow {
            class: t.class,
            name: f.t(&t.name_en, &t.name_zh).to_owned(),
            red_line: t.red_line,
            violations: t.violations,
            share: percent_of((t.violations * 1000).checked_div(total).unwrap_or(0)),
            agents: t.agents,
            href: listed(period, team, &format!("type={}", encoded(&t.code))),
        })
        .collect();
    let mut bars: Vec<Cause> = sources
        .types
        .iter()
        .zip(&rows)
        .take(BARS)
        .map(|(t, row)| Cause {
            label: format!("{} {}", t.class, row.name),
            kind: t.kind,
            count: t.violations,
            href: Some(row.href.clone()),
        })
        .collect();
    let rest: u64 = sources.types.iter().skip(BARS).map(|t| t.violations).sum();
    if rest > 0 {
        bars.push(Cause { label: f.t("all others", "其他").to_owned(), kind: ErrorKind::None, count: rest, href: None });
    }
    let words = ParetoWords {
        key: f.t("key errors", "关键项错误").to_owned(),
        non_key: f.t("non-key errors", "非关键项错误").to_owned(),
        none: f.t("others", "其他").to_owned(),
        running: f.t("running share", "累计占比").to_owned(),
    };
    let about = About {
        id: "pareto",
        title: f.t("Violations by type", "违规类型分布").to_owned(),
        description: bars.iter().take(3).map(|b| format!("{}: {}", b.label, b.count)).collect::<Vec<_>>().join(", "),
    };
    ParetoChart { svg: pareto(&about, &words, &bars), rows }
}

/// The heat map of agents by scorecard item.
pub struct HeatChart {
    pub(super) svg: String,
    pub(super) items: Vec<(String, bool)>,
    pub(super) rows: Vec<AgentRow>,
    pub(super) agents_left_out: usize,
    pub(super) items_left_out: usize,
}

/// A row of the table behind it.
pub struct AgentRow {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) cells: Vec<Option<(u64, String)>>,
    pub(super) total: u64,
}

/// Which agents fail which items: those with the most failures.
pub fn heat(f: &Frame, sources: &Sources, agents: &[AgentResult], period: Period) -> HeatChart {
    let columns: Vec<_> = sources.items.iter().take(COLUMNS).collect();
    let total = |id: &AgentId| sources.items.iter().filter_map(|item| item.failed.get(id)).sum::<u64>();
    let mut worst: Vec<(&AgentResult, u64)> = agents.iter().map(|a| (a, total(&a.agent_id))).filter(|(_, total)| *total > 0).collect();
    worst.sort_by_key(|(agent, total)| (std::cmp::Reverse(*total), agent.employee_no.clone()));
    let agents_left_out = worst.len().saturating_sub(ROWS);
    worst.truncate(ROWS);
    let rows: Vec<AgentRow> = worst
        .iter()
        .map(|(agent, total)| {
            let cell = |item: &&crate::usecases::results::sources::ItemSource| {
                let count = item.failed.get(&agent.agent_id).copied().filter(|count| *count > 0)?;
                Some((count, listed(period, None, &format!("agent={}&item={}", agent.agent_id, encoded(&item.code)))))
            };
            AgentRow {
                name: format!("{} {}", agent.name, agent.employee_no),
                href: format!("/results/{period}/agents/{}", agent.agent_id),
                cells: columns.iter().map(cell).collect(),
                total: *total,
            }
        })
        .collect();
    let items: Vec<(String, bool)> =
        columns.iter().map(|item| (f.t(&item.title_en, &item.title_zh).to_owned(), item.kind == ItemKind::Key)).collect();
    let heads: Vec<String> = items.iter().map(|(title, key)| if *key { format!("● {title}") } else { title.clone() }).collect();
    let drawn: Vec<HeatRow> = rows
        .iter()
        .map(|row| HeatRow {
            label: row.name.clone(),
            href: Some(row.href.clone()),
            cells: row.cells.iter().map(|cell| cell.clone().map_or((0, None), |(count, href)| (count, Some(href)))).collect(),
        })
        .collect();
    let about = About {
        id: "heat",
        title: f.t("Failed items by agent", "客服与不通过项").to_owned(),
        description: rows.iter().take(3).map(|row| format!("{}: {}", row.name, row.total)).collect::<Vec<_>>().join(", "),
    };
    HeatChart {
        svg: heat_map(&about, &heads, &drawn),
        items,
        rows,
        agents_left_out,
        items_left_out: sources.items.len().saturating_sub(COLUMNS),
    }
}
