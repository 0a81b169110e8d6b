//! What leaves the service by mail and webhook.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::id::{OutboxId, UserId, WebhookId};
use crate::domain::mail::{OutboxChannel, OutboxState};
use crate::domain::outbox::{Message, MessageFilter};
use crate::domain::page::{Page, PageRequest};
use crate::http::problem::ProblemDocument;
use crate::http::{Caller, Problem, Query};
use crate::usecases::outbox;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(resend);
}

/// Which messages are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Those in this state: `dead` and `unsure` are the failures.
    state: Option<OutboxState>,
    /// Those of this channel.
    channel: Option<OutboxChannel>,
    /// Those of this kind of letter or event.
    kind: Option<String>,
    /// Those to this user.
    user_id: Option<UserId>,
    /// Those to this webhook.
    webhook_id: Option<WebhookId>,
    /// Those written from this moment on.
    from: Option<DateTime<Utc>>,
    /// Those written before this moment.
    until: Option<DateTime<Utc>>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Messages in the outbox, the latest first, with why they were not sent
#[utoipa::path(
    tag = "mail",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of messages", body = Page<Message>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/outbox")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<web::Json<Page<Message>>, Problem> {
    let ListQuery { state, channel, kind, user_id, webhook_id, from, until, limit, cursor } = query.0;
    let page = PageRequest::parse(limit, cursor.as_deref())?;
    let filter = MessageFilter { state, channel, kind, user: user_id, webhook: webhook_id, from, until };
    Ok(web::Json(outbox::list::list(&app, &caller, filter, page).await?))
}

/// Send a message again that was sent, given up, or is unsure; its Message-ID stays
#[utoipa::path(
    tag = "mail",
    params(("message_id" = OutboxId, Path, description = "The message")),
    responses(
        (status = 200, description = "The message, queued", body = Message),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/outbox/{message_id}/resend")]
async fn resend(app: web::Data<App>, caller: Caller, path: web::Path<OutboxId>) -> Result<web::Json<Message>, Problem> {
    Ok(web::Json(outbox::send_again::send_again(&app, &caller, path.into_inner()).await?))
}
