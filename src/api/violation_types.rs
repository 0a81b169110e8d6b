//! The violation catalogue.

use actix_web::{get, post, put, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::catalogue::ViolationTypeInput;
use crate::domain::id::ViolationTypeId;
use crate::domain::page::{Page, PageRequest};
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, IfMatch, Problem, Query, Versioned};
use crate::usecases::violation_types::{self, CatalogueEntry};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(create).service(show).service(change).service(deactivate);
}

/// Which violation types are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those that can be tagged, or only those that cannot.
    active: Option<bool>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// The violation types, in their order
#[utoipa::path(
    tag = "violation-types",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of violation types", body = Page<CatalogueEntry>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/violation-types")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<web::Json<Page<CatalogueEntry>>, Problem> {
    let page = PageRequest::parse(query.0.limit, query.0.cursor.as_deref())?;
    Ok(web::Json(violation_types::list::list(&app, &caller, query.0.active, page).await?))
}

/// Add a violation type
#[utoipa::path(
    tag = "violation-types",
    request_body = ViolationTypeInput,
    responses(
        (status = 201, description = "The new type", body = CatalogueEntry),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/violation-types")]
async fn create(app: web::Data<App>, caller: Caller, body: Body<ViolationTypeInput>) -> Result<Versioned<CatalogueEntry>, Problem> {
    let created = violation_types::create::create(&app, &caller, body.0).await?;
    Ok(Versioned::created(created.version, created))
}

/// A violation type
#[utoipa::path(
    tag = "violation-types",
    params(("violation_type_id" = ViolationTypeId, Path, description = "The type")),
    responses(
        (status = 200, description = "The type", body = CatalogueEntry),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/violation-types/{violation_type_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<ViolationTypeId>) -> Result<Versioned<CatalogueEntry>, Problem> {
    let found = violation_types::list::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(found.version, found))
}

/// Change a violation type, for what is graded from now on
#[utoipa::path(
    tag = "violation-types",
    params(
        ("violation_type_id" = ViolationTypeId, Path, description = "The type"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    request_body = ViolationTypeInput,
    responses(
        (status = 200, description = "The changed type", body = CatalogueEntry),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[put("/violation-types/{violation_type_id}")]
async fn change(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<ViolationTypeId>,
    seen: IfMatch,
    body: Body<ViolationTypeInput>,
) -> Result<Versioned<CatalogueEntry>, Problem> {
    let changed = violation_types::change::change(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(changed.version, changed))
}

/// Take a violation type out of use
#[utoipa::path(
    tag = "violation-types",
    params(
        ("violation_type_id" = ViolationTypeId, Path, description = "The type"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    responses(
        (status = 200, description = "The type, no longer active", body = CatalogueEntry),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/violation-types/{violation_type_id}/deactivate")]
async fn deactivate(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<ViolationTypeId>,
    seen: IfMatch,
) -> Result<Versioned<CatalogueEntry>, Problem> {
    let changed = violation_types::deactivate::deactivate(&app, &caller, path.into_inner(), seen.0).await?;
    Ok(Versioned::ok(changed.version, changed))
}
