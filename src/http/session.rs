//! Sessions of people at a browser: the cookie, and the proof that a change was meant.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time};

use super::caller::origin;
use super::problem::Problem;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::session::LONGEST;
use crate::usecases::sessions::resume::{Person, resume};

/// The cookie's name where the browser does not speak TLS: on this machine, or behind a proxy that is not told to be one.
const COOKIE: &str = "assay_session";
/// Its name where it does. Browsers take a cookie of such a name over TLS only, from this very host, and for all of its paths.
const COOKIE_OVER_TLS: &str = "__Host-assay_session";

/// The secret of the request's session, where it has one.
pub fn secret(request: &HttpRequest) -> Option<String> {
    let shown = |name| request.cookie(name).map(|cookie| cookie.value().to_owned()).filter(|value| !value.is_empty());
    shown(COOKIE_OVER_TLS).or_else(|| shown(COOKIE))
}

/// The person behind a session's secret.
///
/// # Errors
/// `Unauthenticated` where the session has ended.
pub async fn person(app: &App, request: &HttpRequest, secret: &str) -> Result<Person, Problem> {
    Ok(resume(app, secret, origin(request, app)?).await?)
}

/// Checks that a change comes from a page of ours: another site can make a browser send the cookie, but cannot read this.
///
/// # Errors
/// `Forbidden` where the token is missing or another session's.
pub fn check_csrf(person: &Person, shown: Option<&str>) -> Result<(), Refusal> {
    // Both are hex of 32 random bytes; comparing hashes takes the same time wherever they differ.
    let same = shown.is_some_and(|shown| crate::usecases::sessions::resume::same_secret(shown, &person.csrf));
    if same { Ok(()) } else { Err(Refusal::forbidden("the form is too old or not ours; load the page again and repeat")) }
}

/// The cookie that begins a session. `https` where the browser spoke TLS.
pub fn cookie(secret: &str, https: bool) -> Cookie<'static> {
    Cookie::build(if https { COOKIE_OVER_TLS } else { COOKIE }, secret.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(https)
        .max_age(time::Duration::seconds(LONGEST.num_seconds()))
        .finish()
}

/// The cookies that end a session, under whichever name it was begun.
pub fn no_cookies() -> [Cookie<'static>; 2] {
    [(COOKIE, false), (COOKIE_OVER_TLS, true)].map(|(name, https)| {
        let mut cookie = Cookie::build(name, "").path("/").http_only(true).same_site(SameSite::Lax).secure(https).finish();
        cookie.make_removal();
        cookie
    })
}

/// Checks that a log-in was typed on a page of ours: another site must not log somebody in as somebody else. Browsers say where a request comes
/// from; programs say nothing.
///
/// # Errors
/// `Forbidden` where it comes from another site.
pub fn check_site(request: &HttpRequest) -> Result<(), Refusal> {
    match request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok()) {
        Some("cross-site") => Err(Refusal::forbidden("the form is too old or not ours; load the page again and repeat")),
        _ => Ok(()),
    }
}

/// Whether the browser spoke TLS, to us or to the proxy in front.
pub fn is_https(app: &App, request: &HttpRequest) -> bool {
    app.config.http.behind_proxy && request.connection_info().scheme() == "https"
}
