//! Follow-ups (整改跟踪).

use actix_web::{get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::follow_up::{FollowUpEnd, FollowUpInput, FollowUpState};
use crate::domain::id::{AgentId, FollowUpId, UserId};
use crate::domain::list_order::Sort;
use crate::domain::page::{Page, PageRequest};
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, IfMatch, Problem, Query, Versioned};
use crate::usecases::follow_ups::{self, FollowUp, FollowUpFilter};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(set).service(show).service(end);
}

/// Which ones are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those in this state.
    state: Option<FollowUpState>,
    /// Only those about this agent.
    agent_id: Option<AgentId>,
    /// Only those of this owner.
    owner_id: Option<UserId>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// The follow-ups, the newest first
#[utoipa::path(
    tag = "follow-ups",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of follow-ups", body = Page<FollowUp>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/follow-ups")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<web::Json<Page<FollowUp>>, Problem> {
    let query = query.0;
    let filter = FollowUpFilter { state: query.state, agent_id: query.agent_id, owner_id: query.owner_id, sort: Sort::default() };
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(web::Json(follow_ups::list::list(&app, &caller, filter, page).await?))
}

/// Set a follow-up from an evaluation, a violation, an escalation case or an appeal
///
/// Permissions: `follow_ups.write`.
#[utoipa::path(
    tag = "follow-ups",
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the same answer")),
    request_body = FollowUpInput,
    responses(
        (status = 201, description = "The follow-up", body = FollowUp),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/follow-ups")]
async fn set(app: web::Data<App>, caller: Caller, body: Body<FollowUpInput>) -> Result<Versioned<FollowUp>, Problem> {
    let done = follow_ups::set::set(&app, &caller, body.0).await?;
    Ok(Versioned::created(done.version, done))
}

/// A follow-up, and whether the same error came back
#[utoipa::path(
    tag = "follow-ups",
    params(("follow_up_id" = FollowUpId, Path, description = "The follow-up")),
    responses(
        (status = 200, description = "The follow-up", body = FollowUp),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/follow-ups/{follow_up_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<FollowUpId>) -> Result<Versioned<FollowUp>, Problem> {
    let found = follow_ups::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(found.version, found))
}

/// End a follow-up: done, or called off
///
/// Permissions: `follow_ups.write`.
#[utoipa::path(
    tag = "follow-ups",
    params(("follow_up_id" = FollowUpId, Path, description = "The follow-up"), ("If-Match" = String, Header, description = "The ETag of what was read before")),
    request_body = FollowUpEnd,
    responses(
        (status = 200, description = "The follow-up", body = FollowUp),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/follow-ups/{follow_up_id}/end")]
async fn end(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<FollowUpId>,
    seen: IfMatch,
    body: Body<FollowUpEnd>,
) -> Result<Versioned<FollowUp>, Problem> {
    let done = follow_ups::end::end(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(done.version, done))
}
