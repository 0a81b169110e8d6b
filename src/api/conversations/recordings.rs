//! The recordings of a conversation: their sound, by ranges, and their waveform.

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE};
use actix_web::{HttpRequest, HttpResponse, get, head, web};

use crate::api::routes::Routes;
use crate::app::App;
use crate::domain::id::{ConversationId, RecordingId};
use crate::http::problem::ProblemDocument;
use crate::http::range::{Wanted, wanted};
use crate::http::{Caller, Problem, stream};
use crate::usecases::recordings::hear::{Heard, hear};
use crate::usecases::recordings::peaks::{Waveform, peaks};

pub(super) fn routes(config: &mut Routes<'_>) {
    config.service(sound).service(sound_head).service(waveform);
}

/// Hear a recording
///
/// Takes `Range` and `If-Range` for pieces of it; the entity tag is the SHA-256 of the file. Each hearing is in the audit log: all requests of one
/// user for one recording within 30 minutes from the first one are one hearing.
///
/// Permissions: `recordings.hear`, within the same reach as the conversation.
#[utoipa::path(
    tag = "conversations",
    params(
        ("Range" = Option<String>, Header, description = "One range of bytes, such as `bytes=0-65535`"),
        ("If-Range" = Option<String>, Header, description = "The `ETag` of the file that the range belongs to"),
    ),
    responses(
        (status = 200, description = "The whole file", content_type = "audio/*"),
        (status = 206, description = "The range", content_type = "audio/*"),
        (status = 404, description = "None within reach", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 416, description = "The file has no such range"),
    )
)]
#[get("/conversations/{conversation_id}/recordings/{recording_id}")]
async fn sound(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(ConversationId, RecordingId)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (conversation, id) = path.into_inner();
    let heard = hear(&app, &caller, conversation, id, false).await?;
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let etag = format!("\"{}\"", heard.sha256);
    let (status, range) = match wanted(header(RANGE), header(IF_RANGE), &etag, heard.bytes) {
        Wanted::Whole => (StatusCode::OK, 0..heard.bytes),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Beyond => {
            let unsatisfied = (CONTENT_RANGE, format!("bytes */{}", heard.bytes));
            return Ok(HttpResponse::RangeNotSatisfiable().insert_header(unsatisfied).insert_header((ETAG, etag)).finish());
        }
    };
    let mut response = HttpResponse::build(status);
    head_of(&mut response, &heard);
    if status == StatusCode::PARTIAL_CONTENT {
        response.insert_header((CONTENT_RANGE, format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), heard.bytes)));
    }
    let length = range.end.saturating_sub(range.start);
    let file = web::block(move || heard.open(range)).await.map_err(|e| Problem(crate::usecases::Error::Panicked(e.to_string())))??;
    Ok(response.body(SizedStream::new(length, Box::pin(stream::blocks(file)))))
}

/// Ask for a recording without hearing it
///
/// Permissions: `recordings.hear`, within the same reach as the conversation. Not noted in the audit log.
#[utoipa::path(
    tag = "conversations",
    responses(
        (status = 200, description = "Its size, media type and entity tag, in the headers"),
        (status = 404, description = "None within reach"),
    )
)]
#[head("/conversations/{conversation_id}/recordings/{recording_id}")]
async fn sound_head(app: web::Data<App>, caller: Caller, path: web::Path<(ConversationId, RecordingId)>) -> Result<HttpResponse, Problem> {
    let (conversation, id) = path.into_inner();
    let heard = hear(&app, &caller, conversation, id, true).await?;
    let mut response = HttpResponse::Ok();
    head_of(&mut response, &heard);
    // The length is told, the content is not sent.
    let nothing = futures_util::stream::empty::<std::io::Result<web::Bytes>>();
    Ok(response.body(SizedStream::new(heard.bytes, nothing)))
}

fn head_of(response: &mut actix_web::HttpResponseBuilder, heard: &Heard) {
    response
        .insert_header((CONTENT_TYPE, heard.media_type.as_str()))
        .insert_header((ETAG, format!("\"{}\"", heard.sha256)))
        .insert_header((ACCEPT_RANGES, "bytes"));
}

/// Show the waveform of a recording
///
/// Permissions: `recordings.hear`, within the same reach as the conversation. Looking is no hearing and is not noted in the audit log.
#[utoipa::path(
    tag = "conversations",
    responses(
        (status = 200, description = "The waveform", body = Waveform),
        (status = 404, description = "None within reach", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[get("/conversations/{conversation_id}/recordings/{recording_id}/peaks")]
async fn waveform(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(ConversationId, RecordingId)>,
) -> Result<web::Json<Waveform>, Problem> {
    let (conversation, id) = path.into_inner();
    Ok(web::Json(peaks(&app, &caller, conversation, id).await?))
}
