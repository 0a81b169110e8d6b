//! Sampling plans: who is sampled, how many, from what, and who grades.

use actix_web::{HttpResponse, delete, get, post, put, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::id::SamplingPlanId;
use crate::domain::page::{Page, PageRequest};
use crate::domain::sampling::sample::PlanState;
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, IfMatch, Problem, Query, Versioned};
use crate::usecases::sampling_plans::preview::{Preview, PreviewCommand};
use crate::usecases::sampling_plans::{self, Plan, PlanInput};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(create).service(show).service(change).service(remove).service(pause).service(resume).service(preview);
}

/// Which plans are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PlanQuery {
    /// Only active or only paused ones.
    state: Option<PlanState>,
    /// How many items at the most, 1 to 200; 50 where absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Sampling plans, in the order of their making
#[utoipa::path(
    tag = "sampling-plans",
    params(PlanQuery),
    responses(
        (status = 200, description = "A page of plans", body = Page<Plan>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/sampling-plans")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<PlanQuery>) -> Result<web::Json<Page<Plan>>, Problem> {
    let page = PageRequest::parse(query.0.limit, query.0.cursor.as_deref())?;
    Ok(web::Json(sampling_plans::list::list(&app, &caller, query.0.state, page).await?))
}

/// Create a sampling plan
#[utoipa::path(
    tag = "sampling-plans",
    request_body = PlanInput,
    responses(
        (status = 201, description = "The new plan, active", body = Plan),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/sampling-plans")]
async fn create(app: web::Data<App>, caller: Caller, body: Body<PlanInput>) -> Result<Versioned<Plan>, Problem> {
    let plan = sampling_plans::create::create(&app, &caller, body.0).await?;
    Ok(Versioned::created(plan.version, plan))
}

/// A sampling plan
#[utoipa::path(
    tag = "sampling-plans",
    params(("plan_id" = SamplingPlanId, Path, description = "The plan")),
    responses(
        (status = 200, description = "The plan", body = Plan),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/sampling-plans/{plan_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<SamplingPlanId>) -> Result<Versioned<Plan>, Problem> {
    let plan = sampling_plans::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(plan.version, plan))
}

/// Change a sampling plan; what it has drawn stays as it was drawn
#[utoipa::path(
    tag = "sampling-plans",
    params(
        ("plan_id" = SamplingPlanId, Path, description = "The plan"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    request_body = PlanInput,
    responses(
        (status = 200, description = "The plan as it is now", body = Plan),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[put("/sampling-plans/{plan_id}")]
async fn change(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<SamplingPlanId>,
    seen: IfMatch,
    body: Body<PlanInput>,
) -> Result<Versioned<Plan>, Problem> {
    let plan = sampling_plans::change::change(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(plan.version, plan))
}

/// Delete a sampling plan that has never drawn
#[utoipa::path(
    tag = "sampling-plans",
    params(
        ("plan_id" = SamplingPlanId, Path, description = "The plan"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[delete("/sampling-plans/{plan_id}")]
async fn remove(app: web::Data<App>, caller: Caller, path: web::Path<SamplingPlanId>, seen: IfMatch) -> Result<HttpResponse, Problem> {
    sampling_plans::delete::delete(&app, &caller, path.into_inner(), seen.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Pause a sampling plan: it draws neither by itself nor by hand
#[utoipa::path(
    tag = "sampling-plans",
    params(
        ("plan_id" = SamplingPlanId, Path, description = "The plan"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    responses(
        (status = 200, description = "The plan as it is now", body = Plan),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/sampling-plans/{plan_id}/pause")]
async fn pause(app: web::Data<App>, caller: Caller, path: web::Path<SamplingPlanId>, seen: IfMatch) -> Result<Versioned<Plan>, Problem> {
    let plan = sampling_plans::set_state::set_state(&app, &caller, path.into_inner(), seen.0, PlanState::Paused).await?;
    Ok(Versioned::ok(plan.version, plan))
}

/// Resume a paused sampling plan
#[utoipa::path(
    tag = "sampling-plans",
    params(
        ("plan_id" = SamplingPlanId, Path, description = "The plan"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    responses(
        (status = 200, description = "The plan as it is now", body = Plan),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/sampling-plans/{plan_id}/resume")]
async fn resume(app: web::Data<App>, caller: Caller, path: web::Path<SamplingPlanId>, seen: IfMatch) -> Result<Versioned<Plan>, Problem> {
    let plan = sampling_plans::set_state::set_state(&app, &caller, path.into_inner(), seen.0, PlanState::Active).await?;
    Ok(Versioned::ok(plan.version, plan))
}

/// What a plan would find: its population and shortfall before anything is drawn
#[utoipa::path(
    tag = "sampling-plans",
    params(("plan_id" = SamplingPlanId, Path, description = "The plan")),
    request_body = PreviewCommand,
    responses(
        (status = 200, description = "What it would find now; there is no seed yet, so nobody knows what would be drawn", body = Preview),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/sampling-plans/{plan_id}/preview")]
async fn preview(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<SamplingPlanId>,
    body: Body<PreviewCommand>,
) -> Result<web::Json<Preview>, Problem> {
    Ok(web::Json(sampling_plans::preview::preview(&app, &caller, path.into_inner(), body.0).await?))
}
