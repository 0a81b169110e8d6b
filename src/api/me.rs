//! Who the caller is.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::routes::Routes;
use crate::domain::access::Action;
use crate::domain::id::{AgentId, UserId};
use crate::http::problem::ProblemDocument;
use crate::http::{Caller, Problem};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(show);
}

/// The caller.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    /// The user.
    user_id: Option<UserId>,
    /// The agent that the user is.
    agent_id: Option<AgentId>,
    /// The roles that the user holds.
    roles: Vec<String>,
    /// What the user may do with this token.
    actions: Vec<Action>,
}

/// Who the token belongs to and what it may do
#[utoipa::path(
    tag = "me",
    responses(
        (status = 200, description = "The caller", body = Me),
        (status = 401, description = "No valid token", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/me")]
async fn show(caller: Caller) -> Result<web::Json<Me>, Problem> {
    Ok(web::Json(Me {
        user_id: caller.user,
        agent_id: caller.agent,
        roles: caller.grants.iter().map(|g| g.role.to_string()).collect(),
        actions: Action::ALL.iter().copied().filter(|a| caller.may(*a).is_ok()).collect(),
    }))
}
