//! In and out.

use actix_web::cookie::Cookie;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::{Form, Typed};
use super::page::{Frame, LANGUAGE_COOKIE, go, open_frame, render, render_as};
use super::trouble::Trouble;
use crate::app::App;
use crate::domain::language::Language;
use crate::http::caller::origin;
use crate::http::session;
use crate::usecases::Error;
use crate::usecases::sessions::log_in::{LogIn, log_in};
use crate::usecases::sessions::log_out::log_out;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/login", web::get().to(show))
        .route("/login", web::post().to(post))
        .route("/login/language", web::get().to(choose_language))
        .route("/logout", web::post().to(out));
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    f: Frame,
    form: Typed,
    next: String,
}

#[derive(Debug, Deserialize)]
struct Next {
    next: Option<String>,
}

/// Where to go after the log-in: a path of ours and nothing else, or a mail could lead people astray.
fn safe(next: Option<&str>) -> &str {
    next.filter(|n| n.starts_with('/') && !n.starts_with("//") && !n.contains(['\\', '\n', '\r'])).unwrap_or("/")
}

async fn show(request: HttpRequest, query: web::Query<Next>) -> Result<HttpResponse, Trouble> {
    let next = safe(query.next.as_deref()).to_owned();
    render(&LoginPage { f: open_frame(&request), form: Typed::default(), next })
}

async fn post(request: HttpRequest, app: web::Data<App>, body: web::Bytes) -> Result<HttpResponse, Trouble> {
    let typed = Typed::parse(&body);
    let frame = open_frame(&request);
    let next = safe(typed.filled("next")).to_owned();
    session::check_site(&request).map_err(|r| Trouble::new(frame.clone(), r))?;
    let origin = origin(&request, &app).map_err(|r| Trouble::new(frame.clone(), r))?;
    let browser = request.headers().get("user-agent").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let command = LogIn {
        username: typed.get("username").to_owned(),
        password: typed.get("password").to_owned(),
        browser,
        before: session::secret(&request),
        origin,
    };
    match log_in(&app, command).await {
        Ok(secret) => {
            let mut response = go(&next);
            let added = response.add_cookie(&session::cookie(&secret, session::is_https(&app, &request)));
            added.map_err(|e| Trouble::new(frame, Error::Damaged(format!("cookie: {e}"))))?;
            Ok(response)
        }
        Err(Error::Refused(refusal)) => {
            let status = crate::http::Problem::from(refusal.clone());
            let status = actix_web::ResponseError::status_code(&status);
            let form = Typed::showing([("username", typed.get("username").to_owned())]).refused(&frame, &refusal);
            render_as(HttpResponse::build(status), &LoginPage { f: frame, form, next })
        }
        Err(error) => Err(Trouble::new(frame, error)),
    }
}

async fn out(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    log_out(&app, &form.visitor.person, None).await.map_err(|e| Trouble::new(form.visitor.frame, e))?;
    let mut response = go("/login");
    for cookie in session::no_cookies() {
        drop(response.add_cookie(&cookie));
    }
    Ok(response)
}

#[derive(Debug, Deserialize)]
struct Choice {
    language: Language,
    next: Option<String>,
}

/// The language of those who are not logged in stays in a cookie.
async fn choose_language(choice: web::Query<Choice>) -> HttpResponse {
    let mut response = go(&format!("/login?next={}", safe(choice.next.as_deref())));
    let cookie = Cookie::build(LANGUAGE_COOKIE, choice.language.as_str()).path("/").permanent().http_only(true).finish();
    drop(response.add_cookie(&cookie));
    response
}
