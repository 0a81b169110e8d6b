//! Drawing: what a plan would find, and then the draw itself, which goes on although nobody looks.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::domain::access::{Action, Actor};
use crate::domain::id::{DrawId, SamplingPlanId};
use crate::domain::period::Period;
use crate::domain::sampling::shortfall::{Excluded, Shortfall};
use crate::usecases::draws::draw::DrawCommand;
use crate::usecases::sampling_plans::preview::{Preview, PreviewCommand};
use crate::usecases::{Error, agents, draws, organisation, sampling_plans};
use crate::web::address::Address;
use crate::web::background;
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/sampling/plans/{id}/draw", web::get().to(look))
        .route("/sampling/plans/{id}/draw", web::post().to(start))
        .route("/sampling/draws/{id}/go-on", web::post().to(go_on));
}

#[derive(Template)]
#[template(path = "sampling/drawing.html")]
struct DrawingPage {
    f: Frame,
    form: Typed,
    plan_id: SamplingPlanId,
    plan: String,
    active: bool,
    period: Option<Period>,
    found: Option<Found>,
}

struct Found {
    numbers: Preview,
    missing: u64,
    short_of_capacity: u64,
    lines: Vec<ShortLine>,
}

/// A line of a shortfall report.
pub(super) struct ShortLine {
    pub(super) agent: String,
    pub(super) kind: &'static str,
    pub(super) quota: u32,
    pub(super) available: u32,
    pub(super) drawn: u32,
    pub(super) missing: u32,
    pub(super) reason: &'static str,
    pub(super) excluded: String,
}

/// What was left out, in words.
pub(super) fn left_out(f: &Frame, excluded: &Excluded) -> String {
    let counts = [
        (excluded.too_short, f.t("too short", "过短")),
        (excluded.already_sampled, f.t("sampled before", "已抽过")),
        (excluded.no_recording, f.t("without a recording", "无录音")),
    ];
    let words: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if words.is_empty() { "–".to_owned() } else { words.join(f.t(", ", "、")) }
}

/// The lines of a shortfall report with the agents' names.
pub(super) async fn short_lines(app: &App, visitor: &Visitor, shortfall: &[Shortfall]) -> Result<Vec<ShortLine>, Trouble> {
    let f = &visitor.frame;
    let ids = shortfall.iter().map(|line| line.agent_id).collect();
    let names = agents::names::names(app, visitor.actor(), ids).await.or_trouble(visitor)?;
    let line = |line: &Shortfall| ShortLine {
        agent: names.get(&line.agent_id).map_or_else(|| line.agent_id.to_string(), |(number, name)| format!("{name} {number}")),
        kind: f.sample_kind(line.kind),
        quota: line.quota,
        available: line.available,
        drawn: line.drawn,
        missing: line.missing,
        reason: f.shortfall_reason(line.reason),
        excluded: left_out(f, &line.excluded),
    };
    Ok(shortfall.iter().map(line).collect())
}

async fn page(app: &App, visitor: &Visitor, plan_id: SamplingPlanId, form: Typed) -> Result<DrawingPage, Trouble> {
    let f = visitor.frame.clone();
    let actor = visitor.actor();
    actor.may_everywhere(Action::SamplingWrite).or_trouble(visitor)?;
    let plan = sampling_plans::show::show(app, actor, plan_id).await.or_trouble(visitor)?;
    let period = form.get("period").parse::<Period>().ok();
    let found = match period {
        None => None,
        Some(period) => {
            let command = PreviewCommand { period, carry_over: Some(form.yes("carry_over")) };
            let numbers = sampling_plans::preview::preview(app, actor, plan_id, command).await.or_trouble(visitor)?;
            let shown = numbers.shortfall.get(..numbers.shortfall.len().min(100)).unwrap_or_default();
            let lines = short_lines(app, visitor, shown).await?;
            let samples = numbers.random.saturating_add(numbers.targeted_at_most);
            Some(Found {
                missing: numbers.random_wanted.saturating_sub(numbers.random),
                short_of_capacity: samples.saturating_sub(numbers.capacity),
                lines,
                numbers,
            })
        }
    };
    let active = plan.state == crate::domain::sampling::sample::PlanState::Active;
    Ok(DrawingPage { form, plan_id, plan: plan.name, active, period, found, f })
}

async fn look(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<SamplingPlanId>(&path)?;
    let mut form = at.typed();
    if at.filled("period").is_none() {
        let plan = sampling_plans::show::show(&app, visitor.actor(), id).await.or_trouble(&visitor)?;
        let current = organisation::period::current(&app).await.or_trouble(&visitor)?;
        let carry_over = plan.content.carry_over.then(|| ("carry_over".to_owned(), "on".to_owned()));
        let fields = [("period".to_owned(), current.previous().to_string())].into_iter().chain(carry_over);
        form = Typed::of(fields);
    }
    render(&page(&app, &visitor, id, form).await?)
}

/// Lets a draw go on in the background; gives its refusal where it ends with one before the browser's patience does.
async fn in_the_background(app: &web::Data<App>, actor: &Actor, id: DrawId) -> Result<(), Error> {
    let (app, actor) = (app.clone(), actor.clone());
    background::begin(format!("the draw {id}"), async move { draws::draw::go_on(&app, &actor, id).await }).await.map(drop)
}

async fn start(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let plan_id = visitor.place::<SamplingPlanId>(&path)?;
    let mut from = Reading::of(&form.typed);
    let (period, extra, carry_over) = (from.needed("period"), from.yes("extra"), from.yes("carry_over"));
    let begun = match (from.finish(), period) {
        (Ok(()), Some(period)) => {
            let command = DrawCommand { plan_id, period, extra, carry_over: Some(carry_over) };
            match draws::begin::begin(&app, visitor.actor(), command).await {
                Ok(id) => in_the_background(&app, visitor.actor(), id).await.map(|()| id),
                Err(error) => Err(error),
            }
        }
        (Err(refusal), _) => Err(refusal.into()),
        (Ok(()), None) => Err(Error::Damaged("a month that is there and is not".into())),
    };
    match begun {
        Ok(id) => Ok(go(&format!("/sampling/draws/{id}"))),
        Err(error) => {
            let refusal = mendable(visitor, error)?;
            render_as(HttpResponse::Conflict(), &page(&app, visitor, plan_id, form.typed.clone().refused(&visitor.frame, &refusal)).await?)
        }
    }
}

async fn go_on(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = visitor.place::<DrawId>(&path)?;
    visitor.actor().may_everywhere(Action::SamplingWrite).or_trouble(visitor)?;
    in_the_background(&app, visitor.actor(), id).await.or_trouble(visitor)?;
    Ok(go(&format!("/sampling/draws/{id}")))
}
