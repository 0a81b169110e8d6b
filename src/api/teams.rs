//! Teams.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::id::{TeamId, VendorId};
use crate::domain::line_report::LineReport;
use crate::domain::page::{Page, PageRequest};
use crate::domain::team::{COLUMNS, Team, TeamChange, TeamFilter, TeamInput};
use crate::http::problem::ProblemDocument;
use crate::http::table::{CsvBody, ImportQuery, ListFormat, csv_table, wants_csv};
use crate::http::{Body, Caller, IfMatch, Problem, Query, Versioned};
use crate::usecases::line_import::Upload;
use crate::usecases::teams;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(create).service(import).service(show).service(change);
}

/// Which teams are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only this team and those below it.
    below: Option<TeamId>,
    /// Only teams of this vendor.
    vendor_id: Option<VendorId>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// `csv` for the whole list as a table, like `Accept: text/csv`; `json` where absent.
    #[param(inline)]
    format: Option<ListFormat>,
}

/// The teams, by code, as pages of JSON or as one CSV table
#[utoipa::path(
    tag = "teams",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of teams, or all of them as CSV", content((Page<Team> = "application/json"), (String = "text/csv"))),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/teams")]
async fn list(request: HttpRequest, app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let filter = TeamFilter { below: query.below, vendor: query.vendor_id };
    if wants_csv(&request, query.format) {
        return csv_table("teams.csv", &COLUMNS, move |page| {
            let (app, caller, filter) = (app.clone(), caller.clone(), filter.clone());
            async move { teams::export::export(&app, &caller, filter, page).await }
        })
        .await;
    }
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(HttpResponse::Ok().json(teams::list::list(&app, &caller, filter, page).await?))
}

/// Note a new team
#[utoipa::path(
    tag = "teams",
    request_body = TeamInput,
    responses(
        (status = 201, description = "The new team", body = Team),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/teams")]
async fn create(app: web::Data<App>, caller: Caller, body: Body<TeamInput>) -> Result<Versioned<Team>, Problem> {
    let created = teams::create::create(&app, &caller, body.0).await?;
    Ok(Versioned::created(created.version, created))
}

/// Bring teams in from a CSV table
///
/// The columns are those of the list as CSV. Refused lines do not hinder the others; the report names each with line, column and what would be
/// right. The same table twice changes nothing.
#[utoipa::path(
    tag = "teams",
    params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "What became of each line", body = LineReport),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/teams/import")]
async fn import(app: web::Data<App>, caller: Caller, query: Query<ImportQuery>, body: CsvBody) -> Result<web::Json<LineReport>, Problem> {
    let upload = Upload::new(body.0, query.0.dry_run);
    Ok(web::Json(teams::import::import(&app, &caller, upload).await?))
}

/// A team
#[utoipa::path(
    tag = "teams",
    params(("team_id" = TeamId, Path, description = "The team")),
    responses(
        (status = 200, description = "The team", body = Team),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/teams/{team_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<TeamId>) -> Result<Versioned<Team>, Problem> {
    let found = teams::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(found.version, found))
}

/// Change a team; what is absent stays as it is
#[utoipa::path(
    tag = "teams",
    params(
        ("team_id" = TeamId, Path, description = "The team"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    request_body = TeamChange,
    responses(
        (status = 200, description = "The team as it is now", body = Team),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[patch("/teams/{team_id}")]
async fn change(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<TeamId>,
    seen: IfMatch,
    body: Body<TeamChange>,
) -> Result<Versioned<Team>, Problem> {
    let changed = teams::change::change(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(changed.version, changed))
}
