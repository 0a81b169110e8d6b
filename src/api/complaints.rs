//! Complaints (投诉).

use actix_web::{get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::complaint::{Adjudication, ComplaintInput, ComplaintState};
use crate::domain::id::{AgentId, ComplaintId};
use crate::domain::line_report::LineReport;
use crate::domain::list_order::Sort;
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::http::problem::ProblemDocument;
use crate::http::table::{CsvBody, ImportQuery};
use crate::http::{Body, Caller, IfMatch, Problem, Query, Versioned};
use crate::usecases::complaints::{self, Complaint, ComplaintFilter};
use crate::usecases::line_import::Upload;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(record).service(import).service(show).service(adjudicate);
}

/// Which ones are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those in this state.
    state: Option<ComplaintState>,
    /// Only those about this agent.
    agent_id: Option<AgentId>,
    /// Only those of this period.
    period: Option<Period>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// The complaints, the newest first
#[utoipa::path(
    tag = "complaints",
    params(ListQuery),
    responses(
        (status = 200, description = "A page", body = Page<Complaint>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/complaints")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<web::Json<Page<Complaint>>, Problem> {
    let query = query.0;
    let filter = ComplaintFilter { state: query.state, agent_id: query.agent_id, period: query.period, sort: Sort::default() };
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(web::Json(complaints::list::list(&app, &caller, filter, page).await?))
}

/// Record a complaint
///
/// Permissions: `complaints.write`.
#[utoipa::path(
    tag = "complaints",
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the same answer")),
    request_body = ComplaintInput,
    responses(
        (status = 201, description = "The complaint", body = Complaint),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/complaints")]
async fn record(app: web::Data<App>, caller: Caller, body: Body<ComplaintInput>) -> Result<Versioned<Complaint>, Problem> {
    let done = complaints::record::record(&app, &caller, body.0).await?;
    Ok(Versioned::created(done.version, done))
}

/// Bring complaints in from a CSV table
///
/// Columns: `reference`, `employee_no`, `occurred_on`, `text`, and as you like `level` (upholds it at once), `reason`, `source` and `conversation`.
/// Refused lines do not hinder the others; the same table twice changes nothing.
#[utoipa::path(
    tag = "complaints",
    params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "What became of each line", body = LineReport),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/complaints/import")]
async fn import(app: web::Data<App>, caller: Caller, query: Query<ImportQuery>, body: CsvBody) -> Result<web::Json<LineReport>, Problem> {
    let upload = Upload::new(body.0, query.0.dry_run);
    Ok(web::Json(complaints::import::import(&app, &caller, upload).await?))
}

/// A complaint
#[utoipa::path(
    tag = "complaints",
    params(("complaint_id" = ComplaintId, Path, description = "The complaint")),
    responses(
        (status = 200, description = "The complaint", body = Complaint),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/complaints/{complaint_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<ComplaintId>) -> Result<Versioned<Complaint>, Problem> {
    let found = complaints::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(found.version, found))
}

/// Adjudicate a complaint: uphold it at a liability level, or dismiss it
///
/// The fine follows in the same transaction. Again where more becomes known. Permissions: `complaints.write`.
#[utoipa::path(
    tag = "complaints",
    params(("complaint_id" = ComplaintId, Path, description = "The complaint"), ("If-Match" = String, Header, description = "The ETag of what was read before")),
    request_body = Adjudication,
    responses(
        (status = 200, description = "The complaint", body = Complaint),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/complaints/{complaint_id}/adjudication")]
async fn adjudicate(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<ComplaintId>,
    seen: IfMatch,
    body: Body<Adjudication>,
) -> Result<Versioned<Complaint>, Problem> {
    let done = complaints::adjudicate::adjudicate(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(done.version, done))
}
