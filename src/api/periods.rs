//! Periods and their close.

use actix_web::{get, post, web};

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::page::Page;
use crate::domain::period::Period;
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, PageQuery, Problem, Query};
use crate::usecases::periods;
use crate::usecases::periods::PeriodView;
use crate::usecases::periods::close::CloseCommand;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(list).service(show).service(close);
}

/// The months in which something happened, the latest first
#[utoipa::path(
    tag = "periods",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of months", body = Page<PeriodView>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/periods")]
async fn list(app: web::Data<App>, caller: Caller, page: Query<PageQuery>) -> Result<web::Json<Page<PeriodView>>, Problem> {
    Ok(web::Json(periods::list::list(&app, &caller, page.0.parse()?).await?))
}

/// A month, and what stands in the way of closing it
#[utoipa::path(
    tag = "periods",
    params(("period" = Period, Path, description = "The month")),
    responses(
        (status = 200, description = "The month", body = PeriodView),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/periods/{period}")]
async fn show(app: web::Data<App>, caller: Caller, period: web::Path<Period>) -> Result<web::Json<PeriodView>, Problem> {
    Ok(web::Json(periods::show::show(&app, &caller, period.into_inner()).await?))
}

/// Close a month: freeze its results and its fine list, for ever
///
/// Refused where an earlier month with data is open (`period_out_of_order`), where it is closed already (`period_closed`), and, without an
/// `override_reason`, while samples are not graded, appeals are open or the month is not over (`override_needed`). Whoever saw other numbers
/// than there are by now is told so (`stale`).
///
/// Permissions: `periods.close` for the whole centre.
#[utoipa::path(
    tag = "periods",
    params(
        ("period" = Period, Path, description = "The month"),
        ("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key gets the same answer"),
    ),
    request_body = CloseCommand,
    responses(
        (status = 200, description = "The closed month", body = PeriodView),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/periods/{period}/close")]
async fn close(
    app: web::Data<App>,
    caller: Caller,
    period: web::Path<Period>,
    body: Body<CloseCommand>,
) -> Result<web::Json<PeriodView>, Problem> {
    Ok(web::Json(periods::close::close(&app, &caller, period.into_inner(), body.0).await?))
}
