//! Results: the month at a glance, one agent's month, one evaluation with its evidence.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::page::{Frame, Visitor, go, render};
use super::trouble::Trouble;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::Action;
use crate::domain::evaluation::Outcome;
use crate::domain::evidence::Evidence;
use crate::domain::id::{AgentId, EvaluationId};
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::domain::results::report::{AgentResult, UnitKind, UnitResult};
use crate::domain::results::{DaysSource, Fraction, Verdict};
use crate::domain::violation::ViolationClass;
use crate::usecases::evaluations::{EvaluationFilter, EvaluationSummary};
use crate::usecases::results::agents::AgentResultFilter;
use crate::usecases::{evaluations, organisation, results, scorecards};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/results", web::get().to(now))
        .route("/results/{period}", web::get().to(month))
        .route("/results/{period}/agents/{id}", web::get().to(agent))
        .route("/evaluations/{id}", web::get().to(evaluation));
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
    period: Period,
    before: Period,
    after: Period,
    frozen: bool,
    centre: Option<UnitLine>,
    units: Vec<(String, Vec<UnitLine>)>,
    agents: Vec<AgentLine>,
    sort: String,
}

struct UnitLine {
    name: String,
    depth: usize,
    agents: u64,
    effective: u64,
    rated: u64,
    passed: u64,
    rate: String,
    rate_per_mille: u64,
    change: String,
    evaluations: u64,
    key_errors: u64,
    non_key_errors: u64,
}

struct AgentLine {
    id: AgentId,
    employee_no: String,
    name: String,
    n: u64,
    key_errors: u64,
    non_key_errors: u64,
    key_ratio: String,
    non_key_ratio: String,
    verdict: Badge,
    worked: u32,
    effective: bool,
    at_risk: bool,
}

/// A word in a colour; the word says it all.
struct Badge {
    class: &'static str,
    text: &'static str,
}

fn verdict(f: &Frame, verdict: Verdict) -> Badge {
    match verdict {
        Verdict::Pass => Badge { class: "good", text: f.t("pass", "合格") },
        Verdict::Fail => Badge { class: "bad", text: f.t("fail", "不合格") },
        Verdict::NotSampled => Badge { class: "plain", text: f.t("not sampled", "未抽检") },
    }
}

/// A fraction as a percentage with one place, cut and not rounded, so that 99.96 % is not shown as 100.
fn percent(fraction: Option<&Fraction>) -> String {
    fraction.map_or_else(|| "–".to_owned(), |r| per_mille(r).map_or_else(|| "–".to_owned(), |p| format!("{}.{} %", p / 10, p % 10)))
}

fn per_mille(fraction: &Fraction) -> Option<u64> {
    fraction.numerator.checked_mul(1000)?.checked_div(fraction.denominator)
}

fn unit_line(unit: &UnitResult, last: &[UnitResult], all: &[UnitResult]) -> UnitLine {
    let rate = unit.pass_rate.as_ref().and_then(per_mille);
    let before = last.iter().find(|u| u.id == unit.id).and_then(|u| u.pass_rate.as_ref()).and_then(per_mille);
    let change = rate.zip(before).map(|(now, then)| {
        let (sign, by) = if now >= then { ("+", now - then) } else { ("−", then - now) };
        format!("{sign}{}.{}", by / 10, by % 10)
    });
    let mut depth = 0;
    let mut above = unit.parent_id;
    while let Some(id) = above.filter(|_| depth < 20) {
        depth += 1;
        above = all.iter().find(|u| u.id == id.0).and_then(|u| u.parent_id);
    }
    UnitLine {
        name: unit.name.clone(),
        depth,
        agents: unit.agents,
        effective: unit.effective,
        rated: unit.rated,
        passed: unit.passed,
        rate: percent(unit.pass_rate.as_ref()),
        rate_per_mille: rate.unwrap_or(0),
        change: change.unwrap_or_default(),
        evaluations: unit.evaluations,
        key_errors: unit.key_errors,
        non_key_errors: unit.non_key_errors,
    }
}

fn ratio(fraction: Option<&Fraction>) -> String {
    fraction.map_or_else(|| "–".to_owned(), |r| r.decimal.clone())
}

fn agent_line(f: &Frame, result: &AgentResult) -> AgentLine {
    AgentLine {
        id: result.agent_id,
        employee_no: result.employee_no.clone(),
        name: result.name.clone(),
        n: result.evaluations,
        key_errors: result.key_errors,
        non_key_errors: result.non_key_errors,
        key_ratio: ratio(result.key_ratio.as_ref()),
        non_key_ratio: ratio(result.non_key_ratio.as_ref()),
        verdict: verdict(f, result.verdict),
        worked: result.worked_days.days,
        effective: result.effective,
        at_risk: result.headroom.is_some_and(|h| h.key_errors == 0 || h.non_key_errors == 0),
    }
}

#[derive(Debug, Deserialize)]
struct Sorting {
    sort: Option<String>,
}

/// The order of the agents' table, chosen by the address.
fn sort_agents(agents: &mut [AgentResult], by: &str) {
    let order = |v: Verdict| match v {
        Verdict::Fail => 0,
        Verdict::Pass => 1,
        Verdict::NotSampled => 2,
    };
    let cross = |k: u64, n: u64| u128::from(k) * 1_000_000 / u128::from(n.max(1));
    match by {
        "name" => agents.sort_by(|a, b| a.name.cmp(&b.name)),
        "number" => agents.sort_by(|a, b| a.employee_no.cmp(&b.employee_no)),
        "key" => agents.sort_by_key(|a| std::cmp::Reverse(cross(a.key_errors, a.evaluations))),
        "non_key" => agents.sort_by_key(|a| std::cmp::Reverse(cross(a.non_key_errors, a.evaluations))),
        _ => agents.sort_by_key(|a| (order(a.verdict), std::cmp::Reverse(cross(a.key_errors, a.evaluations)))),
    }
}

async fn month(
    app: web::Data<App>,
    visitor: Visitor,
    path: web::Path<String>,
    query: web::Query<Sorting>,
) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let trouble = |e| Trouble::new(f.clone(), e);
    let period: Period = path.parse().map_err(|r: Refusal| Trouble::new(f.clone(), r))?;
    let actor = visitor.actor();
    let everywhere = actor.may_everywhere(Action::ResultRead).is_ok();
    let units = async |kind: UnitKind, period: Period| results::units::all(&app, actor, period, kind).await;
    let teams = units(UnitKind::Team, period).await.map_err(trouble)?;
    let teams_before = units(UnitKind::Team, period.previous()).await.map_err(trouble)?;
    let vendors = units(UnitKind::Vendor, period).await.map_err(trouble)?;
    let vendors_before = units(UnitKind::Vendor, period.previous()).await.map_err(trouble)?;
    let (centre, centre_before) = if everywhere {
        (units(UnitKind::Centre, period).await.map_err(trouble)?, units(UnitKind::Centre, period.previous()).await.map_err(trouble)?)
    } else {
        (Vec::new(), Vec::new())
    };
    let mut agents = results::agents::all(&app, actor, period, AgentResultFilter::default()).await.map_err(trouble)?;
    let sort = query.sort.clone().unwrap_or_else(|| "verdict".into());
    sort_agents(&mut agents, &sort);
    let page = MonthPage {
        period,
        before: period.previous(),
        after: period.next(),
        frozen: agents.first().is_some_and(|a| a.frozen),
        centre: centre.first().map(|u| unit_line(u, &centre_before, &[])),
        units: vec![
            (f.t("Vendors", "供应商").to_owned(), vendors.iter().map(|u| unit_line(u, &vendors_before, &[])).collect()),
            (f.t("Teams", "班组").to_owned(), teams.iter().map(|u| unit_line(u, &teams_before, &teams)).collect()),
        ],
        agents: agents.iter().map(|a| agent_line(&f, a)).collect(),
        sort,
        f,
    };
    render(&page)
}

#[derive(Template)]
#[template(path = "agent_result.html")]
struct AgentPage {
    f: Frame,
    period: Period,
    before: Period,
    after: Period,
    own: bool,
    frozen: bool,
    line: AgentLine,
    max_key: String,
    max_non_key: String,
    headroom: Option<(u64, u64)>,
    days_source: &'static str,
    more_than: u32,
    evaluations: Vec<EvaluationLine>,
}

struct EvaluationLine {
    id: EvaluationId,
    submitted: String,
    scorecard: String,
    inspector: String,
    key_errors: i32,
    non_key_errors: i32,
    counts: bool,
    comment: String,
}

fn evaluation_line(e: &EvaluationSummary) -> EvaluationLine {
    EvaluationLine {
        id: e.id,
        submitted: e.submitted_at.format("%Y-%m-%d").to_string(),
        scorecard: format!("{} v{}", e.scorecard, e.scorecard_version),
        inspector: e.inspector_name.clone(),
        key_errors: e.key_errors,
        non_key_errors: e.non_key_errors,
        counts: e.counts,
        comment: e.comment.clone(),
    }
}

async fn agent(app: web::Data<App>, visitor: Visitor, path: web::Path<(String, String)>) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let refused = |r: Refusal| Trouble::new(f.clone(), r);
    let period: Period = path.0.parse().map_err(refused)?;
    let id: AgentId = path.1.parse().map_err(refused)?;
    let actor = visitor.actor();
    let report = results::agent::agent(&app, actor, period, id).await.map_err(|e| Trouble::new(f.clone(), e))?;
    let filter = EvaluationFilter { period: Some(period), agent: Some(id), ..EvaluationFilter::default() };
    let page = PageRequest { limit: PageRequest::MAX, after: None };
    let listed = evaluations::list::list(&app, actor, filter, page).await.map_err(|e| Trouble::new(f.clone(), e))?;
    let result = &report.result;
    let page = AgentPage {
        period,
        before: period.previous(),
        after: period.next(),
        own: visitor.person.actor.agent == Some(id),
        frozen: result.frozen,
        line: agent_line(&f, result),
        max_key: result.max_key_ratio.to_string(),
        max_non_key: result.max_non_key_ratio.to_string(),
        headroom: result.headroom.map(|h| (h.key_errors, h.non_key_errors)),
        days_source: match result.worked_days.source {
            DaysSource::Attendance => f.t("from attendance", "来自考勤"),
            DaysSource::Conversations => f.t("days with conversations", "按有会话的天数"),
        },
        more_than: result.more_than_worked_days,
        evaluations: listed.items.iter().map(evaluation_line).collect(),
        f,
    };
    render(&page)
}

#[derive(Template)]
#[template(path = "evaluation.html")]
struct EvaluationPage {
    f: Frame,
    agent: String,
    agent_href: Option<String>,
    line: EvaluationLine,
    period: Period,
    conversation: String,
    failed: Vec<ItemLine>,
    others: Vec<ItemLine>,
    violations: Vec<ViolationLine>,
    revision: i32,
}

struct ItemLine {
    title: String,
    key: bool,
    outcome: Badge,
    comment: String,
    evidence: Vec<EvidenceLink>,
}

struct ViolationLine {
    class: ViolationClass,
    name: String,
    red_line: bool,
    comment: String,
    evidence: Vec<EvidenceLink>,
}

/// One click to the second of the recording.
struct EvidenceLink {
    href: String,
    text: String,
}

fn evidence_links(f: &Frame, conversation: &str, evidence: &[Evidence]) -> Vec<EvidenceLink> {
    evidence
        .iter()
        .map(|piece| match piece {
            Evidence::Lines { first, last } => EvidenceLink {
                href: format!("/conversations/{conversation}?lines={first}-{last}"),
                text: format!("{} {first}–{last}", f.t("lines", "行")),
            },
            Evidence::Span { from_ms, to_ms, .. } => EvidenceLink {
                href: format!("/conversations/{conversation}?at={}", from_ms / 1000),
                text: format!(
                    "{}–{}",
                    super::hear::clock(i64::try_from(*from_ms).unwrap_or(0)),
                    super::hear::clock(i64::try_from(*to_ms).unwrap_or(0))
                ),
            },
        })
        .collect()
}

fn outcome(f: &Frame, outcome: Outcome) -> Badge {
    match outcome {
        Outcome::Pass => Badge { class: "good", text: f.t("pass", "通过") },
        Outcome::Fail => Badge { class: "bad", text: f.t("fail", "不通过") },
        Outcome::NotApplicable => Badge { class: "plain", text: f.t("n/a", "不适用") },
    }
}

async fn evaluation(app: web::Data<App>, visitor: Visitor, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let id: EvaluationId = path.parse().map_err(|r: Refusal| Trouble::new(f.clone(), r))?;
    let actor = visitor.actor();
    let shown = evaluations::show::show(&app, actor, id).await.map_err(|e| Trouble::new(f.clone(), e))?;
    let summary = &shown.summary;
    let card = scorecards::show::show_version(&app, actor, summary.scorecard_id, summary.scorecard_version).await;
    let card = card.map_err(|e| Trouble::new(f.clone(), e))?;
    let conversation = summary.conversation_id.to_string();
    let title = |code: &str| {
        let item = card.content.items().find(|item| item.code == code);
        item.map_or_else(|| code.to_owned(), |item| f.t(&item.title_en, &item.title_zh).to_owned())
    };
    let lines = |failed: bool| -> Vec<ItemLine> {
        let wanted = shown.items.iter().filter(|i| (i.outcome == Outcome::Fail) == failed);
        wanted
            .map(|i| ItemLine {
                title: title(&i.code),
                key: i.kind == crate::domain::scorecard::ItemKind::Key,
                outcome: outcome(&f, i.outcome),
                comment: i.comment.clone(),
                evidence: evidence_links(&f, &conversation, &i.evidence),
            })
            .collect()
    };
    let violations = shown
        .violations
        .iter()
        .map(|v| ViolationLine {
            class: v.class,
            name: f.t(&v.name_en, &v.name_zh).to_owned(),
            red_line: v.red_line,
            comment: v.comment.clone(),
            evidence: evidence_links(&f, &conversation, &v.evidence),
        })
        .collect();
    let named = summary.agent_name.clone().zip(summary.employee_no.clone());
    let page = EvaluationPage {
        agent: named.map_or_else(|| f.t("Agent hidden", "客服信息已隐藏").to_owned(), |(name, number)| format!("{name} {number}")),
        agent_href: summary.agent_id.filter(|_| visitor.may(Action::ResultRead)).map(|a| format!("/results/{}/agents/{a}", summary.period)),
        line: evaluation_line(summary),
        period: summary.period,
        failed: lines(true),
        others: lines(false),
        violations,
        revision: summary.revision,
        conversation,
        f,
    };
    render(&page)
}
