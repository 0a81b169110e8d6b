//! Webhooks: programs that are told of events. What they receive is described in docs/WEBHOOKS.md.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, post, put, web};

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::id::WebhookId;
use crate::domain::outbox::Message;
use crate::domain::page::Page;
use crate::domain::webhook::{NewWebhook, Webhook, WebhookInput};
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, IfMatch, PageQuery, Problem, Query, Versioned};
use crate::usecases::webhooks;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(create).service(show).service(change).service(remove).service(new_secret).service(trial);
}

/// The webhooks, the oldest first
#[utoipa::path(
    tag = "webhooks",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of webhooks", body = Page<Webhook>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/webhooks")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<PageQuery>) -> Result<web::Json<Page<Webhook>>, Problem> {
    Ok(web::Json(webhooks::list::list(&app, &caller, query.0.parse()?).await?))
}

/// Make a webhook; the secret that signs its deliveries is shown this once
#[utoipa::path(
    tag = "webhooks",
    request_body = WebhookInput,
    responses(
        (status = 201, description = "The webhook with its secret", body = NewWebhook),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/webhooks")]
async fn create(app: web::Data<App>, caller: Caller, body: Body<WebhookInput>) -> Result<(web::Json<NewWebhook>, StatusCode), Problem> {
    Ok((web::Json(webhooks::create::create(&app, &caller, body.0).await?), StatusCode::CREATED))
}

/// A webhook
#[utoipa::path(
    tag = "webhooks",
    params(("webhook_id" = WebhookId, Path, description = "The webhook")),
    responses(
        (status = 200, description = "The webhook", body = Webhook),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/webhooks/{webhook_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<WebhookId>) -> Result<Versioned<Webhook>, Problem> {
    let webhook = webhooks::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(webhook.version, webhook))
}

/// Change a webhook; its secret stays
#[utoipa::path(
    tag = "webhooks",
    params(("webhook_id" = WebhookId, Path, description = "The webhook"), ("If-Match" = String, Header, description = "The ETag of what you read")),
    request_body = WebhookInput,
    responses(
        (status = 200, description = "The webhook", body = Webhook),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[put("/webhooks/{webhook_id}")]
async fn change(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<WebhookId>,
    seen: IfMatch,
    body: Body<WebhookInput>,
) -> Result<Versioned<Webhook>, Problem> {
    let webhook = webhooks::change::change(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(webhook.version, webhook))
}

/// Remove a webhook; what waits for it is given up
#[utoipa::path(
    tag = "webhooks",
    params(("webhook_id" = WebhookId, Path, description = "The webhook")),
    responses(
        (status = 204, description = "It is gone"),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[delete("/webhooks/{webhook_id}")]
async fn remove(app: web::Data<App>, caller: Caller, path: web::Path<WebhookId>) -> Result<HttpResponse, Problem> {
    webhooks::remove::remove(&app, &caller, path.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Give a webhook another secret, shown this once; the one before is void at once
#[utoipa::path(
    tag = "webhooks",
    params(("webhook_id" = WebhookId, Path, description = "The webhook")),
    responses(
        (status = 200, description = "The webhook with its new secret", body = NewWebhook),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/webhooks/{webhook_id}/secret")]
async fn new_secret(app: web::Data<App>, caller: Caller, path: web::Path<WebhookId>) -> Result<web::Json<NewWebhook>, Problem> {
    Ok(web::Json(webhooks::new_secret::new_secret(&app, &caller, path.into_inner()).await?))
}

/// Send the event `ping` to a webhook; the outbox tells what came of it
#[utoipa::path(
    tag = "webhooks",
    params(("webhook_id" = WebhookId, Path, description = "The webhook")),
    responses(
        (status = 201, description = "The message in the outbox", body = Message),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/webhooks/{webhook_id}/trial")]
async fn trial(app: web::Data<App>, caller: Caller, path: web::Path<WebhookId>) -> Result<(web::Json<Message>, StatusCode), Problem> {
    Ok((web::Json(webhooks::trial::trial(&app, &caller, path.into_inner()).await?), StatusCode::CREATED))
}
