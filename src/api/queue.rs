//! The inspector's queue.

use actix_web::{HttpResponse, get, post, web};

use crate::api::routes::Routes;
use crate::app::App;
use crate::http::problem::ProblemDocument;
use crate::http::{Caller, Problem};
use crate::usecases::queue::show::Queue;
use crate::usecases::queue::{self, HandedOut};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(show).service(next);
}

/// What waits for the caller, what has a draft, what is done
#[utoipa::path(
    tag = "queue",
    responses(
        (status = 200, description = "The queue", body = Queue),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/queue")]
async fn show(app: web::Data<App>, caller: Caller) -> Result<web::Json<Queue>, Problem> {
    Ok(web::Json(queue::show::show(&app, &caller).await?))
}

/// Claim the caller's next sample and get all that is needed to grade it
#[utoipa::path(
    tag = "queue",
    params(("Idempotency-Key" = Option<String>, Header, description = "A repeated request hands the same sample out again")),
    responses(
        (status = 200, description = "The sample, claimed", body = HandedOut),
        (status = 204, description = "Nothing waits"),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/queue/next")]
async fn next(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    Ok(match queue::next::next(&app, &caller).await? {
        Some(handed_out) => HttpResponse::Ok().json(handed_out),
        None => HttpResponse::NoContent().finish(),
    })
}
