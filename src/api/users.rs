//! Users.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, put, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::access::Role;
use crate::domain::id::UserId;
use crate::domain::line_report::LineReport;
use crate::domain::page::{Page, PageRequest};
use crate::domain::user::{COLUMNS, PasswordInput, User, UserChange, UserFilter, UserInput};
use crate::http::problem::ProblemDocument;
use crate::http::table::{CsvBody, ImportQuery, ListFormat, csv_table, wants_csv};
use crate::http::{Body, Caller, IfMatch, Problem, Query, Versioned};
use crate::usecases::line_import::Upload;
use crate::usecases::users;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(create).service(import).service(show).service(change).service(set_password);
}

/// Which users are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only the one with this username.
    username: Option<String>,
    /// Only those who hold this role.
    role: Option<Role>,
    /// Only those who may log in (true) or may not (false).
    active: Option<bool>,
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// `csv` for the whole list as a table, like `Accept: text/csv`; `json` where absent.
    #[param(inline)]
    format: Option<ListFormat>,
}

/// The users, by username, as pages of JSON or as one CSV table
#[utoipa::path(
    tag = "users",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of users, or all of them as CSV", content((Page<User> = "application/json"), (String = "text/csv"))),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/users")]
async fn list(request: HttpRequest, app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let filter = UserFilter { username: query.username, role: query.role, active: query.active, ..UserFilter::default() };
    if wants_csv(&request, query.format) {
        return csv_table("users.csv", &COLUMNS, move |page| {
            let (app, caller, filter) = (app.clone(), caller.clone(), filter.clone());
            async move { users::export::export(&app, &caller, filter, page).await }
        })
        .await;
    }
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(HttpResponse::Ok().json(users::list::list(&app, &caller, filter, page).await?))
}

/// Note a new user
#[utoipa::path(
    tag = "users",
    request_body = UserInput,
    responses(
        (status = 201, description = "The new user", body = User),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/users")]
async fn create(app: web::Data<App>, caller: Caller, body: Body<UserInput>) -> Result<Versioned<User>, Problem> {
    let created = users::create::create(&app, &caller, body.0).await?;
    Ok(Versioned::created(created.version, created))
}

/// Bring users in from a CSV table
///
/// The columns are those of the list as CSV. Refused lines do not hinder the others; the report names each with line, column and what would be
/// right. The same table twice changes nothing.
#[utoipa::path(
    tag = "users",
    params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "What became of each line", body = LineReport),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/users/import")]
async fn import(app: web::Data<App>, caller: Caller, query: Query<ImportQuery>, body: CsvBody) -> Result<web::Json<LineReport>, Problem> {
    let upload = Upload::new(body.0, query.0.dry_run);
    Ok(web::Json(users::import::import(&app, &caller, upload).await?))
}

/// A user
#[utoipa::path(
    tag = "users",
    params(("user_id" = UserId, Path, description = "The user")),
    responses(
        (status = 200, description = "The user", body = User),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/users/{user_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<UserId>) -> Result<Versioned<User>, Problem> {
    let found = users::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(found.version, found))
}

/// Change a user; what is absent stays as it is
#[utoipa::path(
    tag = "users",
    params(
        ("user_id" = UserId, Path, description = "The user"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    request_body = UserChange,
    responses(
        (status = 200, description = "The user as it is now", body = User),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[patch("/users/{user_id}")]
async fn change(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<UserId>,
    seen: IfMatch,
    body: Body<UserChange>,
) -> Result<Versioned<User>, Problem> {
    let changed = users::change::change(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(changed.version, changed))
}

/// Set a user's password
#[utoipa::path(
    tag = "users",
    params(("user_id" = UserId, Path, description = "The user")),
    request_body = PasswordInput,
    responses(
        (status = 204, description = "The password is set"),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[put("/users/{user_id}/password")]
async fn set_password(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<UserId>,
    body: Body<PasswordInput>,
) -> Result<HttpResponse, Problem> {
    users::set_password::set_password(&app, &caller, path.into_inner(), body.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
