//! CSV tables that come and go: uploads of people, and lists that are wanted as a file.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use utoipa::IntoParams;

use super::patience::{Patient, broken_off};
use super::problem::Problem;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::csv_table::{BYTE_ORDER_MARK, Columns, push_row};
use crate::domain::page::{Cursor, Page, PageRequest};
use crate::domain::words::words;
use crate::usecases;

words! {
    /// In which form a list is answered.
    ListFormat ("format") {
        /// Pages of JSON.
        Json = "json",
        /// The whole list as a CSV table: UTF-8 with a byte order mark, in the form that an import reads.
        Csv = "csv",
    }
}

/// How a table is to be read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// True to store nothing and only say what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// How many rows are read at a time while a table goes out.
const BLOCK: u32 = 1000;

/// The body of an upload, `text/csv`, at most `limits.csv_bytes` long.
#[derive(Debug, Clone)]
pub struct CsvBody(pub Vec<u8>);

impl FromRequest for CsvBody {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = request.app_data::<web::Data<App>>().map_or(1 << 20, |app| app.config.limits.csv_bytes);
        let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("").to_ascii_lowercase();
        let mut payload = Patient::new(request, payload.take());
        Box::pin(async move {
            if media_type.split(';').next().unwrap_or("").trim() != "text/csv" {
                return Err(Refusal::unsupported("the body must be a CSV table; send `Content-Type: text/csv`").into());
            }
            let mut bytes = BytesMut::new();
            while let Some(chunk) = payload.next().await {
                let chunk = chunk.map_err(|error| broken_off("the body", &error))?;
                if bytes.len().saturating_add(chunk.len()) > limit {
                    return Err(
                        Refusal::too_large("", format!("the table is longer than {limit} bytes (limits.csv_bytes); split it")).into()
                    );
                }
                bytes.extend_from_slice(&chunk);
            }
            Ok(Self(bytes.into()))
        })
    }
}

/// Whether the caller wants a list as CSV: by `?format=`, or else by the `Accept` header.
pub fn wants_csv(request: &HttpRequest, format: Option<ListFormat>) -> bool {
    match format {
        Some(format) => format == ListFormat::Csv,
        None => request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| {
            let first = accept.split(',').next().unwrap_or("");
            first.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("text/csv")
        }),
    }
}

/// Answers with a whole list as the CSV table `name`, read block by block as the caller takes it.
///
/// # Errors
/// Those of the first block; where a later one fails, the answer breaks off.
pub async fn csv_table<F, Fut>(name: &str, columns: &Columns, block: F) -> Result<HttpResponse, Problem>
where
    F: Fn(PageRequest) -> Fut + 'static,
    Fut: Future<Output = usecases::Result<Page<String>>> + 'static,
{
    let first = block(PageRequest { limit: BLOCK, after: None }).await?;
    let mut header = BYTE_ORDER_MARK.to_owned();
    push_row(&mut header, columns.names());
    let next = position(&first)?;
    let begin = Bytes::from(header + &first.items.concat());
    let rest = stream::try_unfold((next, block), |(next, block)| async move {
        let Some(after) = next else { return Ok(None) };
        let page = block(PageRequest { limit: BLOCK, after: Some(after) }).await?;
        let next = position(&page)?;
        Ok::<_, usecases::Error>(Some((Bytes::from(page.items.concat()), (next, block))))
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .streaming(stream::once(async move { Ok(begin) }).chain(rest)))
}

fn position(page: &Page<String>) -> usecases::Result<Option<Cursor>> {
    Ok(page.next.as_deref().map(Cursor::decode).transpose()?)
}
