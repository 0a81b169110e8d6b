//! Sessions of people at a browser: the cookie, and the proof that a change was meant.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time};

use super::caller::origin;
use super::problem::Problem;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::session::LONGEST;
use crate::usecases::sessions::resume::{Person, resume};

/// The cookie's name.
const COOKIE: &str = "assay_session";

/// The secret of the request's session, where it has one.
pub fn secret(request: &HttpRequest) -> Option<String> {
    request.cookie(COOKIE).map(|cookie| cookie.value().to_owned()).filter(|value| !value.is_empty())
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
    Cookie::build(COOKIE, secret.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(https)
        .max_age(time::Duration::seconds(LONGEST.num_seconds()))
        .finish()
}

/// The cookie that ends a session.
pub fn no_cookie() -> Cookie<'static> {
    let mut cookie = Cookie::build(COOKIE, "").path("/").http_only(true).same_site(SameSite::Lax).finish();
    cookie.make_removal();
    cookie
}

/// Whether the browser spoke TLS, to us or to the proxy in front.
pub fn is_https(app: &App, request: &HttpRequest) -> bool {
    app.config.http.behind_proxy && request.connection_info().scheme() == "https"
}
