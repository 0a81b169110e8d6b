//! Appeals (申诉).

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::appeal::{AppealInput, AppealState, DecisionInput};
use crate::domain::id::{AgentId, AppealId, AttachmentId, EvaluationId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::http::body::read_bytes;
use crate::http::patience::Patient;
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, IfMatch, Problem, Query, Versioned};
use crate::usecases::appeals::ask_second::SecondRequest;
use crate::usecases::appeals::statistics::AppealStatistics;
use crate::usecases::appeals::{self, Appeal, AppealFilter, AppealSummary, Attachment};

pub(super) fn routes(config: &mut Routes<'_>) {
    config
        .service(list)
        .service(submit)
        .service(statistics)
        .service(show)
        .service(decide)
        .service(ask_second)
        .service(withdraw)
        .service(attach)
        .service(download);
}

/// Which ones are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those in this state.
    state: Option<AppealState>,
    /// Only those of this agent.
    agent_id: Option<AgentId>,
    /// Only those about something of this period.
    period: Option<Period>,
    /// Only those about this evaluation.
    evaluation_id: Option<EvaluationId>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Of which period the figures are.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StatisticsQuery {
    /// Only appeals about something of this period; all where absent.
    period: Option<Period>,
}

/// What a file is called.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AttachQuery {
    /// The name of the file, up to 200 characters.
    name: String,
}

/// The appeals, the newest first
///
/// Agents see their own, leads those of their teams, inspectors those about what they graded.
#[utoipa::path(
    tag = "appeals",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of appeals", body = Page<AppealSummary>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/appeals")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<web::Json<Page<AppealSummary>>, Problem> {
    let query = query.0;
    let filter = AppealFilter { state: query.state, agent_id: query.agent_id, period: query.period, evaluation_id: query.evaluation_id };
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(web::Json(appeals::list::list(&app, &caller, filter, page).await?))
}

/// Appeal against errors and violations, a complaint or an operating breach
///
/// Permissions: `appeals.submit`: agents for themselves, leads for the agents of their teams.
#[utoipa::path(
    tag = "appeals",
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the same answer")),
    request_body = AppealInput,
    responses(
        (status = 201, description = "The appeal", body = Appeal),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/appeals")]
async fn submit(app: web::Data<App>, caller: Caller, body: Body<AppealInput>) -> Result<Versioned<Appeal>, Problem> {
    let done = appeals::submit::submit(&app, &caller, body.0).await?;
    Ok(Versioned::created(done.summary.version, done))
}

/// Figures about appeals: how many, by inspector and item, the accepted share, days to decide
#[utoipa::path(
    tag = "appeals",
    params(StatisticsQuery),
    responses(
        (status = 200, description = "The figures", body = AppealStatistics),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/appeals/statistics")]
async fn statistics(app: web::Data<App>, caller: Caller, query: Query<StatisticsQuery>) -> Result<web::Json<AppealStatistics>, Problem> {
    Ok(web::Json(appeals::statistics::statistics(&app, &caller, query.0.period).await?))
}

/// An appeal with its decisions and attachments
#[utoipa::path(
    tag = "appeals",
    params(("appeal_id" = AppealId, Path, description = "The appeal")),
    responses(
        (status = 200, description = "The appeal", body = Appeal),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/appeals/{appeal_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<AppealId>) -> Result<Versioned<Appeal>, Problem> {
    let found = appeals::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(found.summary.version, found))
}

/// Decide an appeal, point by point
///
/// One transaction recalculates the evaluation, its violations, the ledger and the escalation case. Permissions: `appeals.decide`; not who made the
/// finding or the appeal, nobody of the agent's team, and in the second instance not who decided in the first.
#[utoipa::path(
    tag = "appeals",
    params(("appeal_id" = AppealId, Path, description = "The appeal"), ("If-Match" = String, Header, description = "The ETag of what was read before")),
    request_body = DecisionInput,
    responses(
        (status = 200, description = "The appeal", body = Appeal),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/appeals/{appeal_id}/decision")]
async fn decide(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<AppealId>,
    seen: IfMatch,
    body: Body<DecisionInput>,
) -> Result<Versioned<Appeal>, Problem> {
    let done = appeals::decide::decide(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(done.summary.version, done))
}

/// Bring a decided appeal to the second instance
///
/// Permissions: `appeals.submit`.
#[utoipa::path(
    tag = "appeals",
    params(("appeal_id" = AppealId, Path, description = "The appeal"), ("If-Match" = String, Header, description = "The ETag of what was read before")),
    request_body = SecondRequest,
    responses(
        (status = 200, description = "The appeal", body = Appeal),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/appeals/{appeal_id}/second-instance")]
async fn ask_second(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<AppealId>,
    seen: IfMatch,
    body: Body<SecondRequest>,
) -> Result<Versioned<Appeal>, Problem> {
    let done = appeals::ask_second::ask_second(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(done.summary.version, done))
}

/// Take an appeal back before it is decided
///
/// Permissions: `appeals.submit`, and only who made it.
#[utoipa::path(
    tag = "appeals",
    params(("appeal_id" = AppealId, Path, description = "The appeal"), ("If-Match" = String, Header, description = "The ETag of what was read before")),
    responses(
        (status = 200, description = "The appeal", body = Appeal),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/appeals/{appeal_id}/withdrawal")]
async fn withdraw(app: web::Data<App>, caller: Caller, path: web::Path<AppealId>, seen: IfMatch) -> Result<Versioned<Appeal>, Problem> {
    let done = appeals::withdraw::withdraw(&app, &caller, path.into_inner(), seen.0).await?;
    Ok(Versioned::ok(done.summary.version, done))
}

/// Attach a file to an appeal that waits for a decision
///
/// The bytes of a PDF, a PNG or JPEG image, or plain text in UTF-8, recognised by their content; the size and the number are limited
/// (`limits.attachment_bytes`, `limits.attachments`). Permissions: `appeals.submit`.
#[utoipa::path(
    tag = "appeals",
    params(("appeal_id" = AppealId, Path, description = "The appeal"), AttachQuery),
    request_body(content = String, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "The attachment", body = Attachment),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/appeals/{appeal_id}/attachments")]
async fn attach(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<AppealId>,
    query: Query<AttachQuery>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<web::Json<Attachment>, Problem> {
    let payload = Patient::new(&request, payload.into_inner());
    let content = read_bytes(payload, app.config.limits.attachment_bytes, "limits.attachment_bytes").await?;
    Ok(web::Json(appeals::attach::attach(&app, &caller, path.into_inner(), &query.0.name, content).await?))
}

/// A file attached to an appeal
#[utoipa::path(
    tag = "appeals",
    params(("appeal_id" = AppealId, Path, description = "The appeal"), ("attachment_id" = AttachmentId, Path, description = "The attachment")),
    responses(
        (
            status = 200,
            description = "The file",
            content(
                (Vec<u8> = "application/pdf"),
                (Vec<u8> = "image/png"),
                (Vec<u8> = "image/jpeg"),
                (String = "text/plain; charset=utf-8"),
            ),
        ),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/appeals/{appeal_id}/attachments/{attachment_id}")]
async fn download(app: web::Data<App>, caller: Caller, path: web::Path<(AppealId, AttachmentId)>) -> Result<HttpResponse, Problem> {
    let (appeal, id) = path.into_inner();
    let (attachment, content) = appeals::attachment::attachment(&app, &caller, appeal, id).await?;
    // Always saved, never shown within the site: what people attach is not to be trusted.
    let name: String = attachment.name.bytes().fold(String::new(), |mut name, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
        name
    });
    Ok(HttpResponse::Ok()
        .content_type(attachment.media_type)
        .insert_header(("Content-Disposition", format!("attachment; filename*=UTF-8''{name}")))
        .insert_header(("Content-Security-Policy", "sandbox"))
        .body(content))
}
