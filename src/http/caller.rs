//! The acting person of a request.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use super::problem::Problem;
use super::session;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::{Actor, Origin};
use crate::usecases::sessions::authenticate::authenticate;

/// The acting person, from the request's bearer token, or from the session of a browser. A handler that takes one answers 401 to
/// everybody else. Whoever changes something with a session must show the session's `X-CSRF-Token`.
#[derive(Debug, Clone)]
pub struct Caller(pub Actor);

impl std::ops::Deref for Caller {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.0
    }
}

impl Caller {
    /// Keeps the caller with the request, for the audit line of a refusal.
    pub fn remember(&self, request: &HttpRequest) {
        request.extensions_mut().insert(self.clone());
    }
}

/// The id that the request carries or was given.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// The caller's address as the proxy in front of us names it: the last one of `X-Forwarded-For`, since those before it are what the caller said.
fn named_by_proxy(request: &HttpRequest) -> Option<&str> {
    let last = request.headers().get_all("x-forwarded-for").last()?.to_str().ok()?;
    last.rsplit(',').next().map(str::trim).filter(|address| !address.is_empty())
}

/// Where a request came from.
///
/// # Errors
/// `Invalid` where its `Idempotency-Key` is none.
pub fn origin(request: &HttpRequest, app: &App) -> Result<Origin, Refusal> {
    let info = request.connection_info();
    let address = named_by_proxy(request).filter(|_| app.config.http.behind_proxy).or_else(|| info.peer_addr());
    let idempotency_key = match request.headers().get("idempotency-key") {
        None => None,
        Some(value) => match value.to_str() {
            Ok(key) if (1..=200).contains(&key.len()) => Some(key.to_owned()),
            _ => return Err(Refusal::invalid("Idempotency-Key", "must be 1 to 200 visible ASCII characters")),
        },
    };
    Ok(Origin {
        address: address.map(str::to_owned),
        request_id: request.extensions().get::<RequestId>().map(|id| id.0.clone()),
        idempotency_key,
    })
}

fn bearer(request: &HttpRequest) -> Result<String, Refusal> {
    let header = request
        .headers()
        .get(AUTHORIZATION)
        .ok_or_else(|| Refusal::unauthenticated("no token came with the request; send `Authorization: Bearer TOKEN`"))?;
    let text = header.to_str().unwrap_or("");
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => Ok(token.trim().to_owned()),
        _ => Err(Refusal::unauthenticated("the Authorization header must be `Bearer TOKEN`")),
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let Some(app) = request.app_data::<web::Data<App>>().cloned() else {
                return Err(Problem(crate::usecases::Error::Damaged("the application is not set up".into())));
            };
            let actor = match session::secret(&request) {
                Some(secret) if !request.headers().contains_key(AUTHORIZATION) => {
                    let person = session::person(&app, &request, &secret).await?;
                    if !request.method().is_safe() {
                        session::check_csrf(&person, request.headers().get("x-csrf-token").and_then(|v| v.to_str().ok()))?;
                    }
                    person.actor
                }
                _ => authenticate(&app, &bearer(&request)?, origin(&request, &app)?).await?,
            };
            let caller = Self(actor);
            caller.remember(&request);
            Ok(caller)
        })
    }
}
