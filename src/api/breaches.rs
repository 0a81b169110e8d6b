//! Operating breaches (违规操作).

use actix_web::{get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::breach::{BreachInput, BreachState};
use crate::domain::id::{AgentId, BreachId};
use crate::domain::line_report::LineReport;
use crate::domain::list_order::Sort;
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::http::problem::ProblemDocument;
use crate::http::table::{CsvBody, ImportQuery};
use crate::http::{Body, Caller, IfMatch, Problem, Query, Versioned};
use crate::usecases::breaches::withdraw::Withdrawal;
use crate::usecases::breaches::{self, Breach, BreachFilter};
use crate::usecases::line_import::Upload;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(record).service(import).service(show).service(withdraw);
}

/// Which ones are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those in this state.
    state: Option<BreachState>,
    /// Only those about this agent.
    agent_id: Option<AgentId>,
    /// Only those of this period.
    period: Option<Period>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// The operating breaches, the newest first
#[utoipa::path(
    tag = "breaches",
    params(ListQuery),
    responses(
        (status = 200, description = "A page", body = Page<Breach>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/breaches")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<web::Json<Page<Breach>>, Problem> {
    let query = query.0;
    let filter = BreachFilter { state: query.state, agent_id: query.agent_id, period: query.period, sort: Sort::default() };
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(web::Json(breaches::list::list(&app, &caller, filter, page).await?))
}

/// Record an operating breach; it is charged by occurrence at once
///
/// Permissions: `complaints.write`.
#[utoipa::path(
    tag = "breaches",
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the same answer")),
    request_body = BreachInput,
    responses(
        (status = 201, description = "The operating breach", body = Breach),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/breaches")]
async fn record(app: web::Data<App>, caller: Caller, body: Body<BreachInput>) -> Result<Versioned<Breach>, Problem> {
    let done = breaches::record::record(&app, &caller, body.0).await?;
    Ok(Versioned::created(done.version, done))
}

/// Bring operating breaches in from a CSV table
///
/// Columns: `reference`, `employee_no`, `occurred_on`, `text`, and as you like `occurrences`.
/// Refused lines do not hinder the others; the same table twice changes nothing.
#[utoipa::path(
    tag = "breaches",
    params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "What became of each line", body = LineReport),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/breaches/import")]
async fn import(app: web::Data<App>, caller: Caller, query: Query<ImportQuery>, body: CsvBody) -> Result<web::Json<LineReport>, Problem> {
    let upload = Upload::new(body.0, query.0.dry_run);
    Ok(web::Json(breaches::import::import(&app, &caller, upload).await?))
}

/// An operating breach
#[utoipa::path(
    tag = "breaches",
    params(("breach_id" = BreachId, Path, description = "The operating breach")),
    responses(
        (status = 200, description = "The operating breach", body = Breach),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/breaches/{breach_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<BreachId>) -> Result<Versioned<Breach>, Problem> {
    let found = breaches::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(found.version, found))
}

/// Take an operating breach back
///
/// The ledger follows in the same transaction. Permissions: `complaints.write`.
#[utoipa::path(
    tag = "breaches",
    params(("breach_id" = BreachId, Path, description = "The operating breach"), ("If-Match" = String, Header, description = "The ETag of what was read before")),
    request_body = Withdrawal,
    responses(
        (status = 200, description = "The operating breach", body = Breach),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/breaches/{breach_id}/withdrawal")]
async fn withdraw(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<BreachId>,
    seen: IfMatch,
    body: Body<Withdrawal>,
) -> Result<Versioned<Breach>, Problem> {
    let done = breaches::withdraw::withdraw(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(done.version, done))
}
