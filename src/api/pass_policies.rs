//! Versions of the pass policy.

use actix_web::{get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::page::{Page, PageRequest};
use crate::domain::pass_policy::PassPolicy;
use crate::domain::period::Period;
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, Problem, Query, Versioned};
use crate::usecases::pass_policies::{self, PassPolicyVersion};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(create);
}

/// Which versions are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only the version in force for this period.
    in_force_for: Option<Period>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// The versions of the pass policy, newest first
#[utoipa::path(
    tag = "pass-policies",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of versions", body = Page<PassPolicyVersion>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/pass-policies")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<web::Json<Page<PassPolicyVersion>>, Problem> {
    let page = PageRequest::parse(query.0.limit, query.0.cursor.as_deref())?;
    Ok(web::Json(pass_policies::list::list(&app, &caller, query.0.in_force_for, page).await?))
}

/// Make a new version of the pass policy; the past cannot be changed
#[utoipa::path(
    tag = "pass-policies",
    request_body = PassPolicy,
    responses(
        (status = 201, description = "The new version", body = PassPolicyVersion),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/pass-policies")]
async fn create(app: web::Data<App>, caller: Caller, body: Body<PassPolicy>) -> Result<Versioned<PassPolicyVersion>, Problem> {
    let created = pass_policies::create::create(&app, &caller, body.0).await?;
    Ok(Versioned::created(created.number, created))
}
