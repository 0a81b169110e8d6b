//! Errors as RFC 9457 problem documents.

use actix_web::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::Refusal;
use crate::domain::refusal::RefusalKind;
use crate::usecases::Error;

/// One field at fault.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldFault {
    /// Path of the field, such as `items[3].comment`.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// An error as its caller sees it (RFC 9457, `application/problem+json`).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// A URI reference that names the kind of problem: `/problems/{code}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable machine-readable code.
    pub code: String,
    /// What is wrong and what would be right.
    pub detail: String,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldFault>,
}

/// The error of every handler. A [`Refusal`] is the caller's to mend and is told in full; anything else is ours: logged with its cause,
/// answered as 500 or 503 without it.
#[derive(Debug)]
pub struct Problem(pub Error);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.into())
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// After how many seconds it is worth to try again where the database was not there.
const RETRY_SECONDS: &str = "5";

/// Set on the response of a refused request, so that the audit line can be written.
#[derive(Debug, Clone, Copy)]
pub struct RefusedCode(pub &'static str);

impl Problem {
    fn status_of(refusal: &Refusal) -> StatusCode {
        match refusal.kind {
            RefusalKind::Invalid => StatusCode::BAD_REQUEST,
            RefusalKind::Unauthenticated => StatusCode::UNAUTHORIZED,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
            RefusalKind::Conflict => StatusCode::CONFLICT,
            RefusalKind::Gone => StatusCode::GONE,
            RefusalKind::Stale => StatusCode::PRECONDITION_FAILED,
            RefusalKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            RefusalKind::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            RefusalKind::TooSlow => StatusCode::REQUEST_TIMEOUT,
            RefusalKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            RefusalKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
            RefusalKind::Full => StatusCode::INSUFFICIENT_STORAGE,
        }
    }
}

impl Problem {
    /// Whether nobody is logged in.
    pub fn is_unauthenticated(&self) -> bool {
        matches!(&self.0, Error::Refused(refusal) if refusal.kind == RefusalKind::Unauthenticated)
    }

    /// What the caller may know: a refusal in full, of anything else only that it is ours. Logs the cause of the latter.
    pub fn detail(&self) -> String {
        match &self.0 {
            Error::Refused(refusal) => refusal.message.clone(),
            error => {
                tracing::error!(%error, "a request failed");
                let text = match error {
                    Error::Full(_) => "there is no room left where the data are kept, and nothing was stored; make room and try again",
                    Error::Uncertain(_) => {
                        "the connection to the database was lost while this was being stored, and it is not known whether it was; look before you \
                         send it again, or send it again with the same Idempotency-Key"
                    }
                    Error::Connection(_) | Error::NotCommitted(_) => {
                        "the database is not available at the moment and nothing was stored; try again"
                    }
                    Error::Database(_) | Error::Damaged(_) | Error::Panicked(_) | Error::Refused(_) => {
                        "something went wrong on our side and nothing was stored; the request id finds the cause in the log"
                    }
                };
                text.to_owned()
            }
        }
    }

    /// The stable code.
    fn code(&self) -> &'static str {
        match &self.0 {
            Error::Refused(refusal) => refusal.code,
            Error::Connection(_) | Error::NotCommitted(_) => "unavailable",
            Error::Full(_) => "storage_full",
            Error::Uncertain(_) => "outcome_unknown",
            Error::Database(_) | Error::Damaged(_) | Error::Panicked(_) => "internal",
        }
    }

    /// What the headers of the answer say beside its status: when to come again, and that a connection which dawdles is not kept. Marks the
    /// answer of a refusal, so that its audit line is written.
    pub fn mark(&self, response: &mut HttpResponse) {
        match self.status_code() {
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::INSUFFICIENT_STORAGE => {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
            }
            StatusCode::REQUEST_TIMEOUT => response.head_mut().set_connection_type(ConnectionType::Close),
            _ => {}
        }
        if let Error::Refused(refusal) = &self.0 {
            response.extensions_mut().insert(RefusedCode(refusal.code));
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match &self.0 {
            Error::Refused(refusal) => Self::status_of(refusal),
            Error::Connection(_) | Error::NotCommitted(_) | Error::Uncertain(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Full(_) => StatusCode::INSUFFICIENT_STORAGE,
            Error::Database(_) | Error::Damaged(_) | Error::Panicked(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        let errors = match &self.0 {
            Error::Refused(refusal) => {
                refusal.faults.iter().map(|f| FieldFault { field: f.field.clone(), message: f.message.clone() }).collect()
            }
            _ => Vec::new(),
        };
        let (code, detail) = (self.code(), self.detail());
        let document =
            ProblemDocument { kind: format!("/problems/{code}"), title, status: status.as_u16(), code: code.to_owned(), detail, errors };
        let mut response = HttpResponse::build(status);
        response.insert_header((actix_web::http::header::CONTENT_TYPE, "application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        }
        let body = serde_json::to_string(&document).unwrap_or_default();
        let mut response = response.body(body);
        self.mark(&mut response);
        response
    }
}
