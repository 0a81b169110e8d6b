//! Samples: who has which conversation to grade.

use actix_web::{get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::id::{AgentId, DrawId, SampleId, SamplingPlanId, UserId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::domain::sampling::sample::{SampleKind, SampleState};
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, Problem, Query};
use crate::usecases::queue::HandedOut;
use crate::usecases::samples::assign::Assignment;
use crate::usecases::samples::list::SampleFilter;
use crate::usecases::samples::replace::{ReplacedSample, Replacement};
use crate::usecases::samples::replacements::ReplacementCount;
use crate::usecases::samples::{self, Sample};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(show).service(assign).service(claim).service(replace).service(replacements);
}

/// Which samples are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SampleQuery {
    /// Of this draw.
    draw_id: Option<DrawId>,
    /// Of this plan.
    plan_id: Option<SamplingPlanId>,
    /// Of this period.
    #[param(value_type = Option<Period>)]
    period: Option<Period>,
    /// Of this agent.
    agent_id: Option<AgentId>,
    /// Assigned to this inspector.
    inspector_id: Option<UserId>,
    /// Only those assigned to nobody.
    #[serde(default)]
    unassigned: bool,
    /// In this state; an expired claim is `open`.
    state: Option<SampleState>,
    /// Random or targeted.
    kind: Option<SampleKind>,
    /// Due on this day or before.
    due_by: Option<NaiveDate>,
    /// How many items at the most, 1 to 200; 50 where absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Samples, the earliest due first: inspectors see their own
#[utoipa::path(
    tag = "samples",
    params(SampleQuery),
    responses(
        (status = 200, description = "A page of samples", body = Page<Sample>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/samples")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<SampleQuery>) -> Result<web::Json<Page<Sample>>, Problem> {
    let SampleQuery { draw_id, plan_id, period, agent_id, inspector_id, unassigned, state, kind, due_by, limit, cursor } = query.0;
    let page = PageRequest::parse(limit, cursor.as_deref())?;
    let filter = SampleFilter { draw_id, plan_id, period, agent_id, inspector_id, unassigned, state, kind, due_by };
    Ok(web::Json(samples::list::list(&app, &caller, filter, page).await?))
}

/// A sample
#[utoipa::path(
    tag = "samples",
    params(("sample_id" = SampleId, Path, description = "The sample")),
    responses(
        (status = 200, description = "The sample", body = Sample),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/samples/{sample_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<SampleId>) -> Result<web::Json<Sample>, Problem> {
    Ok(web::Json(samples::show::show(&app, &caller, path.into_inner()).await?))
}

/// Give a waiting sample to an inspector
#[utoipa::path(
    tag = "samples",
    params(("sample_id" = SampleId, Path, description = "The sample")),
    request_body = Assignment,
    responses(
        (status = 200, description = "The sample as it is now", body = Sample),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/samples/{sample_id}/assign")]
async fn assign(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<SampleId>,
    body: Body<Assignment>,
) -> Result<web::Json<Sample>, Problem> {
    Ok(web::Json(samples::assign::assign(&app, &caller, path.into_inner(), body.0).await?))
}

/// Take up a sample of one's own queue out of turn, or again
#[utoipa::path(
    tag = "samples",
    params(("sample_id" = SampleId, Path, description = "The sample")),
    responses(
        (status = 200, description = "The sample with all that is needed to grade it", body = HandedOut),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/samples/{sample_id}/claim")]
async fn claim(app: web::Data<App>, caller: Caller, path: web::Path<SampleId>) -> Result<web::Json<HandedOut>, Problem> {
    Ok(web::Json(samples::claim::claim(&app, &caller, path.into_inner()).await?))
}

/// Replace a waiting sample by the next in the same permutation
#[utoipa::path(
    tag = "samples",
    params(
        ("sample_id" = SampleId, Path, description = "The sample"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless"),
    ),
    request_body = Replacement,
    responses(
        (status = 200, description = "The replaced sample and its successor", body = ReplacedSample),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/samples/{sample_id}/replace")]
async fn replace(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<SampleId>,
    body: Body<Replacement>,
) -> Result<web::Json<ReplacedSample>, Problem> {
    Ok(web::Json(samples::replace::replace(&app, &caller, path.into_inner(), body.0).await?))
}

/// Of which period.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReplacementQuery {
    /// The period.
    #[param(value_type = Period)]
    period: Period,
}

/// Replacements of a period, counted by inspector.
#[derive(Debug, Serialize, ToSchema)]
struct ReplacementCounts {
    /// Those who replaced the most first.
    items: Vec<ReplacementCount>,
}

/// Who replaced how many samples of a period, and why
#[utoipa::path(
    tag = "samples",
    params(ReplacementQuery),
    responses(
        (status = 200, description = "The counts", body = ReplacementCounts),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/replacements")]
async fn replacements(
    app: web::Data<App>,
    caller: Caller,
    query: Query<ReplacementQuery>,
) -> Result<web::Json<ReplacementCounts>, Problem> {
    let items = samples::replacements::replacements(&app, &caller, query.0.period).await?;
    Ok(web::Json(ReplacementCounts { items }))
}
