//! The audit log.

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::access::ActorKind;
use crate::domain::audit::{AuditEntry, AuditFilter};
use crate::domain::id::UserId;
use crate::domain::page::{Page, PageRequest};
use crate::http::problem::ProblemDocument;
use crate::http::{Caller, Problem, Query};
use crate::usecases::audit;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list);
}

/// Which lines are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only what this user did.
    user_id: Option<UserId>,
    /// Only what this kind of actor did.
    actor_kind: Option<ActorKind>,
    /// Only this action, such as `team.changed`.
    action: Option<String>,
    /// Only what was done to this kind of object, such as `team`.
    object_kind: Option<String>,
    /// Only what was done to this object.
    object_id: Option<String>,
    /// Only what was done at this moment or later.
    from: Option<DateTime<Utc>>,
    /// Only what was done before this moment.
    until: Option<DateTime<Utc>>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Search the audit log, the latest lines first
#[utoipa::path(
    tag = "audit",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of lines", body = Page<AuditEntry>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/audit")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<web::Json<Page<AuditEntry>>, Problem> {
    let query = query.0;
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = AuditFilter {
        user: query.user_id,
        actor_kind: query.actor_kind,
        action: query.action,
        object_kind: query.object_kind,
        object_id: query.object_id,
        from: query.from,
        until: query.until,
    };
    Ok(web::Json(audit::list::list(&app, &caller, filter, page).await?))
}
