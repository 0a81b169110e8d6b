//! What managers set as a whole: the working calendar, the escalation policy, the terms of appeals, retention.

use actix_web::{get, put, web};

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::appeal::AppealTerms;
use crate::domain::calendar::CalendarInput;
use crate::domain::escalation::EscalationPolicy;
use crate::domain::retention::RetentionPolicy;
use crate::http::problem::ProblemDocument;
use crate::http::{Body, Caller, IfMatch, Problem, Versioned};
use crate::usecases::settings::{change, show};

pub(super) fn routes(config: &mut Routes<'_>) {
    config
        .service(show_calendar)
        .service(set_calendar)
        .service(show_escalation_policy)
        .service(set_escalation_policy)
        .service(show_appeal_terms)
        .service(set_appeal_terms)
        .service(show_retention)
        .service(set_retention);
}

/// The working calendar: working days and hours, holidays
#[utoipa::path(
    tag = "settings",
    responses(
        (status = 200, description = "What is set; the default where nobody has set it yet, with the ETag \"0\"", body = CalendarInput),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/calendar")]
async fn show_calendar(app: web::Data<App>, caller: Caller) -> Result<Versioned<CalendarInput>, Problem> {
    let set = show::show::<CalendarInput>(&app, &caller).await?;
    Ok(Versioned::ok(set.version, set.setting))
}

/// Set the working calendar: working days and hours, holidays
///
/// Permissions: `policies.write` for the whole centre.
#[utoipa::path(
    tag = "settings",
    params(("If-Match" = String, Header, description = "The ETag of what was read before")),
    request_body = CalendarInput,
    responses(
        (status = 200, description = "What is set now", body = CalendarInput),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[put("/calendar")]
async fn set_calendar(
    app: web::Data<App>,
    caller: Caller,
    seen: IfMatch,
    body: Body<CalendarInput>,
) -> Result<Versioned<CalendarInput>, Problem> {
    let set = change::calendar(&app, &caller, seen.0, body.0).await?;
    Ok(Versioned::ok(set.version, set.setting))
}

/// The escalation policy: what opens a case, and the chain that it goes through
#[utoipa::path(
    tag = "settings",
    responses(
        (status = 200, description = "What is set; the default where nobody has set it yet, with the ETag \"0\"", body = EscalationPolicy),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/escalation-policy")]
async fn show_escalation_policy(app: web::Data<App>, caller: Caller) -> Result<Versioned<EscalationPolicy>, Problem> {
    let set = show::show::<EscalationPolicy>(&app, &caller).await?;
    Ok(Versioned::ok(set.version, set.setting))
}

/// Set the escalation policy: what opens a case, and the chain that it goes through
///
/// Permissions: `policies.write` for the whole centre.
#[utoipa::path(
    tag = "settings",
    params(("If-Match" = String, Header, description = "The ETag of what was read before")),
    request_body = EscalationPolicy,
    responses(
        (status = 200, description = "What is set now", body = EscalationPolicy),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[put("/escalation-policy")]
async fn set_escalation_policy(
    app: web::Data<App>,
    caller: Caller,
    seen: IfMatch,
    body: Body<EscalationPolicy>,
) -> Result<Versioned<EscalationPolicy>, Problem> {
    let set = change::escalation_policy(&app, &caller, seen.0, body.0).await?;
    Ok(Versioned::ok(set.version, set.setting))
}

/// The terms of appeals: how long there is to appeal and to decide
#[utoipa::path(
    tag = "settings",
    responses(
        (status = 200, description = "What is set; the default where nobody has set it yet, with the ETag \"0\"", body = AppealTerms),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/appeal-terms")]
async fn show_appeal_terms(app: web::Data<App>, caller: Caller) -> Result<Versioned<AppealTerms>, Problem> {
    let set = show::show::<AppealTerms>(&app, &caller).await?;
    Ok(Versioned::ok(set.version, set.setting))
}

/// Set the terms of appeals: how long there is to appeal and to decide
///
/// Permissions: `policies.write` for the whole centre.
#[utoipa::path(
    tag = "settings",
    params(("If-Match" = String, Header, description = "The ETag of what was read before")),
    request_body = AppealTerms,
    responses(
        (status = 200, description = "What is set now", body = AppealTerms),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[put("/appeal-terms")]
async fn set_appeal_terms(
    app: web::Data<App>,
    caller: Caller,
    seen: IfMatch,
    body: Body<AppealTerms>,
) -> Result<Versioned<AppealTerms>, Problem> {
    let set = change::appeal_terms(&app, &caller, seen.0, body.0).await?;
    Ok(Versioned::ok(set.version, set.setting))
}

/// Retention: how long recordings and transcripts are kept
///
/// Permissions: `retention.read`.
#[utoipa::path(
    tag = "settings",
    responses(
        (status = 200, description = "What is set; without a number for ever, with the ETag \"0\" where nobody has set it yet", body = RetentionPolicy),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/retention")]
async fn show_retention(app: web::Data<App>, caller: Caller) -> Result<Versioned<RetentionPolicy>, Problem> {
    let set = show::show::<RetentionPolicy>(&app, &caller).await?;
    Ok(Versioned::ok(set.version, set.setting))
}

/// Set how long recordings and transcripts are kept
///
/// A job deletes once a day what has had its time; results, evaluations, references to evidence and fines stay. What is under appeal, in an open
/// sample, second grading, calibration, complaint or case, or of a month that is not closed is kept until that is over.
///
/// Permissions: `retention.write` for the whole centre.
#[utoipa::path(
    tag = "settings",
    params(("If-Match" = String, Header, description = "The ETag of what was read before")),
    request_body = RetentionPolicy,
    responses(
        (status = 200, description = "What is set now", body = RetentionPolicy),
        (status = "4XX", description = "Refused", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[put("/retention")]
async fn set_retention(
    app: web::Data<App>,
    caller: Caller,
    seen: IfMatch,
    body: Body<RetentionPolicy>,
) -> Result<Versioned<RetentionPolicy>, Problem> {
    let set = change::retention(&app, &caller, seen.0, body.0).await?;
    Ok(Versioned::ok(set.version, set.setting))
}
