//! The ledger.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::fine_list::FileFormat;
use crate::domain::id::{AgentId, EvaluationId, LedgerEntryId};
use crate::domain::language::Language;
use crate::domain::ledger::{EntryKind, LedgerEntry, LedgerFilter};
use crate::domain::manual_entry::ManualEntryInput;
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;
use crate::http::download::{FineListFormat, send, wanted_file};
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, Problem, Query};
use crate::usecases::ledger;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(post_entry).service(show);
}

/// Which lines are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Posted to this month.
    period: Option<Period>,
    /// About something of this month.
    origin_period: Option<Period>,
    /// About this agent.
    agent_id: Option<AgentId>,
    /// From this evaluation.
    evaluation_id: Option<EvaluationId>,
    /// Of this kind.
    kind: Option<EntryKind>,
    /// That take back, adjust or carry over this line.
    original_id: Option<LedgerEntryId>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// `json`, or `csv` for all lines as a file; where absent, what `Accept` asks for.
    #[param(inline)]
    format: Option<FineListFormat>,
    /// The language of headings in the CSV; Chinese where absent.
    lang: Option<Language>,
}

/// The ledger in the order of posting, as pages of JSON or as one CSV file
///
/// Permissions: `ledger.read` for JSON, `ledger.export` for the file; the lines within reach.
#[utoipa::path(
    tag = "ledger",
    params(ListQuery),
    responses(
        (status = 200, description = "The lines", content((Page<LedgerEntry> = "application/json"), (String = "text/csv"))),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/ledger")]
async fn list(request: HttpRequest, app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    let ListQuery { period, origin_period, agent_id, evaluation_id, kind, original_id, limit, cursor, format, lang } = query.0;
    let filter = LedgerFilter { period, origin_period, agent_id, evaluation_id, kind, original_id };
    match wanted_file(&request, format)? {
        None => {}
        Some(FileFormat::Csv) => return Ok(send(ledger::export::export(&app, &caller, filter, lang.unwrap_or(Language::Zh)).await?)),
        Some(_) => return Err(Refusal::unsupported("the ledger comes as json or csv").into()),
    }
    let page = PageRequest::parse(limit, cursor.as_deref())?;
    Ok(HttpResponse::Ok().json(ledger::list::list(&app, &caller, filter, page).await?))
}

/// Post a reward, operating breaches or a manual adjustment
///
/// The line goes to the open month; where it concerns a closed one, it says so in `origin_period`.
///
/// Permissions: `ledger.write`; agents within reach.
#[utoipa::path(
    tag = "ledger",
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the same answer")),
    request_body = ManualEntryInput,
    responses(
        (status = 201, description = "The new line", body = LedgerEntry),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/ledger/entries")]
async fn post_entry(app: web::Data<App>, caller: Caller, body: Body<ManualEntryInput>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Created().json(ledger::post_manual::post_manual(&app, &caller, body.0).await?))
}

/// A line of the ledger
#[utoipa::path(
    tag = "ledger",
    params(("ledger_entry_id" = LedgerEntryId, Path, description = "The line")),
    responses(
        (status = 200, description = "The line", body = LedgerEntry),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/ledger/entries/{ledger_entry_id}")]
async fn show(app: web::Data<App>, caller: Caller, id: web::Path<LedgerEntryId>) -> Result<web::Json<LedgerEntry>, Problem> {
    Ok(web::Json(ledger::show::show(&app, &caller, id.into_inner()).await?))
}
