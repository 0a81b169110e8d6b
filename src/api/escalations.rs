//! Escalation cases (升级工单).

use actix_web::{get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::escalation::{CaseState, Sanction};
use crate::domain::id::{AgentId, EscalationId, EvaluationId};
use crate::domain::list_order::Sort;
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, IfMatch, Problem, Query, Versioned};
use crate::usecases::escalation::acknowledge_by_link::LinkedCase;
use crate::usecases::escalation::second::SecondDecision;
use crate::usecases::escalation::{self, EscalationCase, EscalationFilter, EscalationSummary};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(show).service(acknowledge).service(sanction).service(second).service(look).service(by_link);
}

/// Which cases are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those in this state.
    state: Option<CaseState>,
    /// Only those about this agent.
    agent_id: Option<AgentId>,
    /// Only those of this period.
    period: Option<Period>,
    /// Only those of this evaluation.
    evaluation_id: Option<EvaluationId>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// The escalation cases, the newest first
///
/// Permissions: `escalations.read`; people of other roles see the cases that they were told of.
#[utoipa::path(
    tag = "escalations",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of cases", body = Page<EscalationSummary>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/escalations")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<web::Json<Page<EscalationSummary>>, Problem> {
    let query = query.0;
    let filter = EscalationFilter {
        state: query.state,
        agent_id: query.agent_id,
        period: query.period,
        evaluation_id: query.evaluation_id,
        sort: Sort::default(),
    };
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(web::Json(escalation::list::list(&app, &caller, filter, page).await?))
}

/// An escalation case with its chain and its history
#[utoipa::path(
    tag = "escalations",
    params(("escalation_id" = EscalationId, Path, description = "The case")),
    responses(
        (status = 200, description = "The case", body = EscalationCase),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/escalations/{escalation_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<EscalationId>) -> Result<Versioned<EscalationCase>, Problem> {
    let found = escalation::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(found.summary.version, found))
}

/// Acknowledge a case: its clock stops
///
/// Permissions: `escalations.acknowledge`; only those whom the case was sent to, and those who may end it.
#[utoipa::path(
    tag = "escalations",
    params(("escalation_id" = EscalationId, Path, description = "The case"), ("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the same answer")),
    responses(
        (status = 200, description = "The case", body = EscalationCase),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/escalations/{escalation_id}/acknowledge")]
async fn acknowledge(app: web::Data<App>, caller: Caller, path: web::Path<EscalationId>) -> Result<Versioned<EscalationCase>, Problem> {
    let done = escalation::acknowledge::acknowledge(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(done.summary.version, done))
}

/// End a case with a sanction
///
/// Permissions: `escalations.sanction`.
#[utoipa::path(
    tag = "escalations",
    params(("escalation_id" = EscalationId, Path, description = "The case"), ("If-Match" = String, Header, description = "The ETag of what was read before")),
    request_body = Sanction,
    responses(
        (status = 200, description = "The case, ended; or `proposed` where a second person must approve", body = EscalationCase),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/escalations/{escalation_id}/sanction")]
async fn sanction(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<EscalationId>,
    seen: IfMatch,
    body: Body<Sanction>,
) -> Result<Versioned<EscalationCase>, Problem> {
    let done = escalation::sanction::sanction(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(done.summary.version, done))
}

/// Approve or decline a proposed sanction (four eyes)
///
/// Permissions: `escalations.sanction`, and somebody else than the one who proposed it.
#[utoipa::path(
    tag = "escalations",
    params(("escalation_id" = EscalationId, Path, description = "The case"), ("If-Match" = String, Header, description = "The ETag of what was read before")),
    request_body = SecondDecision,
    responses(
        (status = 200, description = "The case", body = EscalationCase),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/escalations/{escalation_id}/sanction/decision")]
async fn second(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<EscalationId>,
    seen: IfMatch,
    body: Body<SecondDecision>,
) -> Result<Versioned<EscalationCase>, Problem> {
    let done = escalation::second::second(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(done.summary.version, done))
}

/// The case behind the link of a mail
///
/// Changes nothing, so that a mail program that looks links up acknowledges nothing. Needs no log-in: the link is the proof.
#[utoipa::path(
    tag = "escalations",
    params(("token" = String, Path, description = "What stands at the end of the link")),
    security(()),
    responses(
        (status = 200, description = "The case, without any detail of the customer", body = LinkedCase),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/escalation-links/{token}")]
async fn look(app: web::Data<App>, path: web::Path<String>) -> Result<web::Json<LinkedCase>, Problem> {
    Ok(web::Json(escalation::acknowledge_by_link::look(&app, &path).await?))
}

/// Acknowledge a case by the link of a mail
///
/// Needs no log-in: the link was sent to one person, and acknowledges for that person. A second time changes nothing.
#[utoipa::path(
    tag = "escalations",
    params(("token" = String, Path, description = "What stands at the end of the link")),
    security(()),
    responses(
        (status = 200, description = "The case", body = LinkedCase),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/escalation-links/{token}")]
async fn by_link(app: web::Data<App>, request: actix_web::HttpRequest, path: web::Path<String>) -> Result<web::Json<LinkedCase>, Problem> {
    let origin = crate::http::caller::origin(&request, &app)?;
    Ok(web::Json(escalation::acknowledge_by_link::acknowledge_by_link(&app, &path, origin).await?))
}
