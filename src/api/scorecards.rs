//! Scorecards: drafts, publishing, retiring, comparing.

use actix_web::{get, post, put, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::id::ScorecardId;
use crate::domain::page::{Page, PageRequest};
use crate::domain::scorecard::{ScorecardContent, ScorecardDifference};
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, IfMatch, PageQuery, Problem, Query, Versioned};
use crate::usecases::scorecards::create::NewScorecard;
use crate::usecases::scorecards::create_version::NewVersion;
use crate::usecases::scorecards::{self, Scorecard, ScorecardVersion};

pub(super) fn routes(config: &mut Routes<'_>) {
    config
        .service(list)
        .service(create)
        .service(show)
        .service(compare)
        .service(create_version)
        .service(show_version)
        .service(edit)
        .service(publish)
        .service(retire);
}

/// Scorecards with their versions, by code
#[utoipa::path(
    tag = "scorecards",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of scorecards", body = Page<Scorecard>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/scorecards")]
async fn list(app: web::Data<App>, caller: Caller, page: Query<PageQuery>) -> Result<web::Json<Page<Scorecard>>, Problem> {
    let page: PageRequest = page.0.parse()?;
    Ok(web::Json(scorecards::list::list(&app, &caller, page).await?))
}

/// Create a scorecard with a first draft version
#[utoipa::path(
    tag = "scorecards",
    request_body = NewScorecard,
    responses(
        (status = 201, description = "The new scorecard", body = Scorecard),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/scorecards")]
async fn create(app: web::Data<App>, caller: Caller, body: Body<NewScorecard>) -> Result<Versioned<Scorecard>, Problem> {
    Ok(Versioned::created(1, scorecards::create::create(&app, &caller, body.0).await?))
}

/// A scorecard with its versions
#[utoipa::path(
    tag = "scorecards",
    params(("scorecard_id" = ScorecardId, Path, description = "The scorecard")),
    responses(
        (status = 200, description = "The scorecard", body = Scorecard),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/scorecards/{scorecard_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<ScorecardId>) -> Result<web::Json<Scorecard>, Problem> {
    Ok(web::Json(scorecards::show::show(&app, &caller, path.into_inner()).await?))
}

/// Which two versions to compare.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CompareQuery {
    /// Number of the older version.
    older: i32,
    /// Number of the newer version.
    newer: i32,
}

/// What one version adds, removes and changes of another, item by item
#[utoipa::path(
    tag = "scorecards",
    params(("scorecard_id" = ScorecardId, Path, description = "The scorecard"), CompareQuery),
    responses(
        (status = 200, description = "The difference", body = ScorecardDifference),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/scorecards/{scorecard_id}/compare")]
async fn compare(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<ScorecardId>,
    query: Query<CompareQuery>,
) -> Result<web::Json<ScorecardDifference>, Problem> {
    Ok(web::Json(scorecards::compare::compare(&app, &caller, path.into_inner(), query.0.older, query.0.newer).await?))
}

/// Begin a new draft version, a copy of the newest one unless told otherwise
#[utoipa::path(
    tag = "scorecards",
    params(("scorecard_id" = ScorecardId, Path, description = "The scorecard")),
    request_body = NewVersion,
    responses(
        (status = 201, description = "The new draft", body = ScorecardVersion),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/scorecards/{scorecard_id}/versions")]
async fn create_version(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<ScorecardId>,
    body: Body<NewVersion>,
) -> Result<Versioned<ScorecardVersion>, Problem> {
    let created = scorecards::create_version::create_version(&app, &caller, path.into_inner(), body.0).await?;
    Ok(Versioned::created(created.summary.version, created))
}

/// A version with all that it asks
#[utoipa::path(
    tag = "scorecards",
    params(("scorecard_id" = ScorecardId, Path, description = "The scorecard"), ("number" = i32, Path, description = "Number of the version")),
    responses(
        (status = 200, description = "The version", body = ScorecardVersion),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/scorecards/{scorecard_id}/versions/{number}")]
async fn show_version(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(ScorecardId, i32)>,
) -> Result<Versioned<ScorecardVersion>, Problem> {
    let (scorecard, number) = path.into_inner();
    let version = scorecards::show::show_version(&app, &caller, scorecard, number).await?;
    Ok(Versioned::ok(version.summary.version, version))
}

/// Change what a draft version asks
#[utoipa::path(
    tag = "scorecards",
    params(
        ("scorecard_id" = ScorecardId, Path, description = "The scorecard"),
        ("number" = i32, Path, description = "Number of the version"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    request_body = ScorecardContent,
    responses(
        (status = 200, description = "The changed draft", body = ScorecardVersion),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[put("/scorecards/{scorecard_id}/versions/{number}")]
async fn edit(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(ScorecardId, i32)>,
    seen: IfMatch,
    body: Body<ScorecardContent>,
) -> Result<Versioned<ScorecardVersion>, Problem> {
    let (scorecard, number) = path.into_inner();
    let version = scorecards::edit::edit(&app, &caller, scorecard, number, seen.0, body.0).await?;
    Ok(Versioned::ok(version.summary.version, version))
}

/// Publish a draft version; the one published before retires
#[utoipa::path(
    tag = "scorecards",
    params(
        ("scorecard_id" = ScorecardId, Path, description = "The scorecard"),
        ("number" = i32, Path, description = "Number of the version"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    responses(
        (status = 200, description = "The published version", body = ScorecardVersion),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/scorecards/{scorecard_id}/versions/{number}/publish")]
async fn publish(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(ScorecardId, i32)>,
    seen: IfMatch,
) -> Result<Versioned<ScorecardVersion>, Problem> {
    let (scorecard, number) = path.into_inner();
    let version = scorecards::publish::publish(&app, &caller, scorecard, number, seen.0).await?;
    Ok(Versioned::ok(version.summary.version, version))
}

/// Retire a published version
#[utoipa::path(
    tag = "scorecards",
    params(
        ("scorecard_id" = ScorecardId, Path, description = "The scorecard"),
        ("number" = i32, Path, description = "Number of the version"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    responses(
        (status = 200, description = "The retired version", body = ScorecardVersion),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/scorecards/{scorecard_id}/versions/{number}/retire")]
async fn retire(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(ScorecardId, i32)>,
    seen: IfMatch,
) -> Result<Versioned<ScorecardVersion>, Problem> {
    let (scorecard, number) = path.into_inner();
    let version = scorecards::retire::retire(&app, &caller, scorecard, number, seen.0).await?;
    Ok(Versioned::ok(version.summary.version, version))
}
