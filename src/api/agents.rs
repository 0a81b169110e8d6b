//! Agents.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::agent::{Agent, AgentChange, AgentFilter, AgentInput, COLUMNS, MoveInput};
use crate::domain::id::{AgentId, TeamId};
use crate::domain::line_report::LineReport;
use crate::domain::membership::Membership;
use crate::domain::page::{Page, PageRequest};
use crate::http::problem::ProblemDocument;
use crate::http::table::{CsvBody, ImportQuery, ListFormat, csv_table, wants_csv};
use crate::http::{Body, Caller, IfMatch, Problem, Query, Versioned};
use crate::usecases::agents;
use crate::usecases::line_import::Upload;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(create).service(import).service(show).service(change).service(history).service(move_team);
}

/// Which agents are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those who are now in this team or below it.
    team_id: Option<TeamId>,
    /// Only the one with this employee number.
    employee_no: Option<String>,
    /// Only those whose name contains this text.
    name: Option<String>,
    /// Only those who have left (true) or have not (false).
    left: Option<bool>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// `csv` for the whole list as a table, like `Accept: text/csv`; `json` where absent.
    #[param(inline)]
    format: Option<ListFormat>,
}

/// The agents, by employee number, as pages of JSON or as one CSV table
#[utoipa::path(
    tag = "agents",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of agents, or all of them as CSV", content((Page<Agent> = "application/json"), (String = "text/csv"))),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/agents")]
async fn list(request: HttpRequest, app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let filter =
        AgentFilter { team: query.team_id, employee_no: query.employee_no, name: query.name, left: query.left, ..AgentFilter::default() };
    if wants_csv(&request, query.format) {
        return csv_table("agents.csv", &COLUMNS, move |page| {
            let (app, caller, filter) = (app.clone(), caller.clone(), filter.clone());
            async move { agents::export::export(&app, &caller, filter, page).await }
        })
        .await;
    }
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(HttpResponse::Ok().json(agents::list::list(&app, &caller, filter, page).await?))
}

/// Note a new agent
#[utoipa::path(
    tag = "agents",
    request_body = AgentInput,
    responses(
        (status = 201, description = "The new agent", body = Agent),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/agents")]
async fn create(app: web::Data<App>, caller: Caller, body: Body<AgentInput>) -> Result<Versioned<Agent>, Problem> {
    let created = agents::create::create(&app, &caller, body.0).await?;
    Ok(Versioned::created(created.version, created))
}

/// Bring agents in from a CSV table
///
/// The columns are those of the list as CSV. Refused lines do not hinder the others; the report names each with line, column and what would be
/// right. The same table twice changes nothing.
#[utoipa::path(
    tag = "agents",
    params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "What became of each line", body = LineReport),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/agents/import")]
async fn import(app: web::Data<App>, caller: Caller, query: Query<ImportQuery>, body: CsvBody) -> Result<web::Json<LineReport>, Problem> {
    let upload = Upload::new(body.0, query.0.dry_run);
    Ok(web::Json(agents::import::import(&app, &caller, upload).await?))
}

/// An agent
#[utoipa::path(
    tag = "agents",
    params(("agent_id" = AgentId, Path, description = "The agent")),
    responses(
        (status = 200, description = "The agent", body = Agent),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/agents/{agent_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<AgentId>) -> Result<Versioned<Agent>, Problem> {
    let found = agents::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(found.version, found))
}

/// Change an agent; what is absent stays as it is
#[utoipa::path(
    tag = "agents",
    params(
        ("agent_id" = AgentId, Path, description = "The agent"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    request_body = AgentChange,
    responses(
        (status = 200, description = "The agent as it is now", body = Agent),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[patch("/agents/{agent_id}")]
async fn change(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<AgentId>,
    seen: IfMatch,
    body: Body<AgentChange>,
) -> Result<Versioned<Agent>, Problem> {
    let changed = agents::change::change(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(changed.version, changed))
}

/// The teams that an agent has been in, the earliest first
#[utoipa::path(
    tag = "agents",
    params(("agent_id" = AgentId, Path, description = "The agent")),
    responses(
        (status = 200, description = "The stays; each lasts until the next begins", body = Page<Membership>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/agents/{agent_id}/teams")]
async fn history(app: web::Data<App>, caller: Caller, path: web::Path<AgentId>) -> Result<web::Json<Page<Membership>>, Problem> {
    let items = agents::history::history(&app, &caller, path.into_inner()).await?;
    Ok(web::Json(Page { items, next: None }))
}

/// Move an agent to another team from a day on; the stays before remain known
#[utoipa::path(
    tag = "agents",
    params(
        ("agent_id" = AgentId, Path, description = "The agent"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    request_body = MoveInput,
    responses(
        (status = 200, description = "The agent as it is now", body = Agent),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/agents/{agent_id}/teams")]
async fn move_team(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<AgentId>,
    seen: IfMatch,
    body: Body<MoveInput>,
) -> Result<Versioned<Agent>, Problem> {
    let moved = agents::move_team::move_team(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(moved.version, moved))
}
