//! What every page has: the person, the language, the way around, and the answer's headers.

use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;

use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY};
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use askama::Template;

use super::trouble::Trouble;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor, Role};
use crate::domain::language::Language;
use crate::domain::theme::Theme;
use crate::http::{Caller, session};
use crate::usecases::sessions::resume::Person;

/// Nothing from elsewhere, no script or style in the page itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; \
                      font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// How the summary of a form's faults begins.
const SUMMARY: &str = "<div class=\"faults\"";

/// The language cookie of those who are not logged in.
pub(super) const LANGUAGE_COOKIE: &str = "assay_language";

/// The frame around a page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The language of the page.
    pub language: Language,
    /// How it looks.
    pub theme: Theme,
    /// The path of the page, for marking where one is and for coming back.
    pub path: String,
    /// Who is there; nobody on the log-in page.
    pub person: Option<Person>,
    /// What to say once above the page, such as that something was saved.
    pub notice: Option<String>,
}

/// A place that the navigation leads to.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its address.
    pub href: &'static str,
    /// Its name in the page's language.
    pub name: &'static str,
    /// Whether one is there.
    pub here: bool,
}

impl Frame {
    /// One of two texts, by the page's language.
    pub fn t<'a>(&self, en: &'a str, zh: &'a str) -> &'a str {
        match self.language {
            Language::En => en,
            Language::Zh => zh,
        }
    }

    /// The address of an asset.
    pub fn asset(&self, name: &str) -> String {
        super::assets::address(name)
    }

    /// What forms and scripts must show to change something.
    pub fn csrf(&self) -> &str {
        self.person.as_ref().map_or("", |p| p.csrf.as_str())
    }

    /// The value of `<html lang>`.
    pub fn lang(&self) -> &'static str {
        self.t("en", "zh-CN")
    }

    /// Whether one is at an address or below it.
    fn is_at(&self, href: &str) -> bool {
        self.path == href || self.path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Where this person can go, by what the person may do.
    pub fn places(&self) -> Vec<Place> {
        let rooms = self.person.as_ref().map(|person| super::home::rooms(&person.actor)).unwrap_or_default();
        let place = |(room, doors): (&super::home::Room, Vec<&super::home::Door>)| {
            let name = if let [only] = doors.as_slice() { only.name } else { room.name };
            let href = doors.first()?.href;
            Some(Place { href, name: self.t(name.0, name.1), here: doors.iter().any(|door| self.is_at(door.href)) })
        };
        rooms.into_iter().filter_map(place).collect()
    }

    /// The pages that belong together with this one; none where it stands alone.
    pub fn beside(&self) -> Vec<Place> {
        let rooms = self.person.as_ref().map(|person| super::home::rooms(&person.actor)).unwrap_or_default();
        let here = rooms.into_iter().map(|(_, doors)| doors).find(|doors| doors.len() > 1 && doors.iter().any(|d| self.is_at(d.href)));
        let place =
            |door: &super::home::Door| Place { href: door.href, name: self.t(door.name.0, door.name.1), here: self.is_at(door.href) };
        here.unwrap_or_default().into_iter().map(place).collect()
    }

    /// The person's roles in words.
    pub fn roles(&self) -> String {
        let actor = self.person.as_ref().map(|p| &p.actor);
        let mut words: Vec<&str> = actor.iter().flat_map(|a| &a.grants).map(|g| self.role(g.role)).collect();
        words.dedup();
        words.join(self.t(", ", "、"))
    }

    /// A role in words (handbook 1).
    pub fn role(&self, role: Role) -> &'static str {
        match role {
            Role::QaManager => self.t("QA manager", "质控主管"),
            Role::Inspector => self.t("Inspector", "质检员"),
            Role::TeamLead => self.t("Team lead", "组长"),
            Role::Agent => self.t("Agent", "客服"),
            Role::Finance => self.t("Finance", "财务"),
            Role::ComplaintDesk => self.t("Complaint desk", "投诉岗"),
            Role::Admin => self.t("Admin", "管理员"),
            Role::Auditor => self.t("Auditor", "审计"),
        }
    }
}

/// Somebody at a browser who is logged in. A page that takes one sends everybody else to the log-in page and back.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The frame of the page.
    pub frame: Frame,
    /// The person.
    pub person: Person,
}

impl Visitor {
    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.person.actor
    }

    /// What a part of the address names, such as an id or a month.
    ///
    /// # Errors
    /// The page that says that there is no such page, where it names nothing of that kind.
    pub fn place<T: FromStr<Err = Refusal>>(&self, text: &str) -> Result<T, Trouble> {
        let nowhere = |_| Trouble::new(self.frame.clone(), Refusal::not_found("page", &self.frame.path));
        text.parse().map_err(nowhere)
    }

    /// Whether the person may do this at all; for showing or hiding a way, not for permitting it.
    pub fn may(&self, action: Action) -> bool {
        self.person.actor.may(action).is_ok()
    }
}

/// The language that the browser asks for.
pub(super) fn language_of(request: &HttpRequest) -> Language {
    let chosen = request.cookie(LANGUAGE_COOKIE).and_then(|c: Cookie<'_>| c.value().parse().ok());
    let asked = || {
        let header = request.headers().get("accept-language").and_then(|v| v.to_str().ok()).unwrap_or("");
        let first = header.split([',', ';']).next().unwrap_or("").trim().to_ascii_lowercase();
        if first.is_empty() || first.starts_with("zh") { Language::Zh } else { Language::En }
    };
    chosen.unwrap_or_else(asked)
}

/// The frame of a page for somebody who is not logged in.
pub(super) fn open_frame(request: &HttpRequest) -> Frame {
    Frame { language: language_of(request), theme: Theme::Auto, path: request.path().to_owned(), person: None, notice: None }
}

/// The frame of a page for a person.
pub(super) fn frame_for(request: &HttpRequest, person: &Person) -> Frame {
    Frame { language: person.language, theme: person.theme, path: request.path().to_owned(), notice: None, person: Some(person.clone()) }
}

impl FromRequest for Visitor {
    type Error = Trouble;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Trouble>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let log_in = || Trouble::log_in(&request);
            let app = request.app_data::<web::Data<App>>().cloned().ok_or_else(log_in)?;
            let secret = session::secret(&request).ok_or_else(log_in)?;
            let person = match session::person(&app, &request, &secret).await {
                Ok(person) => person,
                Err(problem) if problem.is_unauthenticated() => return Err(log_in()),
                Err(problem) => return Err(Trouble::new(open_frame(&request), problem)),
            };
            Caller(person.actor.clone()).remember(&request);
            Ok(Self { frame: frame_for(&request, &person), person })
        })
    }
}

/// An answer with the headers of a page.
pub(super) fn headed(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    response
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((REFERRER_POLICY, "same-origin"))
        .insert_header((HeaderName::from_static("x-frame-options"), "DENY"))
        .insert_header((HeaderName::from_static("cross-origin-opener-policy"), "same-origin"));
    response
}

/// A page as an answer.
///
/// # Errors
/// Where the template cannot be rendered.
pub fn render(template: &impl Template) -> Result<HttpResponse, Trouble> {
    render_as(HttpResponse::Ok(), template)
}

/// A page as an answer with another status, such as that of a form with faults.
///
/// # Errors
/// Where the template cannot be rendered.
pub fn render_as(response: HttpResponseBuilder, template: &impl Template) -> Result<HttpResponse, Trouble> {
    let mut html = template.render().map_err(Trouble::template)?;
    if html.contains(SUMMARY) {
        // The summary stands above the fields that it names: what they are called is known when they have been rendered.
        html = template.render().map_err(Trouble::template)?;
    }
    Ok(headed(response).body(html))
}

/// Sends the browser on after something was done, so that a reload does not do it again.
pub fn go(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((actix_web::http::header::LOCATION, to)).finish()
}
