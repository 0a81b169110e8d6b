//! What surrounds every request: its id, safe headers, and the audit line of a refusal.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_ENCODING, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};
use tracing_actix_web::RequestId as TracedId;

use super::caller::{Caller, RequestId};
use super::headers::harden;
use super::problem::{Problem, RefusedCode};
use super::session::is_https;
use crate::app::App;
use crate::domain::Refusal;
use crate::usecases::sessions::note_refusal::note_refusal;

/// Gives the request its id, answers with it in `X-Request-Id`, and sets the headers that every answer carries.
///
/// # Errors
/// Those of the handler.
pub async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let id = request.extensions().get::<TracedId>().map(ToString::to_string).unwrap_or_default();
    request.extensions_mut().insert(RequestId(id.clone()));
    if let Some(encoding) =
        request.headers().get(CONTENT_ENCODING).filter(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        let encoding = String::from_utf8_lossy(encoding.as_bytes()).into_owned();
        let refusal =
            Refusal::unsupported(format!("bodies are taken as they are, not encoded as `{encoding}`; leave Content-Encoding away"));
        return Err(Problem::from(refusal).into());
    }
    let app = request.app_data::<web::Data<App>>().cloned();
    let (changes, path) = (!request.method().is_safe(), request.path().to_owned());
    let https = app.as_ref().is_some_and(|app| is_https(app, request.request()));
    let mut response = match next.call(request).await {
        Ok(response) => response,
        Err(error) => return Err(error),
    };
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    harden(response.headers_mut(), &path, https);
    let refused = response.response().extensions().get::<RefusedCode>().copied();
    let caller = response.request().extensions().get::<Caller>().cloned();
    if let (Some(RefusedCode(code)), Some(Caller(actor)), Some(app)) = (refused, caller, app) {
        let status = response.status().as_u16();
        if changes || status == 403 {
            let (method, path) = (response.request().method().to_string(), response.request().path().to_owned());
            if let Err(error) = note_refusal(&app, &actor, &method, &path, code, status).await {
                tracing::error!(%error, "the audit line of a refused request could not be written");
            }
        }
    }
    Ok(response)
}
