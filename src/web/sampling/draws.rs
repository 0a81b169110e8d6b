//! Draws: the list, one with how far it is, its shortfall, and the proof that it was drawn as it says.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::WHOLE;
use super::drawing::{ShortLine, left_out, short_lines};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::id::DrawId;
use crate::domain::sampling::sample::DrawState;
use crate::domain::sampling::verify::{DrawDifference, Verification};
use crate::usecases::draws::Draw;
use crate::usecases::draws::list::DrawFilter;
use crate::usecases::draws::progress::Progress;
use crate::usecases::samples::progress::{InspectorProgress, ProgressFilter};
use crate::usecases::{draws, organisation, samples, sampling_plans, users};
use crate::web::address::{Address, Pager, sort_rows};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, render};
use crate::web::pieces::{Choice, OrTrouble};
use crate::web::trouble::Trouble;
use crate::web::words::{Badge, moment, moment_or_none};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/sampling/draws", web::get().to(list))
        .route("/sampling/draws/{id}", web::get().to(show))
        .route("/sampling/draws/{id}/shortfall", web::get().to(shortfall))
        .route("/sampling/draws/{id}/verify", web::post().to(verify));
}

#[derive(Template)]
#[template(path = "sampling/draws.html")]
struct DrawsPage {
    f: Frame,
    filter: Typed,
    plans: Vec<Choice>,
    draws: Vec<DrawLine>,
    pager: Pager,
}

struct DrawLine {
    id: DrawId,
    plan: String,
    period: String,
    kind: &'static str,
    state: Badge,
    committed: String,
    samples: u32,
    short: u32,
    unassigned: u32,
}

fn state(f: &Frame, state: DrawState) -> Badge {
    match state {
        DrawState::Committed => f.badge("warn", "not done", "未完成"),
        DrawState::Drawn => f.badge("good", "drawn", "已完成"),
    }
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let actor = visitor.actor();
    let zone = organisation::period::zone(&app).await.or_trouble(&visitor)?;
    let plans = sampling_plans::list::list(&app, actor, None, WHOLE).await.or_trouble(&visitor)?;
    let filter = DrawFilter { plan_id: at.read("plan"), period: at.read("period") };
    let listed = draws::list::list(&app, actor, filter, at.page(50).or_trouble(&visitor)?).await.or_trouble(&visitor)?;
    let plan = |id| plans.items.iter().find(|plan| plan.id == id).map_or_else(String::new, |plan| plan.name.clone());
    let line = |draw: &draws::DrawLine| DrawLine {
        id: draw.id,
        plan: plan(draw.plan_id),
        period: draw.period.to_string(),
        kind: f.draw_kind(draw.kind),
        state: state(&f, draw.state),
        committed: moment(draw.committed_at, zone),
        samples: draw.summary.as_ref().map_or(0, |s| s.random.saturating_add(s.targeted)),
        short: draw.summary.as_ref().map_or(0, |s| s.agents_short),
        unassigned: draw
            .summary
            .as_ref()
            .map_or(0, |s| s.unassigned_capacity.saturating_add(s.unassigned_conflict).saturating_add(s.unassigned_pair_share)),
    };
    let lines = listed.items.iter().map(line).collect();
    let pager = at.pager(&f, listed.next.as_ref());
    let plans = plans.items.iter().map(|plan| Choice::new(plan.id, plan.name.clone())).collect();
    render(&DrawsPage { filter: at.typed(), plans, draws: lines, pager, f })
}

#[derive(Template)]
#[template(path = "sampling/draw.html")]
struct DrawPage {
    f: Frame,
    at: Address,
    may_write: bool,
    id: DrawId,
    title: String,
    plan: String,
    plan_id: String,
    state: Badge,
    kind: &'static str,
    progress: Progress,
    draw: Draw,
    drawn_by: String,
    committed: String,
    drawn: String,
    excluded: String,
    inspectors: Vec<InspectorProgress>,
    verified: Option<Verified>,
}

/// What a verification found, in words.
struct Verified {
    found: Verification,
    differences: Vec<DifferenceLine>,
}

struct DifferenceLine {
    what: &'static str,
    about: String,
    expected: String,
    found: String,
}

fn difference(f: &Frame, difference: &DrawDifference) -> DifferenceLine {
    let what = match difference.what.as_str() {
        "algorithm" => f.t("the algorithm", "算法"),
        "seed" => f.t("the seed", "随机种子"),
        "population" => f.t("the population of an agent", "客服的可抽会话"),
        "population_count" => f.t("the size of the population", "总体数量"),
        "population_digest" => f.t("the digest of the population", "总体摘要"),
        "tally" => f.t("what was counted", "统计数"),
        "sample_missing" => f.t("a sample is missing", "缺少样本"),
        "sample_unexpected" => f.t("a sample too many", "多出样本"),
        "conversation" => f.t("the conversation of a sample", "样本的会话"),
        "plan" => f.t("the plan of a sample", "样本的计划"),
        "period" => f.t("the period of a sample", "样本的月份"),
        "counts" => f.t("whether a sample counts", "样本是否计入合格率"),
        "replacement" => f.t("a replacement", "替换"),
        "inspector" => f.t("the inspector of a sample", "样本的质检员"),
        "result_digest" => f.t("the digest of the result", "结果摘要"),
        _ => f.t("something else", "其他"),
    };
    let agent = difference.agent_id.map(|id| format!("{} {id}", f.t("agent", "客服")));
    let sample = difference.sample_id.map(|id| format!("{} {id}", f.t("sample", "样本")));
    let about = [agent, sample].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let value = |stored: &str| match (difference.what.as_str(), stored) {
        ("counts", "true") => f.t("yes", "是").to_owned(),
        ("counts", "false") => f.t("no", "否").to_owned(),
        _ => stored.to_owned(),
    };
    DifferenceLine { what, about, expected: value(&difference.expected), found: value(&difference.found) }
}

async fn page(app: &App, visitor: &Visitor, id: DrawId, at: Address, found: Option<Verification>) -> Result<DrawPage, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let actor = visitor.actor();
    let progress = draws::progress::progress(app, actor, id).await.or_trouble(visitor)?;
    let draw = draws::show::show(app, actor, id).await.or_trouble(visitor)?;
    let zone = organisation::period::zone(app).await.or_trouble(visitor)?;
    let plan = sampling_plans::show::show(app, actor, draw.plan_id).await.or_trouble(visitor)?;
    let filter = ProgressFilter { draw_id: Some(id), period: None };
    let mut inspectors = samples::progress::progress(app, actor, filter).await.or_trouble(visitor)?;
    match at.order("name") {
        ("done", down) => sort_rows(&mut inspectors, down, |one| one.done),
        ("waiting", down) => sort_rows(&mut inspectors, down, |one| one.waiting),
        ("overdue", down) => sort_rows(&mut inspectors, down, |one| one.overdue),
        (_, true) => inspectors.reverse(),
        (_, false) => {}
    }
    let drawn_by = match draw.drawn_by {
        Some(user) => users::show::show(app, actor, user).await.map_or_else(|_| user.to_string(), |user| user.name),
        None => f.t("the service, by the plan's schedule", "系统（按计划自动抽样）").to_owned(),
    };
    let verified =
        found.map(|found| Verified { differences: found.differences.iter().take(200).map(|d| difference(&f, d)).collect(), found });
    Ok(DrawPage {
        may_write: actor.may_everywhere(Action::SamplingWrite).is_ok(),
        id,
        title: format!("{} {}", plan.name, draw.period),
        plan: plan.name,
        plan_id: draw.plan_id.to_string(),
        state: state(&f, draw.state),
        kind: f.draw_kind(draw.kind),
        progress,
        drawn_by,
        committed: moment(draw.committed_at, zone),
        drawn: moment_or_none(draw.drawn_at, zone),
        excluded: draw.excluded.as_ref().map_or_else(|| "–".to_owned(), |excluded| left_out(&f, excluded)),
        inspectors,
        verified,
        draw,
        at,
        f,
    })
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<DrawId>(&path)?;
    render(&page(&app, &visitor, id, at, None).await?)
}

/// Anybody who may read the draw may check it, so a form does it only because it takes its time.
async fn verify(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = visitor.place::<DrawId>(&path)?;
    let found = draws::verify::verify(&app, visitor.actor(), id).await.or_trouble(visitor)?;
    render(&page(&app, visitor, id, Address::default(), Some(found)).await?)
}

#[derive(Template)]
#[template(path = "sampling/shortfall.html")]
struct ShortfallPage {
    f: Frame,
    id: DrawId,
    title: String,
    lines: Vec<ShortLine>,
    pager: Pager,
}

async fn shortfall(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<DrawId>(&path)?;
    let actor = visitor.actor();
    let draw = draws::show::show(&app, actor, id).await.or_trouble(&visitor)?;
    let plan = sampling_plans::show::show(&app, actor, draw.plan_id).await.or_trouble(&visitor)?;
    let listed = draws::shortfall::shortfall(&app, actor, id, at.page(100).or_trouble(&visitor)?).await.or_trouble(&visitor)?;
    let lines = short_lines(&app, &visitor, &listed.items).await?;
    let f = visitor.frame.clone();
    let pager = at.pager(&f, listed.next.as_ref());
    render(&ShortfallPage { id, title: format!("{} {}", plan.name, draw.period), lines, pager, f })
}
