//! Second, blind gradings of evaluations (handbook 3.10).

use actix_web::{get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::id::RegradeId;
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::domain::regrade::RegradeState;
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, IfMatch, Problem, Query, Versioned};
use crate::usecases::regrades::choose::{Choice, Chosen};
use crate::usecases::regrades::decide::{Decided, Decisions};
use crate::usecases::regrades::grade::SecondGrade;
use crate::usecases::regrades::{self, Regrade};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(choose).service(show).service(grade).service(decide);
}

/// Which ones are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those in this state.
    state: Option<RegradeState>,
    /// Only those of this period.
    period: Option<Period>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// The second gradings, the newest first
///
/// Inspectors see those that are theirs to grade, without the first grade.
#[utoipa::path(
    tag = "regrades",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of second gradings", body = Page<Regrade>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/regrades")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<web::Json<Page<Regrade>>, Problem> {
    let query = query.0;
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(web::Json(regrades::list::list(&app, &caller, query.state, query.period, page).await?))
}

/// Choose a share of a month's evaluations to be graded again
///
/// At random, with the seed in the answer; each goes to an inspector who has not graded it. Permissions: `regrades.run` for the whole centre.
#[utoipa::path(
    tag = "regrades",
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the same answer")),
    request_body = Choice,
    responses(
        (status = 200, description = "What was chosen", body = Chosen),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/regrades/choice")]
async fn choose(app: web::Data<App>, caller: Caller, body: Body<Choice>) -> Result<web::Json<Chosen>, Problem> {
    Ok(web::Json(regrades::choose::choose(&app, &caller, body.0).await?))
}

/// A second grading
#[utoipa::path(
    tag = "regrades",
    params(("regrade_id" = RegradeId, Path, description = "The second grading")),
    responses(
        (status = 200, description = "The second grading", body = Regrade),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/regrades/{regrade_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<RegradeId>) -> Result<Versioned<Regrade>, Problem> {
    let found = regrades::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(found.version, found))
}

/// Hand the second grade in
///
/// It changes nothing of the evaluation. Permissions: `grading`, and only who it is given to.
#[utoipa::path(
    tag = "regrades",
    params(("regrade_id" = RegradeId, Path, description = "The second grading")),
    request_body = SecondGrade,
    responses(
        (status = 200, description = "The second grading", body = Regrade),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/regrades/{regrade_id}/grade")]
async fn grade(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<RegradeId>,
    body: Body<SecondGrade>,
) -> Result<Versioned<Regrade>, Problem> {
    let done = regrades::grade::grade(&app, &caller, path.into_inner(), body.0).await?;
    Ok(Versioned::ok(done.version, done))
}

/// Decide the differences between the two grades
///
/// An error that was missed without a good reason costs the first inspector double the deduction. Permissions: `regrades.run`, and neither of the
/// two inspectors.
#[utoipa::path(
    tag = "regrades",
    params(("regrade_id" = RegradeId, Path, description = "The second grading"), ("If-Match" = String, Header, description = "The ETag of what was read before")),
    request_body = Decisions,
    responses(
        (status = 200, description = "What follows", body = Decided),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/regrades/{regrade_id}/decision")]
async fn decide(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<RegradeId>,
    seen: IfMatch,
    body: Body<Decisions>,
) -> Result<web::Json<Decided>, Problem> {
    Ok(web::Json(regrades::decide::decide(&app, &caller, path.into_inner(), seen.0, body.0).await?))
}
