//! Draws: made once, never changed, verified by anyone.

use actix_web::http::StatusCode;
use actix_web::{get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::id::{DrawId, SamplingPlanId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::domain::sampling::shortfall::Shortfall;
use crate::domain::sampling::verify::Verification;
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, Problem, Query};
use crate::usecases::draws::draw::DrawCommand;
use crate::usecases::draws::list::DrawFilter;
use crate::usecases::draws::{self, Draw, DrawLine};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(create).service(show).service(shortfall).service(verify);
}

/// Which draws are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DrawQuery {
    /// Of this plan.
    plan_id: Option<SamplingPlanId>,
    /// Of this period.
    #[param(value_type = Option<Period>)]
    period: Option<Period>,
    /// How many items at the most, 1 to 200; 50 where absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Draws, the latest first
#[utoipa::path(
    tag = "draws",
    params(DrawQuery),
    responses(
        (status = 200, description = "A page of draws", body = Page<DrawLine>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/draws")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<DrawQuery>) -> Result<web::Json<Page<DrawLine>>, Problem> {
    let page = PageRequest::parse(query.0.limit, query.0.cursor.as_deref())?;
    let filter = DrawFilter { plan_id: query.0.plan_id, period: query.0.period };
    Ok(web::Json(draws::list::list(&app, &caller, filter, page).await?))
}

/// Draw: commit to a seed, fix the population, pick and assign
///
/// The same plan and period again answer the same draw with 200, unless an extra one is asked for.
#[utoipa::path(
    tag = "draws",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request for an extra draw harmless")),
    request_body = DrawCommand,
    responses(
        (status = 200, description = "The draw that was there already", body = Draw),
        (status = 201, description = "The draw", body = Draw),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/draws")]
async fn create(app: web::Data<App>, caller: Caller, body: Body<DrawCommand>) -> Result<(web::Json<Draw>, StatusCode), Problem> {
    let (draw, made) = draws::draw::draw_or_find(&app, &caller, body.0).await?;
    Ok((web::Json(draw), if made { StatusCode::CREATED } else { StatusCode::OK }))
}

/// A draw with its seed, digests and facts
#[utoipa::path(
    tag = "draws",
    params(("draw_id" = DrawId, Path, description = "The draw")),
    responses(
        (status = 200, description = "The draw; the seed is absent until it is drawn", body = Draw),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/draws/{draw_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<DrawId>) -> Result<web::Json<Draw>, Problem> {
    Ok(web::Json(draws::show::show(&app, &caller, path.into_inner()).await?))
}

/// Which page of the report is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ShortfallQuery {
    /// How many agents at the most, 1 to 200; 50 where absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// For whom and why a draw did not meet its quotas
#[utoipa::path(
    tag = "draws",
    params(("draw_id" = DrawId, Path, description = "The draw"), ShortfallQuery),
    responses(
        (status = 200, description = "The lines of up to `limit` agents, each with one or two", body = Page<Shortfall>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/draws/{draw_id}/shortfall")]
async fn shortfall(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<DrawId>,
    query: Query<ShortfallQuery>,
) -> Result<web::Json<Page<Shortfall>>, Problem> {
    let page = PageRequest::parse(query.0.limit, query.0.cursor.as_deref())?;
    Ok(web::Json(draws::shortfall::shortfall(&app, &caller, path.into_inner(), page).await?))
}

/// Compute a draw again from its stored facts and say what differs
#[utoipa::path(
    tag = "draws",
    params(("draw_id" = DrawId, Path, description = "The draw")),
    responses(
        (status = 200, description = "What was found; `verified` says whether nothing differs", body = Verification),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/draws/{draw_id}/verify")]
async fn verify(app: web::Data<App>, caller: Caller, path: web::Path<DrawId>) -> Result<web::Json<Verification>, Problem> {
    Ok(web::Json(draws::verify::verify(&app, &caller, path.into_inner()).await?))
}
