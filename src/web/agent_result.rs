//! One agent's month: the ratios against their thresholds, how many more errors a pass bears, what was found, and how it went before.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::charges::{ChargeView, view};
use super::figures::{percent_of, ratio};
use super::findings::{FoundView, found};
use super::page::{Frame, Visitor, render};
use super::results::{AgentLine, agent_line};
use super::scorecard_names::ScorecardNames;
use super::trouble::Trouble;
use super::words::{day, month_after};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::id::{AgentId, EvaluationId};
use crate::domain::page::PageRequest;
use crate::domain::pass_policy::Threshold;
use crate::domain::period::Period;
use crate::domain::results::report::AgentResult;
use crate::domain::results::{DaysSource, Fraction};
use crate::reports::charts::About;
use crate::reports::charts::lines::{Scale, Series, Value, lines};
use crate::usecases::evaluations::{EvaluationFilter, EvaluationSummary};
use crate::usecases::{Error, charges, evaluations, findings, organisation, results};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/results/{period}/agents/{id}", web::get().to(agent));
}

#[derive(Template)]
#[template(path = "agent_result.html")]
struct AgentPage {
    f: Frame,
    period: Period,
    before: Period,
    /// The next month, where it has begun.
    after: Option<Period>,
    own: bool,
    frozen: bool,
    line: AgentLine,
    ratios: Vec<RatioFigure>,
    days_source: &'static str,
    more_than: u32,
    may_see_evaluations: bool,
    findings: Vec<FoundView>,
    more_findings: bool,
    evaluations: Vec<EvaluationLine>,
    /// Complaints and operating breaches; nothing for who does not read them.
    charges: Option<Vec<ChargeView>>,
    trend: Option<String>,
    months: Vec<MonthLine>,
}

/// A ratio of errors per sample against its threshold.
struct RatioFigure {
    name: &'static str,
    ratio: String,
    errors: u64,
    most: String,
    bar: Bar,
}

/// A ratio as a bar with its threshold, in pixels of 160.
struct Bar {
    filled: u64,
    limit: u64,
    over: bool,
}

/// An evaluation in the agent's month.
pub(super) struct EvaluationLine {
    id: EvaluationId,
    submitted: String,
    scorecard: String,
    inspector: String,
    key_errors: i32,
    non_key_errors: i32,
    counts: bool,
    read: bool,
    comment: String,
}

struct MonthLine {
    period: Period,
    line: AgentLine,
}

fn evaluation_line(e: &EvaluationSummary, cards: &ScorecardNames, zone: chrono_tz::Tz) -> EvaluationLine {
    EvaluationLine {
        id: e.id,
        submitted: day(e.submitted_at, zone),
        scorecard: cards.version(&e.scorecard, e.scorecard_version),
        inspector: e.inspector_name.clone(),
        key_errors: e.key_errors,
        non_key_errors: e.non_key_errors,
        counts: e.counts,
        read: e.acknowledged_at.is_some(),
        comment: e.comment.clone(),
    }
}

/// The ratio in ten-thousandths, cut.
fn parts(ratio: &Fraction) -> u64 {
    let whole = u128::from(ratio.numerator) * u128::from(Threshold::SCALE) / u128::from(ratio.denominator.max(1));
    u64::try_from(whole).unwrap_or(u64::MAX)
}

/// The bar reaches twice as far as the threshold.
fn bar(ratio: Option<&Fraction>, most: Threshold) -> Bar {
    let limit = u64::from(most.ten_thousandths());
    let whole = limit.saturating_mul(2).max(1);
    let filled = ratio.map_or(0, |r| parts(r).min(whole).saturating_mul(160) / whole);
    let over = ratio.is_some_and(|r| {
        u128::from(r.numerator) * u128::from(Threshold::SCALE) > u128::from(most.ten_thousandths()) * u128::from(r.denominator)
    });
    Bar { filled, limit: 80, over }
}

fn ratios(f: &Frame, result: &AgentResult) -> Vec<RatioFigure> {
    let figure = |name, of: Option<&Fraction>, errors, most: Threshold| RatioFigure {
        name,
        ratio: ratio(of),
        errors,
        most: most.to_string(),
        bar: bar(of, most),
    };
    vec![
        figure(f.t("Key errors per sample", "关键项错误率"), result.key_ratio.as_ref(), result.key_errors, result.max_key_ratio),
        figure(
            f.t("Non-key errors per sample", "非关键项错误率"),
            result.non_key_ratio.as_ref(),
            result.non_key_errors,
            result.max_non_key_ratio,
        ),
    ]
}

/// Both ratios over the months, each in percent of its threshold, so that one line across is the limit of both.
fn chart(f: &Frame, history: &[AgentResult]) -> Option<String> {
    let value = |ratio: Option<&Fraction>, most: Threshold| {
        let at = parts(ratio?).saturating_mul(1000).checked_div(u64::from(most.ten_thousandths()))?;
        Some(Value { at, shown: percent_of(at) })
    };
    let series = [
        Series {
            name: f.t("key", "关键项").to_owned(),
            values: history.iter().map(|r| value(r.key_ratio.as_ref(), r.max_key_ratio)).collect(),
        },
        Series {
            name: f.t("non-key", "非关键项").to_owned(),
            values: history.iter().map(|r| value(r.non_key_ratio.as_ref(), r.max_non_key_ratio)).collect(),
        },
    ];
    let most = series.iter().flat_map(|one| one.values.iter().flatten().map(|v| v.at)).max()?;
    let top = most.max(1000).div_ceil(500).saturating_mul(500).saturating_add(250);
    let step = if top > 3000 { 1000 } else { 500 };
    let ticks = (0..=top / step).map(|n| Value { at: n * step, shown: format!("{} %", n * step / 10) }).collect();
    let limit = Value { at: 1000, shown: f.t("threshold: at or below it is a pass", "阈值：不超过即合格").to_owned() };
    let last = |one: &Series| one.values.iter().flatten().last().map(|v| format!("{} {}", one.name, v.shown));
    let about = About {
        id: "months",
        title: f.t("Errors per sample in percent of their thresholds", "错误率占阈值的百分比").to_owned(),
        description: series.iter().filter_map(last).collect::<Vec<_>>().join(", "),
    };
    let periods: Vec<String> = history.iter().map(|r| r.period.to_string()).collect();
    Some(lines(&about, &periods, &series, &Scale { top, ticks, limits: vec![limit] }))
}

/// How many evaluations with findings are shown at once.
const FOUND: u32 = 40;

async fn agent(app: web::Data<App>, visitor: Visitor, path: web::Path<(String, String)>) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let trouble = |e: Error| Trouble::new(f.clone(), e);
    let period: Period = visitor.place(&path.0)?;
    let id: AgentId = visitor.place(&path.1)?;
    let actor = visitor.actor();
    let report = results::agent::agent(&app, actor, period, id).await.map_err(trouble)?;
    let zone = organisation::period::zone(&app).await.map_err(trouble)?;
    let now = organisation::period::current(&app).await.map_err(trouble)?;
    let history = results::history::history(&app, actor, id, period).await.map_err(trouble)?;
    let may_see_evaluations = visitor.may(Action::EvaluationRead);
    let filter = EvaluationFilter { period: Some(period), agent: Some(id), ..EvaluationFilter::default() };
    let (listed, shown) = if may_see_evaluations {
        let all = PageRequest { limit: PageRequest::MAX, after: None };
        let some = PageRequest { limit: FOUND, after: None };
        let listed = evaluations::list::list(&app, actor, filter.clone(), all).await.map_err(trouble)?.items;
        (listed, Some(findings::list::list(&app, actor, filter, some).await.map_err(trouble)?))
    } else {
        (Vec::new(), None)
    };
    let charges = if visitor.may(Action::ComplaintRead) {
        let may_hear = visitor.may(Action::ConversationRead);
        let listed = charges::of_agent::of_agent(&app, actor, id, period).await.map_err(trouble)?;
        Some(listed.iter().map(|it| view(&f, it, may_hear)).collect())
    } else {
        None
    };
    let cards = ScorecardNames::of(&app, &visitor).await.map_err(trouble)?;
    let result = &report.result;
    let page = AgentPage {
        period,
        before: period.previous(),
        after: month_after(period, now),
        own: visitor.person.actor.agent == Some(id),
        frozen: result.frozen,
        line: agent_line(&f, result),
        ratios: ratios(&f, result),
        days_source: match result.worked_days.source {
            DaysSource::Attendance => f.t("from attendance", "来自考勤"),
            DaysSource::Conversations => f.t("days with conversations", "按有会话的天数"),
        },
        more_than: result.more_than_worked_days,
        may_see_evaluations,
        more_findings: shown.as_ref().is_some_and(|page| page.next.is_some()),
        findings: shown.iter().flat_map(|page| &page.items).map(|it| found(&f, it, &cards, zone)).collect(),
        evaluations: listed.iter().map(|e| evaluation_line(e, &cards, zone)).collect(),
        charges,
        trend: chart(&f, &history),
        months: history.iter().rev().map(|r| MonthLine { period: r.period, line: agent_line(&f, r) }).collect(),
        f,
    };
    render(&page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_over_only_above_its_threshold() {
        let most: Threshold = "0.1".parse().unwrap();
        let of = |k, n| bar(Fraction::of(k, n).as_ref(), most);
        assert_eq!((of(1, 10).over, of(1, 10).filled), (false, 80));
        assert_eq!((of(1, 9).over, of(5, 10).filled, of(0, 10).filled), (true, 160, 0));
        assert!(!bar(None, "0".parse().unwrap()).over);
    }
}
