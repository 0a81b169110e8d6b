//! Conversations: import, list, one.

mod import;
mod recordings;

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::conversation::Channel;
use crate::domain::id::{ConversationId, TeamId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::http::problem::ProblemDocument;
use crate::http::{Caller, Problem, Query};
use crate::usecases::conversations::list::{ConversationFilter, ConversationSummary, list};
use crate::usecases::conversations::show::{ConversationDetail, show};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(import::import_conversations).service(list_conversations).service(show_conversation);
    recordings::routes(config);
}

/// Which conversations, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// The agent, by id or employee number.
    agent: Option<String>,
    /// The team in which, or below which, the agent is now.
    team: Option<TeamId>,
    /// The channel.
    channel: Option<Channel>,
    /// The queue.
    queue: Option<String>,
    /// The period.
    period: Option<Period>,
    /// The source.
    source: Option<String>,
    /// A text that the external id contains, in small or capital letters.
    external_id: Option<String>,
    /// How many items at the most, 1 to 200; 50 where absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// List conversations, the latest first
///
/// Permissions: `conversations.read`. A team lead sees those of the teams in reach, an agent the own ones, an inspector those of the own samples;
/// the agent of a sample that is to be graded blind is not named.
#[utoipa::path(
    tag = "conversations",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of conversations", body = Page<ConversationSummary>),
        (status = 400, description = "A parameter is wrong", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/conversations")]
async fn list_conversations(
    app: web::Data<App>,
    caller: Caller,
    query: Query<ListQuery>,
) -> Result<web::Json<Page<ConversationSummary>>, Problem> {
    let ListQuery { agent, team, channel, queue, period, source, external_id, limit, cursor } = query.0;
    let page = PageRequest::parse(limit, cursor.as_deref())?;
    let filter = ConversationFilter { agent, team, channel, queue, period, source, external_id };
    Ok(web::Json(list(&app, &caller, filter, page).await?))
}

/// Show a conversation with its transcript and recordings
///
/// Permissions: `conversations.read`, as for the list.
#[utoipa::path(
    tag = "conversations",
    params(("conversation_id" = ConversationId, Path, description = "The conversation")),
    responses(
        (status = 200, description = "The conversation", body = ConversationDetail),
        (status = 404, description = "None within reach", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/conversations/{conversation_id}")]
async fn show_conversation(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<ConversationId>,
) -> Result<web::Json<ConversationDetail>, Problem> {
    Ok(web::Json(show(&app, &caller, path.into_inner()).await?))
}
