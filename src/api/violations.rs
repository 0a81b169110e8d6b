//! Violations of evaluations.

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::id::{AgentId, EvaluationId, TeamId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::domain::violation::{ViolationClass, ViolationState};
use crate::http::problem::ProblemDocument;
use crate::http::{Caller, Problem, Query};
use crate::usecases::violations::{self, ViolationFilter, ViolationSummary};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list);
}

/// Which violations are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Those of this period.
    period: Option<Period>,
    /// Those of this class.
    class: Option<ViolationClass>,
    /// Those of the type with this code.
    violation_type: Option<String>,
    /// Those of this agent.
    agent_id: Option<AgentId>,
    /// Those of agents who are now in this team or below it.
    team_id: Option<TeamId>,
    /// Those of this evaluation.
    evaluation_id: Option<EvaluationId>,
    /// Those in this state: `confirmed`, `withdrawn` or `overturned`.
    state: Option<ViolationState>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Violations with their evidence, newest first
#[utoipa::path(
    tag = "violations",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of violations", body = Page<ViolationSummary>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/violations")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<web::Json<Page<ViolationSummary>>, Problem> {
    let query = query.0;
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = ViolationFilter {
        evaluation: query.evaluation_id,
        period: query.period,
        class: query.class,
        violation_type: query.violation_type,
        agent: query.agent_id,
        team: query.team_id,
        state: query.state,
    };
    Ok(web::Json(violations::list::list(&app, &caller, filter, page).await?))
}
