//! The page behind the link of a mail about a severe case (handbook 3.8): what the case is about, and the button that acknowledges it.
//!
//! It needs no log-in, because the link was sent to one person and is the proof. Looking at it changes nothing, so that a mail program that looks
//! links up acknowledges nothing. It shows nothing of the customer.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;

use super::page::{Frame, go, open_frame, render, render_as};
use super::trouble::Trouble;
use super::words::moment;
use crate::app::App;
use crate::domain::escalation::CaseState;
use crate::domain::refusal::RefusalKind;
use crate::http::caller::origin;
use crate::usecases::Error;
use crate::usecases::escalation::acknowledge_by_link::{LinkedCase, acknowledge_by_link, look};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/escalations/links/{token}").route(web::get().to(show)).route(web::post().to(acknowledge)));
}

#[derive(Template)]
#[template(path = "case_link.html")]
struct CasePage {
    f: Frame,
    case: LinkedCase,
    number: String,
    opened: String,
    due: Option<String>,
    acknowledged: Option<String>,
}

/// Why a link does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dead {
    /// There is no such link.
    Unknown,
    /// Its time is over.
    Expired,
    /// The person whom it was sent to may no longer log in.
    Gone,
}

#[derive(Template)]
#[template(path = "case_link_dead.html")]
struct DeadPage {
    f: Frame,
    dead: Dead,
}

impl CasePage {
    fn new(request: &HttpRequest, case: LinkedCase) -> Self {
        // The language of the person whom the mail was written to.
        let f = Frame { language: case.language, ..open_frame(request) };
        let zone: Tz = case.time_zone.parse().unwrap_or(Tz::UTC);
        let shown = |at| moment(at, zone);
        let id = case.escalation_id.to_string();
        Self {
            number: id.get(id.len().saturating_sub(8)..).unwrap_or(&id).to_owned(),
            opened: shown(case.opened_at),
            due: case.due_at.map(shown),
            acknowledged: case.acknowledged_at.map(shown),
            f,
            case,
        }
    }

    fn is_open(&self) -> bool {
        self.case.state == CaseState::Open
    }

    fn is_over(&self) -> bool {
        self.case.state.is_over()
    }

    fn closed_by_itself(&self) -> bool {
        self.case.state == CaseState::Closed
    }

    /// Whether the holder of the link is who acknowledged the case.
    fn by_holder(&self) -> bool {
        self.case.acknowledged_by_recipient
    }
}

/// The answer where the link does not work; anything else goes on as trouble.
fn dead(request: &HttpRequest, error: Error) -> Result<HttpResponse, Trouble> {
    let (dead, status) = match &error {
        Error::Refused(refusal) if refusal.kind == RefusalKind::NotFound => (Dead::Unknown, StatusCode::NOT_FOUND),
        Error::Refused(refusal) if refusal.code == "link_expired" => (Dead::Expired, StatusCode::GONE),
        Error::Refused(refusal) if refusal.kind == RefusalKind::Forbidden => (Dead::Gone, StatusCode::FORBIDDEN),
        _ => return Err(Trouble::new(open_frame(request), error)),
    };
    render_as(HttpResponse::build(status), &DeadPage { f: open_frame(request), dead })
}

async fn show(request: HttpRequest, app: web::Data<App>, token: web::Path<String>) -> Result<HttpResponse, Trouble> {
    match look(&app, &token).await {
        Ok(case) => render(&CasePage::new(&request, case)),
        Err(error) => dead(&request, error),
    }
}

async fn acknowledge(request: HttpRequest, app: web::Data<App>, token: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let origin = origin(&request, &app).map_err(|r| Trouble::new(open_frame(&request), r))?;
    match acknowledge_by_link(&app, &token, origin).await {
        Ok(_) => Ok(go(request.path())),
        // Somebody else was faster, or the case is over: the page says so.
        Err(Error::Refused(refusal)) if matches!(refusal.code, "already_acknowledged" | "case_over") => Ok(go(request.path())),
        Err(error) => dead(&request, error),
    }
}
