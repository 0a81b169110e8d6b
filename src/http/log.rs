//! What the log says of a request: the route and never the address itself, which may carry a customer's number in a search or the secret of a link.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage};
use tracing::Span;
use tracing_actix_web::{DefaultRootSpanBuilder, RequestId, RootSpanBuilder};

/// Opens the span in which everything about a request is logged.
#[derive(Debug, Clone, Copy)]
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let route = request.match_pattern().unwrap_or_else(|| "(none)".to_owned());
        let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        tracing::info_span!(
            "request",
            method = %request.method(),
            route = %route,
            request_id = %id,
            http.status_code = tracing::field::Empty,
            otel.status_code = tracing::field::Empty,
            exception.message = tracing::field::Empty,
            exception.details = tracing::field::Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        // A refusal is told to its caller and quotes what was sent; the log has its status. A fault of ours is logged where it happens.
        match outcome {
            Ok(response) => {
                span.record("http.status_code", response.response().status().as_u16());
            }
            Err(_) => DefaultRootSpanBuilder::on_request_end(span, outcome),
        }
    }
}
