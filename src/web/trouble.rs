//! What goes wrong on a page, as a page.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};
use askama::Template;

use super::page::{Frame, Visitor, headed, open_frame};
use super::refusals::told;
use crate::domain::Refusal;
use crate::domain::language::Language;
use crate::domain::theme::Theme;
use crate::http::Problem;

/// The error of every page.
#[derive(Debug)]
pub struct Trouble(Kind);

#[derive(Debug)]
enum Kind {
    /// Nobody is logged in: to the log-in page, and back here.
    LogIn(String),
    /// A page that says what is the matter.
    Page(Box<(Frame, Problem)>),
}

/// The page that says what is the matter.
#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage<'a> {
    f: &'a Frame,
    status: u16,
    detail: String,
}

impl Trouble {
    /// A page that says what is the matter.
    pub fn new(frame: Frame, problem: impl Into<Problem>) -> Self {
        Self(Kind::Page(Box::new((frame, problem.into()))))
    }

    /// To the log-in page, and back to where the request wanted to go.
    pub fn log_in(request: &HttpRequest) -> Self {
        let back = request.uri().path_and_query().map_or("/", |p| p.as_str());
        let back = if request.method().is_safe() && back != "/" { format!("/login?next={}", encoded(back)) } else { "/login".into() };
        Self(Kind::LogIn(back))
    }

    /// A template that cannot be rendered: a fault of ours.
    pub(super) fn template(error: askama::Error) -> Self {
        let frame = Frame { language: Language::En, theme: Theme::Auto, path: String::new(), person: None, notice: None };
        Self::new(frame, crate::usecases::Error::Damaged(format!("template: {error}")))
    }
}

pub(super) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"/-_.".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Kind::LogIn(_) => f.write_str("not logged in"),
            Kind::Page(page) => page.1.fmt(f),
        }
    }
}

impl ResponseError for Trouble {
    fn status_code(&self) -> StatusCode {
        match &self.0 {
            Kind::LogIn(_) => StatusCode::SEE_OTHER,
            Kind::Page(page) => page.1.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match &self.0 {
            Kind::LogIn(to) => HttpResponse::SeeOther().insert_header((LOCATION, to.as_str())).finish(),
            Kind::Page(page) => {
                let (frame, problem) = &**page;
                let status = problem.status_code();
                let detail = told(frame, problem);
                let template = TroublePage { f: frame, status: status.as_u16(), detail: detail.clone() };
                let html = template.render().unwrap_or(detail);
                let mut response = headed(HttpResponse::build(status)).body(html);
                problem.mark(&mut response);
                response
            }
        }
    }
}

/// The page of an address that leads nowhere, in the language of the person where one is logged in.
pub async fn no_such_page(request: HttpRequest) -> Result<HttpResponse, Trouble> {
    let frame = Visitor::extract(&request).await.map_or_else(|_| open_frame(&request), |visitor| visitor.frame);
    Err(Trouble::new(frame, Refusal::not_found("page", request.path())))
}
