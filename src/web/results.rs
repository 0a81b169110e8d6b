//! The month at a glance: pass rate against the target and the month before, who is at risk, where the errors come from.

pub mod charts;
pub mod units;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use self::charts::{HeatChart, ParetoChart, TrendChart};
use self::units::{UnitLine, unit_line};
use super::address::Address;
use super::figures::{percent_of, ratio};
use super::page::{Frame, Visitor, go, render};
use super::trouble::Trouble;
use super::words::{Badge, month_after};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::Action;
use crate::domain::id::{AgentId, TeamId};
use crate::domain::page::PageRequest;
use crate::domain::pass_policy::Threshold;
use crate::domain::period::Period;
use crate::domain::results::Verdict;
use crate::domain::results::report::{AgentResult, UnitKind, UnitResult};
use crate::usecases::results::agents::AgentResultFilter;
use crate::usecases::{Error, organisation, pass_policies, results};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/results", web::get().to(now)).route("/results/{period}", web::get().to(month));
}

/// The current month; agents go straight to their own.
async fn now(app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, Trouble> {
    let period = organisation::period::current(&app).await.map_err(|e| Trouble::new(visitor.frame.clone(), e))?;
    let reach = visitor.actor().reach(Action::ResultRead).map_err(|r| Trouble::new(visitor.frame.clone(), r))?;
    let narrow = !reach.all && reach.vendors.is_empty() && reach.teams.is_empty();
    Ok(go(&match reach.agent.filter(|_| narrow) {
        Some(own) => format!("/results/{period}/agents/{own}"),
        None => format!("/results/{period}"),
    }))
}

#[derive(Template)]
#[template(path = "results.html")]
struct MonthPage {
    f: Frame,
    at: Address,
    period: Period,
    before: Period,
    /// The next month, where it has begun.
    after: Option<Period>,
    /// How far the month is, where it is not closed.
    stage: Badge,
    frozen: bool,
    target: Option<String>,
    headline: Option<UnitLine>,
    units: Vec<(String, bool, Vec<UnitLine>)>,
    teams: Vec<(String, String)>,
    at_risk: Vec<AgentLine>,
    failing: usize,
    on_the_edge: usize,
    trend: Option<TrendChart>,
    causes: Option<ParetoChart>,
    heat: Option<HeatChart>,
    agents: Vec<AgentLine>,
    /// Whether the numbers lead to the findings behind them.
    sees: bool,
    found: usize,
    sort: String,
    page: usize,
    pages: usize,
}

/// An agent in the month.
pub(super) struct AgentLine {
    pub(super) id: AgentId,
    pub(super) employee_no: String,
    pub(super) name: String,
    pub(super) n: u64,
    pub(super) key_errors: u64,
    pub(super) non_key_errors: u64,
    pub(super) key_ratio: String,
    pub(super) non_key_ratio: String,
    pub(super) verdict: Badge,
    pub(super) worked: u32,
    pub(super) effective: bool,
    /// How many more key and non-key errors the pass bears.
    pub(super) bears: Option<(u64, u64)>,
}

impl AgentLine {
    /// Whether one more error of a kind that was made already costs the pass. Who made none is not on the edge, however few the samples.
    pub(super) fn on_the_edge(&self) -> bool {
        self.bears.is_some_and(|(key, non_key)| (key == 0 && self.key_errors > 0) || (non_key == 0 && self.non_key_errors > 0))
    }
}

pub(super) fn agent_line(f: &Frame, result: &AgentResult) -> AgentLine {
    AgentLine {
        id: result.agent_id,
        employee_no: result.employee_no.clone(),
        name: result.name.clone(),
        n: result.evaluations,
        key_errors: result.key_errors,
        non_key_errors: result.non_key_errors,
        key_ratio: ratio(result.key_ratio.as_ref()),
        non_key_ratio: ratio(result.non_key_ratio.as_ref()),
        verdict: f.verdict(result.verdict),
        worked: result.worked_days.days,
        effective: result.effective,
        bears: result.headroom.map(|h| (h.key_errors, h.non_key_errors)),
    }
}

/// The share of errors to sort by, in millionths.
fn share(errors: u64, evaluations: u64) -> u128 {
    u128::from(errors) * 1_000_000 / u128::from(evaluations.max(1))
}

/// The order of the agents' table, chosen by the address.
fn sort_agents(agents: &mut [AgentResult], by: &str) {
    let order = |v: Verdict| match v {
        Verdict::Fail => 0,
        Verdict::Pass => 1,
        Verdict::NotSampled => 2,
    };
    match by {
        "name" => agents.sort_by(|a, b| a.name.cmp(&b.name)),
        "number" => agents.sort_by(|a, b| a.employee_no.cmp(&b.employee_no)),
        "n" => agents.sort_by_key(|a| std::cmp::Reverse(a.evaluations)),
        "key" => agents.sort_by_key(|a| std::cmp::Reverse(share(a.key_errors, a.evaluations))),
        "non_key" => agents.sort_by_key(|a| std::cmp::Reverse(share(a.non_key_errors, a.evaluations))),
        "days" => agents.sort_by_key(|a| a.worked_days.days),
        _ => agents.sort_by_key(|a| (order(a.verdict), std::cmp::Reverse(share(a.key_errors, a.evaluations)))),
    }
}

/// Who fails, and then whose pass bears no more of what was made already; the furthest from passing first.
fn at_risk<'a>(f: &Frame, agents: &'a [AgentResult]) -> Vec<&'a AgentResult> {
    let mut found: Vec<&AgentResult> = agents.iter().filter(|a| a.verdict == Verdict::Fail || agent_line(f, a).on_the_edge()).collect();
    found.sort_by_key(|a| {
        let worst = share(a.key_errors, a.evaluations).saturating_mul(6).max(share(a.non_key_errors, a.evaluations));
        (a.verdict != Verdict::Fail, std::cmp::Reverse(worst))
    });
    found
}

/// What the month is about for this reader: the chosen team, the centre, or the one thing on top of what is within reach.
fn headline<'a>(
    chosen: Option<TeamId>,
    centre: &'a [UnitResult],
    vendors: &'a [UnitResult],
    teams: &'a [UnitResult],
) -> Option<&'a UnitResult> {
    if let Some(team) = chosen {
        return teams.iter().find(|u| u.id == team.0);
    }
    let mut tops = teams.iter().filter(|t| t.parent_id.is_none_or(|above| !teams.iter().any(|u| u.id == above.0)));
    match (centre.first(), vendors, tops.next(), tops.next()) {
        (Some(centre), ..) => Some(centre),
        (None, [vendor], ..) => Some(vendor),
        (None, [], Some(team), None) => Some(team),
        _ => None,
    }
}

/// The teams with their depth as text for a choice.
fn choices(teams: &[UnitLine]) -> Vec<(String, String)> {
    teams.iter().map(|t| (t.id.to_string(), format!("{}{}", "\u{a0}\u{a0}".repeat(t.depth), t.name))).collect()
}

const RISKS: usize = 8;
const AT_A_TIME: usize = 100;

async fn month(app: web::Data<App>, visitor: Visitor, request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let trouble = |e: Error| Trouble::new(f.clone(), e);
    let refused = |r: Refusal| Trouble::new(f.clone(), r);
    let period: Period = visitor.place(&path)?;
    let at = Address::of(&request);
    let team: Option<TeamId> = at.wanted("team").map_err(refused)?;
    let wanted: Option<Verdict> = at.wanted("verdict").map_err(refused)?;
    let actor = visitor.actor();
    let units = async |kind: UnitKind, period: Period| results::units::all(&app, actor, period, kind).await;
    let teams = units(UnitKind::Team, period).await.map_err(trouble)?;
    let teams_before = units(UnitKind::Team, period.previous()).await.map_err(trouble)?;
    let vendors = units(UnitKind::Vendor, period).await.map_err(trouble)?;
    let vendors_before = units(UnitKind::Vendor, period.previous()).await.map_err(trouble)?;
    let (centre, centre_before) = if actor.may_everywhere(Action::ResultRead).is_ok() {
        (units(UnitKind::Centre, period).await.map_err(trouble)?, units(UnitKind::Centre, period.previous()).await.map_err(trouble)?)
    } else {
        (Vec::new(), Vec::new())
    };
    let target = target(&app, &visitor, period).await?;
    let everybody = AgentResultFilter { team, ..AgentResultFilter::default() };
    let mut agents = results::agents::all(&app, actor, period, everybody).await.map_err(trouble)?;
    let trend = results::trend::trend(&app, actor, period).await.map_err(trouble)?;
    let sources = match visitor.may(Action::EvaluationRead) {
        true => Some(results::sources::sources(&app, actor, period, team).await.map_err(trouble)?),
        false => None,
    };
    let line = |unit: &UnitResult, last: &[UnitResult], all: &[UnitResult]| unit_line(unit, last, all, target);
    let team_lines: Vec<UnitLine> = teams.iter().map(|u| line(u, &teams_before, &teams)).collect();
    let before: Vec<UnitResult> = centre_before.iter().chain(&vendors_before).chain(&teams_before).cloned().collect();
    let heat = sources.as_ref().map(|s| charts::heat(&f, s, &agents, period)).filter(|chart| !chart.rows.is_empty());
    let risky = at_risk(&f, &agents);
    let failing = risky.iter().filter(|a| a.verdict == Verdict::Fail).count();
    let on_the_edge = risky.len().saturating_sub(failing);
    let risky: Vec<AgentLine> = risky.into_iter().take(RISKS).map(|a| agent_line(&f, a)).collect();
    let now = organisation::period::current(&app).await.map_err(trouble)?;
    let frozen = agents.first().is_some_and(|a| a.frozen);
    let named = at.get("name").trim().to_lowercase();
    agents.retain(|a| {
        wanted.is_none_or(|v| a.verdict == v) && (a.name.to_lowercase().contains(&named) || a.employee_no.to_lowercase().contains(&named))
    });
    let sort = if at.is("sort", "") { "verdict".to_owned() } else { at.get("sort").to_owned() };
    sort_agents(&mut agents, &sort);
    let pages = agents.len().div_ceil(AT_A_TIME).max(1);
    let page = at.get("page").parse::<usize>().unwrap_or(1).clamp(1, pages);
    let page = MonthPage {
        period,
        before: period.previous(),
        after: month_after(period, now),
        stage: f.open_month(period, now),
        frozen,
        target: target.map(|t| percent_of(u64::from(t.ten_thousandths() / 10))),
        headline: headline(team, &centre, &vendors, &teams).map(|u| line(u, &before, &[])),
        teams: choices(&team_lines),
        units: vec![
            (f.t("Vendors", "供应商").to_owned(), false, vendors.iter().map(|u| line(u, &vendors_before, &[])).collect()),
            (f.t("Teams", "班组").to_owned(), true, team_lines),
        ],
        at_risk: risky,
        failing,
        on_the_edge,
        trend: (!trend.units.is_empty()).then(|| charts::trend(&f, &trend, target)),
        causes: sources.as_ref().map(|s| charts::causes(&f, s, period, team)).filter(|chart| !chart.rows.is_empty()),
        heat,
        sees: sources.is_some(),
        found: agents.len(),
        agents: agents.iter().skip((page - 1) * AT_A_TIME).take(AT_A_TIME).map(|a| agent_line(&f, a)).collect(),
        sort,
        page,
        pages,
        at,
        f,
    };
    render(&page)
}

/// The pass rate that the centre has set itself for a period.
async fn target(app: &App, visitor: &Visitor, period: Period) -> Result<Option<Threshold>, Trouble> {
    let one = PageRequest { limit: 1, after: None };
    match pass_policies::list::list(app, visitor.actor(), Some(period), one).await {
        Ok(found) => Ok(found.items.first().and_then(|version| version.target_pass_rate)),
        Err(Error::Refused(refusal)) if refusal.code == "no_pass_policy" => Ok(None),
        Err(error) => Err(Trouble::new(visitor.frame.clone(), error)),
    }
}
