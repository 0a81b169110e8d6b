//! Results: pass status and pass rates, current for an open period and frozen for a closed one.

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::id::{AgentId, TeamId, VendorId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::domain::results::Verdict;
use crate::domain::results::report::{AgentReport, AgentResult, UnitResult};
use crate::http::problem::ProblemDocument;
use crate::http::{Caller, PageQuery, Problem, Query};
use crate::usecases::results::agents::AgentResultFilter;
use crate::usecases::results::{agent, agents, units};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list_agents).service(show_agent).service(list_teams).service(list_vendors).service(show_centre);
}

/// Which agents' results are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AgentsQuery {
    /// Those who ended the period in this team or below it.
    team_id: Option<TeamId>,
    /// Those who ended the period with this vendor.
    vendor_id: Option<VendorId>,
    /// Those with this verdict: `pass`, `fail` or `not_sampled`.
    verdict: Option<Verdict>,
    /// Those who are effective, or those who are not.
    effective: Option<bool>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// The results of agents, by employee number
#[utoipa::path(
    tag = "results",
    params(("period" = Period, Path, description = "The period, YYYY-MM"), AgentsQuery),
    responses(
        (status = 200, description = "A page of results", body = Page<AgentResult>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/results/{period}/agents")]
async fn list_agents(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Period>,
    query: Query<AgentsQuery>,
) -> Result<web::Json<Page<AgentResult>>, Problem> {
    let query = query.0;
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = AgentResultFilter { team: query.team_id, vendor: query.vendor_id, verdict: query.verdict, effective: query.effective };
    Ok(web::Json(agents::agents(&app, &caller, path.into_inner(), filter, page).await?))
}

/// The result of one agent with the evaluations that it rests on
#[utoipa::path(
    tag = "results",
    params(("period" = Period, Path, description = "The period, YYYY-MM"), ("agent_id" = AgentId, Path, description = "The agent")),
    responses(
        (status = 200, description = "The result", body = AgentReport),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/results/{period}/agents/{agent_id}")]
async fn show_agent(app: web::Data<App>, caller: Caller, path: web::Path<(Period, AgentId)>) -> Result<web::Json<AgentReport>, Problem> {
    let (period, agent) = path.into_inner();
    Ok(web::Json(agent::agent(&app, &caller, period, agent).await?))
}

/// The results of teams, each with those below it, by code
#[utoipa::path(
    tag = "results",
    params(("period" = Period, Path, description = "The period, YYYY-MM"), PageQuery),
    responses(
        (status = 200, description = "A page of results", body = Page<UnitResult>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/results/{period}/teams")]
async fn list_teams(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Period>,
    page: Query<PageQuery>,
) -> Result<web::Json<Page<UnitResult>>, Problem> {
    Ok(web::Json(units::teams(&app, &caller, path.into_inner(), page.0.parse()?).await?))
}

/// The results of vendors, by code
#[utoipa::path(
    tag = "results",
    params(("period" = Period, Path, description = "The period, YYYY-MM"), PageQuery),
    responses(
        (status = 200, description = "A page of results", body = Page<UnitResult>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/results/{period}/vendors")]
async fn list_vendors(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<Period>,
    page: Query<PageQuery>,
) -> Result<web::Json<Page<UnitResult>>, Problem> {
    Ok(web::Json(units::vendors(&app, &caller, path.into_inner(), page.0.parse()?).await?))
}

/// The result of the whole centre
#[utoipa::path(
    tag = "results",
    params(("period" = Period, Path, description = "The period, YYYY-MM")),
    responses(
        (status = 200, description = "The result", body = UnitResult),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/results/{period}/centre")]
async fn show_centre(app: web::Data<App>, caller: Caller, path: web::Path<Period>) -> Result<web::Json<UnitResult>, Problem> {
    Ok(web::Json(units::centre(&app, &caller, path.into_inner()).await?))
}
