//! The import of conversations: a stream of NDJSON or CSV, or a form with the recordings.

use actix_multipart::Multipart;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, post, web};
use futures_util::StreamExt;

use crate::app::App;
use crate::domain::Refusal;
use crate::domain::conversation::ConversationInput;
use crate::http::patience::Patient;
use crate::http::problem::ProblemDocument;
use crate::http::{Caller, Problem, stream};
use crate::usecases::conversations::import::{ImportReport, ImportSource, import};
use crate::usecases::conversations::upload::{Upload, format_of};

/// The form of an import.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form in the OpenAPI document; its parts are read as they come")]
struct ImportForm {
    /// The file of conversations: its media type or its name says whether it is NDJSON or CSV.
    #[schema(value_type = String, format = Binary)]
    conversations: Vec<u8>,
    /// The recordings, each with the file name by which its conversation names it. Any number of them.
    #[schema(value_type = Vec<String>, format = Binary)]
    recording: Vec<Vec<u8>>,
}

/// Import conversations
///
/// Takes NDJSON (one conversation on each line), CSV, or `multipart/form-data` with such a file as the part `conversations` and its recordings as parts
/// with the file names by which the conversations name them. The body is stored as it comes: a body that breaks off leaves whole conversations only,
/// and the same body again changes nothing. Refused conversations are listed in the report with their lines; the others are stored.
///
/// A conversation is known by `(source, external_id)`. The whole format is in docs/IMPORT.md.
///
/// Permissions: `conversations.import`.
#[utoipa::path(
    tag = "conversations",
    request_body(
        description = "The conversations",
        content(
            (ConversationInput = "application/x-ndjson"),
            (String = "text/csv"),
            (ImportForm = "multipart/form-data"),
        )
    ),
    responses(
        (status = 200, description = "What came of it; `refused` may be more than 0", body = ImportReport),
        (status = 400, description = "The body cannot be read at all", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "Another format", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
#[post("/conversations/import")]
pub(super) async fn import_conversations(
    app: web::Data<App>,
    caller: Caller,
    request: HttpRequest,
    body: web::Payload,
) -> Result<web::Json<ImportReport>, Problem> {
    let body = Patient::new(&request, body.into_inner());
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    if media_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
        return import_form(&app, &caller, &request, body).await.map(web::Json);
    }
    let format = format_of(media_type, None)?;
    let (reader, feed) = stream::reader(body);
    let source = ImportSource { input: Box::new(reader), format, recordings: None };
    let (report, ()) = futures_util::future::join(import(&app, &caller, source, |_| ()), feed).await;
    Ok(web::Json(report?))
}

async fn import_form(app: &App, caller: &Caller, request: &HttpRequest, body: Patient) -> Result<ImportReport, Problem> {
    let mut upload = Upload::begin(app, caller)?;
    let mut form = Multipart::new(request.headers(), body);
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|e| stream::broken_multipart(&e))?;
        let name = field.name().unwrap_or("").to_owned();
        let file_name = field.content_disposition().and_then(|d| d.get_filename()).map(str::to_owned);
        let mut part = match (name.as_str(), file_name) {
            ("conversations", file_name) => {
                let media_type = field.content_type().map(ToString::to_string).unwrap_or_default();
                upload.conversations(format_of(&media_type, file_name.as_deref())?).await?
            }
            (_, Some(file_name)) => upload.recording(&file_name).await?,
            (other, None) => {
                let message = "is neither `conversations` nor a file; recordings are parts with the file names that the conversations give";
                return Err(Refusal::invalid(other, message).into());
            }
        };
        while let Some(block) = field.next().await {
            part.write(&block.map_err(|e| stream::broken_multipart(&e))?).await?;
        }
        part.finish().await?;
    }
    Ok(import(app, caller, upload.source()?, |_| ()).await?)
}
