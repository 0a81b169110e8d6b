//! How often the caller hears of what.

use actix_web::{get, put, web};

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::mail::preference::{TopicChoice, TopicPreference};
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, Problem};
use crate::usecases::mail_preferences;

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(show).service(set);
}

/// The topics that the caller's roles hear of by mail, how often, and what may be chosen
#[utoipa::path(
    tag = "mail",
    responses(
        (status = 200, description = "One for each topic", body = Vec<TopicPreference>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/me/mail-preferences")]
async fn show(app: web::Data<App>, caller: Caller) -> Result<web::Json<Vec<TopicPreference>>, Problem> {
    Ok(web::Json(mail_preferences::show::show(&app, &caller).await?))
}

/// Choose how often to hear of some topics; the others stay as they are
#[utoipa::path(
    tag = "mail",
    request_body = Vec<TopicChoice>,
    responses(
        (status = 200, description = "One for each topic", body = Vec<TopicPreference>),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[put("/me/mail-preferences")]
async fn set(app: web::Data<App>, caller: Caller, body: Body<Vec<TopicChoice>>) -> Result<web::Json<Vec<TopicPreference>>, Problem> {
    Ok(web::Json(mail_preferences::set::set(&app, &caller, body.0).await?))
}
