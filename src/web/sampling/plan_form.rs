//! The form of a sampling plan, new or known.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::plan_fields::{blank, by_field, close_up, fields, read};
use super::{WHOLE, inspectors};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::Action;
use crate::domain::conversation::Channel;
use crate::domain::id::{AgentId, SamplingPlanId, UserId};
use crate::domain::sampling::schedule::ScheduledPeriod;
use crate::domain::sampling::stratum::StratifyBy;
use crate::usecases::{agents, sampling_plans, scorecards, teams};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/sampling/plans/new", web::get().to(begin))
        .route("/sampling/plans", web::post().to(create))
        .route("/sampling/plans/{id}/edit", web::get().to(edit))
        .route("/sampling/plans/{id}/edit", web::post().to(change));
}

#[derive(Template)]
#[template(path = "sampling/plan_form.html")]
struct PlanFormPage {
    f: Frame,
    form: Typed,
    /// The plan; absent for a new one.
    id: Option<SamplingPlanId>,
    name: String,
    teams: Vec<Choice>,
    channels: Vec<Choice>,
    cards: Vec<Choice>,
    inspectors: Vec<Choice>,
    quotas: Vec<Choice>,
    spreads: Vec<Choice>,
    periods: Vec<Choice>,
}

async fn page(app: &App, visitor: &Visitor, id: Option<SamplingPlanId>, form: Typed) -> Result<PlanFormPage, Trouble> {
    let f = visitor.frame.clone();
    let actor = visitor.actor();
    actor.may_everywhere(Action::SamplingWrite).or_trouble(visitor)?;
    let all_teams = teams::list::list(app, actor, Default::default(), WHOLE).await.or_trouble(visitor)?;
    let cards = scorecards::list::list(app, actor, WHOLE).await.or_trouble(visitor)?;
    let standing = all_teams.items.iter().filter(|team| team.archived_at.is_none());
    Ok(PlanFormPage {
        id,
        name: form.get("name").to_owned(),
        teams: standing.map(|team| Choice::new(team.id, team.name.clone())).collect(),
        channels: Channel::ALL.iter().map(|channel| Choice::new(channel, f.channel(*channel))).collect(),
        cards: cards.items.iter().map(|card| Choice::new(card.id, f.t(&card.name_en, &card.name_zh))).collect(),
        inspectors: inspectors(app, actor).await.or_trouble(visitor)?,
        quotas: vec![
            Choice::new("count", f.t("the same number for everyone", "每人固定数量")),
            Choice::new("percentage", f.t("a share of the conversations", "按会话比例")),
        ],
        spreads: vec![
            Choice::new(StratifyBy::Day, f.t("over the days of the month", "按天分层")),
            Choice::new(StratifyBy::Week, f.t("over its weeks", "按周分层")),
            Choice::new(StratifyBy::None, f.t("not at all", "不分层")),
        ],
        periods: vec![
            Choice::new(ScheduledPeriod::Previous, f.t("the month before", "上月")),
            Choice::new(ScheduledPeriod::Current, f.t("the month itself", "当月")),
        ],
        form,
        f,
    })
}

async fn begin(app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, Trouble> {
    render(&page(&app, &visitor, None, blank()).await?)
}

async fn edit(app: web::Data<App>, visitor: Visitor, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<SamplingPlanId>(&path)?;
    let plan = sampling_plans::show::show(&app, visitor.actor(), id).await.or_trouble(&visitor)?;
    let excluded = plan.content.exclusions.agents.clone();
    let numbers = agents::names::names(&app, visitor.actor(), excluded).await.or_trouble(&visitor)?;
    render(&page(&app, &visitor, Some(id), fields(&plan, &numbers)).await?)
}

/// What is needed to read a form: the agents of the numbers in it, and the inspectors that it offers.
async fn known(app: &App, form: &Form) -> Result<(HashMap<String, AgentId>, Vec<UserId>), Trouble> {
    let (visitor, actor) = (&form.visitor, form.visitor.actor());
    let numbers = Reading::of(&form.typed).words("exclusions.agents");
    let agents = agents::names::numbered(app, actor, numbers).await.or_trouble(visitor)?;
    let offered = inspectors(app, actor).await.or_trouble(visitor)?;
    Ok((agents, offered.iter().filter_map(|choice| choice.value.parse().ok()).collect()))
}

async fn again(app: &App, form: &Form, id: Option<SamplingPlanId>, refusal: Refusal) -> Result<HttpResponse, Trouble> {
    let typed = form.typed.clone().refused(&form.visitor.frame, &by_field(refusal));
    render_as(HttpResponse::BadRequest(), &page(app, &form.visitor, id, typed).await?)
}

async fn create(app: web::Data<App>, mut form: Form) -> Result<HttpResponse, Trouble> {
    if form.typed.change_rows() {
        return render(&page(&app, &form.visitor, None, form.typed).await?);
    }
    close_up(&mut form.typed);
    let (agents, offered) = known(&app, &form).await?;
    let input = match read(&form.typed, &agents, &offered) {
        Ok(input) => input,
        Err(refusal) => return again(&app, &form, None, refusal).await,
    };
    match sampling_plans::create::create(&app, form.visitor.actor(), input).await {
        Ok(plan) => Ok(go(&format!("/sampling/plans/{}?done=created", plan.id))),
        Err(error) => again(&app, &form, None, mendable(&form.visitor, error)?).await,
    }
}

async fn change(app: web::Data<App>, mut form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<SamplingPlanId>(&path)?;
    if form.typed.change_rows() {
        return render(&page(&app, &form.visitor, Some(id), form.typed).await?);
    }
    close_up(&mut form.typed);
    let (agents, offered) = known(&app, &form).await?;
    let input = match read(&form.typed, &agents, &offered) {
        Ok(input) => input,
        Err(refusal) => return again(&app, &form, Some(id), refusal).await,
    };
    let seen = form.typed.get("version").parse().unwrap_or(0);
    match sampling_plans::change::change(&app, form.visitor.actor(), id, seen, input).await {
        Ok(_) => Ok(go(&format!("/sampling/plans/{id}?done=saved"))),
        Err(error) => again(&app, &form, Some(id), mendable(&form.visitor, error)?).await,
    }
}
