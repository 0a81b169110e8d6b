//! Attendance: worked days per agent and period.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::attendance::{Attendance, AttendanceFilter, AttendanceInput, COLUMNS};
use crate::domain::id::AgentId;
use crate::domain::line_report::LineReport;
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::http::problem::ProblemDocument;
use crate::http::table::{CsvBody, ImportQuery, ListFormat, csv_table, wants_csv};
use crate::http::{Body, Caller, Problem, Query};
use crate::usecases::attendance;
use crate::usecases::line_import::Upload;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(import).service(record);
}

/// Which worked days are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those of this period.
    period: Option<Period>,
    /// Only those of this agent.
    agent_id: Option<AgentId>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// `csv` for the whole list as a table, like `Accept: text/csv`; `json` where absent.
    #[param(inline)]
    format: Option<ListFormat>,
}

/// The worked days, by period and agent, as pages of JSON or as one CSV table
#[utoipa::path(
    tag = "attendance",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of worked days, or all of them as CSV", content((Page<Attendance> = "application/json"), (String = "text/csv"))),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/attendance")]
async fn list(request: HttpRequest, app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let filter = AttendanceFilter { period: query.period, agent: query.agent_id };
    if wants_csv(&request, query.format) {
        return csv_table("attendance.csv", &COLUMNS, move |page| {
            let (app, caller, filter) = (app.clone(), caller.clone(), filter.clone());
            async move { attendance::export::export(&app, &caller, filter, page).await }
        })
        .await;
    }
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(HttpResponse::Ok().json(attendance::list::list(&app, &caller, filter, page).await?))
}

/// Bring worked days in from a CSV table
///
/// The columns are those of the list as CSV. Refused lines do not hinder the others; the report names each with line, column and what would be
/// right. The same table twice changes nothing.
#[utoipa::path(
    tag = "attendance",
    params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "What became of each line", body = LineReport),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/attendance/import")]
async fn import(app: web::Data<App>, caller: Caller, query: Query<ImportQuery>, body: CsvBody) -> Result<web::Json<LineReport>, Problem> {
    let upload = Upload::new(body.0, query.0.dry_run);
    Ok(web::Json(attendance::import::import(&app, &caller, upload).await?))
}

/// Record the days that an agent worked in a period, in place of what was recorded before
#[utoipa::path(
    tag = "attendance",
    params(
        ("period" = Period, Path, description = "The period"),
        ("agent_id" = AgentId, Path, description = "The agent"),
    ),
    request_body = AttendanceInput,
    responses(
        (status = 200, description = "What is recorded now", body = Attendance),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[put("/attendance/{period}/{agent_id}")]
async fn record(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(Period, AgentId)>,
    body: Body<AttendanceInput>,
) -> Result<web::Json<Attendance>, Problem> {
    let (period, agent) = path.into_inner();
    Ok(web::Json(attendance::record::record(&app, &caller, agent, period, body.0).await?))
}
