//! `ETag` and `If-Match`: nobody overwrites what somebody else has changed meanwhile.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{ETAG, IF_MATCH};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use serde::Serialize;

use super::problem::Problem;
use crate::domain::Refusal;

/// The version that the caller last saw, from `If-Match: "3"`. Edits demand it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub i32);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let bad = || Refusal::invalid("If-Match", "must be the ETag of what you read before, such as \"3\"");
        let header = request.headers().get(IF_MATCH).and_then(|value| value.to_str().ok());
        let version = header.map(|text| text.trim().trim_matches('"')).and_then(|text| text.parse().ok());
        ready(version.map(Self).ok_or_else(|| bad().into()))
    }
}

/// An answer with its version as the `ETag`.
#[derive(Debug)]
pub struct Versioned<T> {
    /// The status.
    pub status: actix_web::http::StatusCode,
    /// The version.
    pub version: i32,
    /// The body.
    pub body: T,
}

impl<T: Serialize> Versioned<T> {
    /// 200 with an `ETag`.
    pub fn ok(version: i32, body: T) -> Self {
        Self { status: actix_web::http::StatusCode::OK, version, body }
    }

    /// 201 with an `ETag`.
    pub fn created(version: i32, body: T) -> Self {
        Self { status: actix_web::http::StatusCode::CREATED, version, body }
    }
}

impl<T: Serialize> Responder for Versioned<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::build(self.status).insert_header((ETAG, format!("\"{}\"", self.version))).json(self.body)
    }
}
