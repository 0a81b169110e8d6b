//! Grading: drafts, submission, corrections, and what was graded.

use actix_web::{get, post, put, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::id::{AgentId, EvaluationId, SampleId, TeamId, UserId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::domain::sampling::sample::SampleKind;
use crate::domain::violation::FindingKind;
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, IfMatch, Problem, Query, Versioned};
use crate::usecases::drafts::save::SaveDraft;
use crate::usecases::drafts::{self, Draft};
use crate::usecases::evaluations::acknowledge::Acknowledgement;
use crate::usecases::evaluations::correct::Correction;
use crate::usecases::evaluations::revisions::EvaluationRevision;
use crate::usecases::evaluations::submit::Submission;
use crate::usecases::evaluations::{self, Evaluation, EvaluationFilter, EvaluationSummary};

pub(super) fn routes(config: &mut Routes<'_>) {
    config
        .service(show_draft)
        .service(save_draft)
        .service(submit)
        .service(list)
        .service(show)
        .service(correct)
        .service(revisions)
        .service(acknowledge);
}

/// The draft of a sample that is assigned to the caller
#[utoipa::path(
    tag = "grading",
    params(("sample_id" = SampleId, Path, description = "The sample")),
    responses(
        (status = 200, description = "The draft; empty, with version 0, before the first save", body = Draft),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/samples/{sample_id}/draft")]
async fn show_draft(app: web::Data<App>, caller: Caller, path: web::Path<SampleId>) -> Result<Versioned<Draft>, Problem> {
    let draft = drafts::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(draft.version, draft))
}

/// Save the draft of a claimed sample, complete or not; keeps the claim alive
#[utoipa::path(
    tag = "grading",
    params(("sample_id" = SampleId, Path, description = "The sample")),
    request_body = SaveDraft,
    responses(
        (status = 200, description = "The saved draft", body = Draft),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[put("/samples/{sample_id}/draft")]
async fn save_draft(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<SampleId>,
    body: Body<SaveDraft>,
) -> Result<Versioned<Draft>, Problem> {
    let draft = drafts::save::save(&app, &caller, path.into_inner(), body.0).await?;
    Ok(Versioned::ok(draft.version, draft))
}

/// Submit the evaluation of a claimed sample; the same submission again answers the same evaluation
#[utoipa::path(
    tag = "grading",
    params(("sample_id" = SampleId, Path, description = "The sample")),
    request_body = Submission,
    responses(
        (status = 201, description = "The evaluation", body = Evaluation),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/samples/{sample_id}/evaluation")]
async fn submit(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<SampleId>,
    body: Body<Submission>,
) -> Result<Versioned<Evaluation>, Problem> {
    let evaluation = evaluations::submit::submit(&app, &caller, path.into_inner(), body.0).await?;
    Ok(Versioned::created(evaluation.summary.revision, evaluation))
}

/// Which evaluations are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Those of this period.
    period: Option<Period>,
    /// Those of this agent.
    agent_id: Option<AgentId>,
    /// Those of agents who are now in this team or below it.
    team_id: Option<TeamId>,
    /// Those of this inspector.
    inspector_id: Option<UserId>,
    /// Those of samples picked so: `random` or `targeted`.
    kind: Option<SampleKind>,
    /// Those that enter n, K and N, or those that do not.
    counts: Option<bool>,
    /// Those in which something was found: `any`, `key` for key errors, `non_key` for non-key errors.
    #[param(inline)]
    findings: Option<FindingKind>,
    /// Those in which the scorecard item with this code failed.
    failed_item: Option<String>,
    /// Those with a standing violation of the type with this code.
    violation_type: Option<String>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Evaluations, newest first: agents see their own, inspectors those that they graded, leads their teams'
#[utoipa::path(
    tag = "evaluations",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of evaluations", body = Page<EvaluationSummary>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/evaluations")]
async fn list(app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<web::Json<Page<EvaluationSummary>>, Problem> {
    let query = query.0;
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = EvaluationFilter {
        id: None,
        period: query.period,
        agent: query.agent_id,
        team: query.team_id,
        inspector: query.inspector_id,
        kind: query.kind,
        counts: query.counts,
        findings: query.findings,
        failed_item: query.failed_item,
        violation_type: query.violation_type,
    };
    Ok(web::Json(evaluations::list::list(&app, &caller, filter, page).await?))
}

/// An evaluation with its items and violations
#[utoipa::path(
    tag = "evaluations",
    params(("evaluation_id" = EvaluationId, Path, description = "The evaluation")),
    responses(
        (status = 200, description = "The evaluation", body = Evaluation),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/evaluations/{evaluation_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<EvaluationId>) -> Result<Versioned<Evaluation>, Problem> {
    let evaluation = evaluations::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(evaluation.summary.revision, evaluation))
}

/// Correct an own evaluation within the set time, with a reason
#[utoipa::path(
    tag = "evaluations",
    params(
        ("evaluation_id" = EvaluationId, Path, description = "The evaluation"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    request_body = Correction,
    responses(
        (status = 200, description = "The corrected evaluation", body = Evaluation),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[put("/evaluations/{evaluation_id}")]
async fn correct(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<EvaluationId>,
    seen: IfMatch,
    body: Body<Correction>,
) -> Result<Versioned<Evaluation>, Problem> {
    let evaluation = evaluations::correct::correct(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(evaluation.summary.revision, evaluation))
}

/// Every revision of an evaluation, the first one first
#[utoipa::path(
    tag = "evaluations",
    params(("evaluation_id" = EvaluationId, Path, description = "The evaluation")),
    responses(
        (status = 200, description = "The revisions", body = Vec<EvaluationRevision>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/evaluations/{evaluation_id}/revisions")]
async fn revisions(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<EvaluationId>,
) -> Result<web::Json<Vec<EvaluationRevision>>, Problem> {
    Ok(web::Json(evaluations::revisions::revisions(&app, &caller, path.into_inner()).await?))
}

/// Acknowledge having read the latest revision of the evaluation of an own conversation; it is no consent
///
/// Permissions: `evaluations.acknowledge`: agents, for what is their own. A repeat changes nothing.
#[utoipa::path(
    tag = "evaluations",
    params(
        ("evaluation_id" = EvaluationId, Path, description = "The evaluation"),
        ("If-Match" = String, Header, description = "The ETag of the evaluation that was read"),
    ),
    responses(
        (status = 200, description = "When it was acknowledged", body = Acknowledgement),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/evaluations/{evaluation_id}/acknowledgement")]
async fn acknowledge(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<EvaluationId>,
    seen: IfMatch,
) -> Result<web::Json<Acknowledgement>, Problem> {
    Ok(web::Json(evaluations::acknowledge::acknowledge(&app, &caller, path.into_inner(), seen.0).await?))
}
