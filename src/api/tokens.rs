//! Bearer tokens.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::id::{TokenId, UserId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::token::{NewToken, Token, TokenInput};
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, Problem, Query};
use crate::usecases::tokens;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(create).service(revoke);
}

/// Whose tokens are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Those of this user; one's own where absent.
    user_id: Option<UserId>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Somebody's tokens, the oldest first, also those that have ended
#[utoipa::path(
    tag = "tokens",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of tokens", body = Page<Token>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/tokens")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<web::Json<Page<Token>>, Problem> {
    let page = PageRequest::parse(query.0.limit, query.0.cursor.as_deref())?;
    Ok(web::Json(tokens::list::list(&app, &caller, query.0.user_id, page).await?))
}

/// Make a token; it is shown this once
#[utoipa::path(
    tag = "tokens",
    request_body = TokenInput,
    responses(
        (status = 201, description = "The token", body = NewToken),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/tokens")]
async fn create(app: web::Data<App>, caller: Caller, body: Body<TokenInput>) -> Result<(web::Json<NewToken>, StatusCode), Problem> {
    Ok((web::Json(tokens::create::create(&app, &caller, body.0).await?), StatusCode::CREATED))
}

/// Revoke a token, for good
#[utoipa::path(
    tag = "tokens",
    params(("token_id" = TokenId, Path, description = "The token")),
    responses(
        (status = 204, description = "The token has ended"),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[delete("/tokens/{token_id}")]
async fn revoke(app: web::Data<App>, caller: Caller, path: web::Path<TokenId>) -> Result<HttpResponse, Problem> {
    tokens::revoke::revoke(&app, &caller, path.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}
