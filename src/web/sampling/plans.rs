//! Sampling plans: the list, and one with what it has drawn.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::WHOLE;
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::id::SamplingPlanId;
use crate::domain::page::PageRequest;
use crate::domain::sampling::sample::PlanState;
use crate::domain::sampling::stratum::StratifyBy;
use crate::usecases::draws::list::DrawFilter;
use crate::usecases::sampling_plans::{self, Plan};
use crate::usecases::{draws, organisation, scorecards, teams, users};
use crate::web::address::{Address, sort_rows};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::trouble::Trouble;
use crate::web::words::{Badge, moment};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/sampling/plans", web::get().to(list))
        .route("/sampling/plans/{id}", web::get().to(show))
        .route("/sampling/plans/{id}/state", web::post().to(set_state))
        .route("/sampling/plans/{id}/delete", web::post().to(delete));
}

#[derive(Template)]
#[template(path = "sampling/plans.html")]
struct PlansPage {
    f: Frame,
    at: Address,
    filter: Typed,
    states: Vec<Choice>,
    may_write: bool,
    plans: Vec<PlanLine>,
}

struct PlanLine {
    id: SamplingPlanId,
    name: String,
    state: Badge,
    quota: String,
    schedule: String,
    inspectors: usize,
    due_days: u32,
}

pub(super) fn state(f: &Frame, state: PlanState) -> Badge {
    match state {
        PlanState::Active => f.badge("good", "active", "启用"),
        PlanState::Paused => f.badge("plain", "archived", "已归档"),
    }
}

fn line(f: &Frame, plan: &Plan) -> PlanLine {
    PlanLine {
        id: plan.id,
        name: plan.name.clone(),
        state: state(f, plan.state),
        quota: f.quota(&plan.content.quota),
        schedule: f.schedule(plan.content.schedule.as_ref()),
        inspectors: plan.content.inspectors.len(),
        due_days: plan.content.due_days,
    }
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let listed = sampling_plans::list::list(&app, visitor.actor(), at.read("state"), WHOLE).await.or_trouble(&visitor)?;
    let mut plans: Vec<PlanLine> = listed.items.iter().map(|plan| line(&f, plan)).collect();
    match at.order("name") {
        ("inspectors", down) => sort_rows(&mut plans, down, |plan| plan.inspectors),
        ("due", down) => sort_rows(&mut plans, down, |plan| plan.due_days),
        (_, down) => sort_rows(&mut plans, down, |plan| plan.name.clone()),
    }
    let states = PlanState::ALL.iter().map(|one| Choice::new(one, state(&f, *one).text)).collect();
    let may_write = visitor.actor().may_everywhere(Action::SamplingWrite).is_ok();
    render(&PlansPage { filter: at.typed(), at, states, may_write, plans, f })
}

#[derive(Template)]
#[template(path = "sampling/plan.html")]
struct PlanPage {
    f: Frame,
    form: Typed,
    may_write: bool,
    active: bool,
    id: SamplingPlanId,
    version: i32,
    name: String,
    state: Badge,
    facts: Vec<(&'static str, String)>,
    inspectors: Vec<(String, u32)>,
    draws: Vec<DrawLine>,
}

struct DrawLine {
    id: String,
    period: String,
    kind: &'static str,
    drawn: String,
    samples: String,
    short: u32,
}

fn parse(visitor: &Visitor, id: &str) -> Result<SamplingPlanId, Trouble> {
    visitor.place(id)
}

async fn page(app: &App, visitor: &Visitor, id: SamplingPlanId, done: &str, form: Typed) -> Result<PlanPage, Trouble> {
    let f = visitor.frame.saying(done);
    let actor = visitor.actor();
    let plan = sampling_plans::show::show(app, actor, id).await.or_trouble(visitor)?;
    let zone = organisation::period::zone(app).await.or_trouble(visitor)?;
    let filter = DrawFilter { plan_id: Some(id), period: None };
    let latest = PageRequest { limit: 24, after: None };
    let drawn = draws::list::list(app, actor, filter, latest).await.or_trouble(visitor)?;
    let line = |draw: &draws::DrawLine| DrawLine {
        id: draw.id.to_string(),
        period: draw.period.to_string(),
        kind: f.draw_kind(draw.kind),
        drawn: draw.drawn_at.map_or_else(|| f.t("not done yet", "未完成").to_owned(), |at| moment(at, zone)),
        samples: draw.summary.as_ref().map_or_else(|| "–".to_owned(), |s| format!("{} + {}", s.random, s.targeted)),
        short: draw.summary.as_ref().map_or(0, |s| s.agents_short),
    };
    let names = users::list::list(app, actor, crate::domain::user::UserFilter::default(), WHOLE).await.or_trouble(visitor)?;
    let name = |id| names.items.iter().find(|user| user.id == id).map_or_else(|| id.to_string(), |user| user.name.clone());
    let facts = facts(app, visitor, &f, &plan).await?;
    Ok(PlanPage {
        may_write: actor.may_everywhere(Action::SamplingWrite).is_ok(),
        active: plan.state == PlanState::Active,
        id,
        version: plan.version,
        name: plan.name.clone(),
        state: state(&f, plan.state),
        facts,
        inspectors: plan.content.inspectors.iter().map(|one| (name(one.user_id), one.capacity)).collect(),
        draws: drawn.items.iter().map(line).collect(),
        form,
        f,
    })
}

/// What a plan says, in words.
async fn facts(app: &App, visitor: &Visitor, f: &Frame, plan: &Plan) -> Result<Vec<(&'static str, String)>, Trouble> {
    let content = &plan.content;
    let cards = scorecards::list::list(app, visitor.actor(), WHOLE).await.or_trouble(visitor)?;
    let all_teams = teams::list::list(app, visitor.actor(), Default::default(), WHOLE).await.or_trouble(visitor)?;
    let and = f.t(", ", "、");
    let everything = || f.t("all", "全部").to_owned();
    let listed = |names: Vec<String>| if names.is_empty() { everything() } else { names.join(and) };
    let team = |id| all_teams.items.iter().find(|team| team.id == id).map_or_else(|| id.to_string(), |team| team.name.clone());
    let card =
        |id| cards.items.iter().find(|card| card.id == id).map_or_else(|| id.to_string(), |c| f.t(&c.name_en, &c.name_zh).to_owned());
    let graded = content.channels().into_iter().filter_map(|channel| Some((channel, content.scorecard_of(channel)?)));
    let graded: Vec<String> = graded.map(|(channel, id)| format!("{}{}{}", f.channel(channel), f.t(": ", "："), card(id))).collect();
    let population = &content.population;
    let range = |range: Option<crate::domain::sampling::filter::Range>| {
        let end = |end: Option<i64>| end.map(|end| end.to_string()).unwrap_or_default();
        range.map_or_else(|| f.t("any", "不限").to_owned(), |range| format!("{} – {}", end(range.min), end(range.max)))
    };
    let yes_no = |yes: bool| f.t(if yes { "yes" } else { "no" }, if yes { "是" } else { "否" }).to_owned();
    let spread = match content.stratify_by {
        StratifyBy::None => f.t("not spread", "不分层"),
        StratifyBy::Day => f.t("over the days", "按天分层"),
        StratifyBy::Week => f.t("over the weeks", "按周分层"),
    };
    let mut facts = vec![
        (f.t("Samples wanted", "抽检数量"), format!("{} · {spread}", f.quota(&content.quota))),
        (f.t("Scorecards", "评估表"), graded.join(and)),
        (f.t("Teams", "班组"), listed(population.teams.iter().map(|id| team(*id)).collect())),
        (f.t("Queues", "队列"), listed(population.queues.clone())),
        (f.t("Length in seconds", "时长（秒）"), range(population.duration_seconds)),
        (f.t("Satisfaction", "满意度"), range(population.satisfaction)),
        (f.t("Left out below seconds", "排除短于（秒）"), content.exclusions.shorter_than_seconds.to_string()),
        (f.t("Left out if sampled before", "排除已抽过的会话"), yes_no(content.exclusions.already_sampled)),
        (f.t("Left out: agents", "排除的客服"), content.exclusions.agents.len().to_string()),
        (f.t("Same inspector at most", "同一质检员上限"), format!("{} %", content.pair_share_percent)),
        (f.t("Due", "质检期限"), f.count(content.due_days, "day after the draw", "days after the draw", "天（抽样后）")),
        (f.t("Agent hidden from the inspector", "对质检员隐藏客服"), yes_no(content.blind)),
        (f.t("Shortfall carried over", "缺额结转下月"), yes_no(content.carry_over)),
        (f.t("Drawn", "抽样时间"), f.schedule(content.schedule.as_ref())),
    ];
    if let Some(targeted) = &content.targeted {
        let counts = if targeted.counts { f.t("counts", "计入合格率") } else { f.t("does not count", "不计入合格率") };
        facts.push((f.t("Targeted samples", "定向抽检"), format!("{} · {counts}", f.quota(&targeted.quota))));
    }
    Ok(facts)
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = parse(&visitor, &path)?;
    render(&page(&app, &visitor, id, at.get("done"), Typed::default()).await?)
}

async fn set_state(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = parse(visitor, &path)?;
    let to = form.typed.get("state").parse::<PlanState>().or_trouble(visitor)?;
    let seen = form.typed.get("version").parse().unwrap_or(0);
    match sampling_plans::set_state::set_state(&app, visitor.actor(), id, seen, to).await {
        Ok(_) => Ok(go(&format!("/sampling/plans/{id}?done=saved"))),
        Err(error) => {
            let refusal = mendable(visitor, error)?;
            render_as(HttpResponse::Conflict(), &page(&app, visitor, id, "", form.typed.clone().refused(&visitor.frame, &refusal)).await?)
        }
    }
}

async fn delete(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = parse(visitor, &path)?;
    let seen = form.typed.get("version").parse().unwrap_or(0);
    match sampling_plans::delete::delete(&app, visitor.actor(), id, seen).await {
        Ok(()) => Ok(go("/sampling/plans?done=removed")),
        Err(error) => {
            let refusal = mendable(visitor, error)?;
            render_as(HttpResponse::Conflict(), &page(&app, visitor, id, "", form.typed.clone().refused(&visitor.frame, &refusal)).await?)
        }
    }
}
