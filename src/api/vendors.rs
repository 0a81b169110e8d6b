//! Vendors.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::id::VendorId;
use crate::domain::line_report::LineReport;
use crate::domain::page::{Page, PageRequest};
use crate::domain::vendor::{COLUMNS, Vendor, VendorChange, VendorInput};
use crate::http::problem::ProblemDocument;
use crate::http::table::{CsvBody, ImportQuery, ListFormat, csv_table, wants_csv};
use crate::http::{Body, Caller, IfMatch, Problem, Query, Versioned};
use crate::usecases::line_import::Upload;
use crate::usecases::vendors;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(create).service(import).service(show).service(change);
}

/// Which vendors are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// How many items at the most, 1 to 200; 50 where absent.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// `csv` for the whole list as a table, like `Accept: text/csv`; `json` where absent.
    #[param(inline)]
    format: Option<ListFormat>,
}

/// The vendors, by code, as pages of JSON or as one CSV table
#[utoipa::path(
    tag = "vendors",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of vendors, or all of them as CSV", content((Page<Vendor> = "application/json"), (String = "text/csv"))),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/vendors")]
async fn list(request: HttpRequest, app: web::Data<App>, caller: Caller, query: Query<ListQuery>) -> Result<HttpResponse, Problem> {
    let query = query.0;
    if wants_csv(&request, query.format) {
        return csv_table("vendors.csv", &COLUMNS, move |page| {
            let (app, caller) = (app.clone(), caller.clone());
            async move { vendors::export::export(&app, &caller, page).await }
        })
        .await;
    }
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(HttpResponse::Ok().json(vendors::list::list(&app, &caller, page).await?))
}

/// Note a new vendor
#[utoipa::path(
    tag = "vendors",
    request_body = VendorInput,
    responses(
        (status = 201, description = "The new vendor", body = Vendor),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/vendors")]
async fn create(app: web::Data<App>, caller: Caller, body: Body<VendorInput>) -> Result<Versioned<Vendor>, Problem> {
    let created = vendors::create::create(&app, &caller, body.0).await?;
    Ok(Versioned::created(created.version, created))
}

/// Bring vendors in from a CSV table
///
/// The columns are those of the list as CSV. Refused lines do not hinder the others; the report names each with line, column and what would be
/// right. The same table twice changes nothing.
#[utoipa::path(
    tag = "vendors",
    params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "What became of each line", body = LineReport),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/vendors/import")]
async fn import(app: web::Data<App>, caller: Caller, query: Query<ImportQuery>, body: CsvBody) -> Result<web::Json<LineReport>, Problem> {
    let upload = Upload::new(body.0, query.0.dry_run);
    Ok(web::Json(vendors::import::import(&app, &caller, upload).await?))
}

/// A vendor
#[utoipa::path(
    tag = "vendors",
    params(("vendor_id" = VendorId, Path, description = "The vendor")),
    responses(
        (status = 200, description = "The vendor", body = Vendor),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/vendors/{vendor_id}")]
async fn show(app: web::Data<App>, caller: Caller, path: web::Path<VendorId>) -> Result<Versioned<Vendor>, Problem> {
    let found = vendors::show::show(&app, &caller, path.into_inner()).await?;
    Ok(Versioned::ok(found.version, found))
}

/// Change a vendor; what is absent stays as it is
#[utoipa::path(
    tag = "vendors",
    params(
        ("vendor_id" = VendorId, Path, description = "The vendor"),
        ("If-Match" = String, Header, description = "The ETag of what was read before"),
    ),
    request_body = VendorChange,
    responses(
        (status = 200, description = "The vendor as it is now", body = Vendor),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[patch("/vendors/{vendor_id}")]
async fn change(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<VendorId>,
    seen: IfMatch,
    body: Body<VendorChange>,
) -> Result<Versioned<Vendor>, Problem> {
    let changed = vendors::change::change(&app, &caller, path.into_inner(), seen.0, body.0).await?;
    Ok(Versioned::ok(changed.version, changed))
}
