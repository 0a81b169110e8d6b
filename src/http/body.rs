//! Bodies and query strings as typed values, with errors that name the field.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::patience::{Patient, broken_off};
use super::problem::Problem;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::refusal::too_deep;

/// A JSON body of type `T`, at most `limits.json_bytes` long.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = json_bytes(request, payload);
        Box::pin(async move { parse_json(&bytes.await?).map(Self).map_err(Problem::from) })
    }
}

/// The bytes of a JSON body, whatever it is to become: what is generic is compiled for each of the shapes.
fn json_bytes(request: &HttpRequest, payload: &mut Payload) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, Refusal>>>> {
    let limit = request.app_data::<web::Data<App>>().map_or(1 << 20, |app| app.config.limits.json_bytes);
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("").to_ascii_lowercase();
    let payload = Patient::new(request, payload.take());
    Box::pin(async move {
        let essence = media_type.split(';').next().unwrap_or("").trim();
        if essence != "application/json" {
            return Err(Refusal::unsupported("the body must be JSON; send `Content-Type: application/json`"));
        }
        read_bytes(payload, limit, "limits.json_bytes").await
    })
}

/// Reads a whole body of at most `limit` bytes; `setting` names the limit for whoever exceeds it.
///
/// # Errors
/// `TooLarge`, `TooSlow`, or `Invalid` where the body breaks off.
pub async fn read_bytes(mut payload: Patient, limit: usize, setting: &str) -> Result<Vec<u8>, Refusal> {
    let mut bytes = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|e| broken_off("the body", &e))?;
        if bytes.len().saturating_add(chunk.len()) > limit {
            return Err(Refusal::too_large("", format!("the body is longer than {limit} bytes ({setting})")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

/// Reads JSON and names the field at fault where it does not fit.
///
/// # Errors
/// `Invalid` with the path of the field.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(at_fault)?;
    reader.end().map_err(|e| Refusal::invalid("", e.to_string()))?;
    Ok(value)
}

fn at_fault(error: serde_path_to_error::Error<serde_json::Error>) -> Refusal {
    if too_deep(error.inner()) {
        return Refusal::too_deep();
    }
    let path = error.path().to_string();
    Refusal::invalid(if path == "." { String::new() } else { path }, error.inner().to_string())
}

/// The query string as a `T`. Unknown parameters are refused where `T` denies unknown fields.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parsed = web::Query::<T>::from_query(request.query_string());
        ready(parsed.map(|q| Self(q.into_inner())).map_err(|e| Refusal::invalid("", format!("query string: {e}")).into()))
    }
}
