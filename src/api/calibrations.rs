//! Calibration sessions (校准).

use actix_web::{get, post, put, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::calibration::{CalibrationReport, CalibrationState};
use crate::domain::id::CalibrationId;
use crate::domain::page::{Page, PageRequest};
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, IfMatch, Problem, Query, Versioned};
use crate::usecases::calibrations::grade::CalibrationGrade;
use crate::usecases::calibrations::set::CalibrationInput;
use crate::usecases::calibrations::{self, Calibration};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(set).service(report_over).service(show).service(grade).service(close).service(report);
}

/// Which ones are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those in this state.
    state: Option<CalibrationState>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Over how many sessions the report goes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ReportQuery {
    /// Over the last so many closed sessions, 1 to 200; 50 where absent.
    last: Option<u32>,
}

/// The calibration sessions, the newest first
///
/// Inspectors see those that they grade in.
#[utoipa::path(
    tag = "calibrations",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of sessions", body = Page<Calibration>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/calibrations")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<web::Json<Page<Calibration>>, Problem> {
    let query = query.0;
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(web::Json(calibrations::list::list(&app, &caller, query.state, page).await?))
}

/// Set a calibration session
///
/// Permissions: `calibrations.run` for the whole centre.
#[utoipa::path(
    tag = "calibrations",
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the same answer")),
    request_body = CalibrationInput,
    responses(
        (status = 201, description = "The session", body = Calibration),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/calibrations")]
async fn set(app: web::Data<App>, caller: Caller, body: Body<CalibrationInput>) -> Result<Versioned<Calibration>, Problem> {
    let done = calibrations::set::set(&app, &caller, body.0).await?;
    Ok(Versioned::created(done.version, done))
}

/// How far people agree over the last closed sessions, item by item
///
/// Percentage agreement, Cohen's kappa for two people, Fleiss' kappa, and Krippendorff's alpha, which bears missing grades; with the items that divide
/// people.
#[utoipa::path(
    tag = "calibrations",
    params(ReportQuery),
    responses(
        (status = 200, description = "The report", body = CalibrationReport),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/calibrations/report")]
async fn report_over(app: web::Data<App>, caller: Caller, query: Query<ReportQuery>) -> Result<web::Json<CalibrationReport>, Problem> {
    Ok(web::Json(calibrations::report::report_over(&app, &caller, query.0.last).await?))
}

/// A calibration session
#[utoipa::path(
    tag = "calibrations",
    params(("calibration_id" = CalibrationId, Path, description = "The session")),
    responses(
        (status = 200, description = "The session", body = Calibration),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/calibrations/{calibration_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<CalibrationId>) -> Result<Versioned<Calibration>, Problem> {
    let found = calibrations::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(found.version, found))
}

/// Hand the own grade in, or again
///
/// Nobody else sees it before the session is closed, and it touches no result.
#[utoipa::path(
    tag = "calibrations",
    params(("calibration_id" = CalibrationId, Path, description = "The session")),
    request_body = CalibrationGrade,
    responses(
        (status = 200, description = "The session", body = Calibration),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[put("/calibrations/{calibration_id}/grade")]
async fn grade(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<CalibrationId>,
    body: Body<CalibrationGrade>,
) -> Result<Versioned<Calibration>, Problem> {
    let done = calibrations::grade::grade(&app, &caller, path.into_inner(), body.0).await?;
    Ok(Versioned::ok(done.version, done))
}

/// Close a calibration session
///
/// Permissions: `calibrations.run`.
#[utoipa::path(
    tag = "calibrations",
    params(("calibration_id" = CalibrationId, Path, description = "The session"), ("If-Match" = String, Header, description = "The ETag of what was read before")),
    responses(
        (status = 200, description = "The session", body = Calibration),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/calibrations/{calibration_id}/close")]
async fn close(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<CalibrationId>,
    seen: IfMatch,
) -> Result<Versioned<Calibration>, Problem> {
    let done = calibrations::close::close(&app, &caller, path.into_inner(), seen.0).await?;
    Ok(Versioned::ok(done.version, done))
}

/// How far people agree in a closed session
#[utoipa::path(
    tag = "calibrations",
    params(("calibration_id" = CalibrationId, Path, description = "The session")),
    responses(
        (status = 200, description = "The report", body = CalibrationReport),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/calibrations/{calibration_id}/report")]
async fn report(app: web::Data<App>, caller: Caller, path: web::Path<CalibrationId>) -> Result<web::Json<CalibrationReport>, Problem> {
    Ok(web::Json(calibrations::report::report(&app, &caller, path.into_inner()).await?))
}
