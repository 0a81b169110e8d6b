//! The versions of the fine policy.

use actix_web::{HttpResponse, get, post, web};

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::fine_policy::{FinePolicy, FineTerms};
use crate::domain::id::FinePolicyId;
use crate::domain::page::Page;
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, PageQuery, Problem, Query};
use crate::usecases::fine_policies;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(create).service(show);
}

/// The versions of the fine policy, the latest first
#[utoipa::path(
    tag = "fine-policies",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of versions", body = Page<FinePolicy>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/fine-policies")]
async fn list(app: web::Data<App>, caller: Caller, page: Query<PageQuery>) -> Result<web::Json<Page<FinePolicy>>, Problem> {
    Ok(web::Json(fine_policies::list::list(&app, &caller, page.0.parse()?).await?))
}

/// Make a new version of the fine policy, in force from its first period on
///
/// The past cannot be changed: a version begins after the last closed month and after the last one in which something was charged.
///
/// Permissions: `policies.write` for the whole centre.
#[utoipa::path(
    tag = "fine-policies",
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the same answer")),
    request_body = FineTerms,
    responses(
        (status = 201, description = "The new version", body = FinePolicy),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/fine-policies")]
async fn create(app: web::Data<App>, caller: Caller, body: Body<FineTerms>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Created().json(fine_policies::create::create(&app, &caller, body.0).await?))
}

/// A version of the fine policy
#[utoipa::path(
    tag = "fine-policies",
    params(("fine_policy_id" = FinePolicyId, Path, description = "The version")),
    responses(
        (status = 200, description = "The version", body = FinePolicy),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/fine-policies/{fine_policy_id}")]
async fn show(app: web::Data<App>, caller: Caller, id: web::Path<FinePolicyId>) -> Result<web::Json<FinePolicy>, Problem> {
    Ok(web::Json(fine_policies::show::show(&app, &caller, id.into_inner()).await?))
}
