//! Files that are sent in pieces, and the header that names the digest of a closed list.

use std::io::Read;

use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, body, web};
use futures_util::stream;

use super::problem::Problem;
use crate::domain::Refusal;
use crate::domain::fine_list::FileFormat;
use crate::domain::words::words;
use crate::usecases::fine_lists::export::ExportFile;

words! {
    /// In which form a fine list is answered.
    FineListFormat ("format") {
        /// Pages of JSON.
        Json = "json",
        /// The canonical form, one JSON object per line.
        Ndjson = "ndjson",
        /// A CSV file.
        Csv = "csv",
        /// An Excel workbook.
        Xlsx = "xlsx",
    }
}

/// The name of the header that carries the digest of a closed list: `sha-256=` and 64 hexadecimal digits over the canonical form.
pub const LIST_DIGEST: &str = "assay-list-digest";

/// How much is read at a time.
const PIECE: usize = 1 << 18;

/// The file that is wanted, by the query's `format` or else by the first media type of `Accept` that is one of ours; `None`: JSON.
///
/// # Errors
/// `Unsupported` where `Accept` names nothing that there is.
pub fn wanted_file(request: &HttpRequest, format: Option<FineListFormat>) -> Result<Option<FileFormat>, Problem> {
    if let Some(format) = format {
        return Ok(match format {
            FineListFormat::Json => None,
            FineListFormat::Ndjson => Some(FileFormat::Ndjson),
            FineListFormat::Csv => Some(FileFormat::Csv),
            FineListFormat::Xlsx => Some(FileFormat::Xlsx),
        });
    }
    let Some(accept) = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).filter(|accept| !accept.trim().is_empty())
    else {
        return Ok(None);
    };
    for media_type in accept.split(',').map(|part| part.split(';').next().unwrap_or("").trim().to_ascii_lowercase()) {
        match media_type.as_str() {
            "application/json" | "application/*" | "*/*" => return Ok(None),
            "text/*" => return Ok(Some(FileFormat::Csv)),
            other => {
                let known = FileFormat::ALL.iter().find(|format| format.media_type().split(';').next() == Some(other));
                if let Some(format) = known {
                    return Ok(Some(*format));
                }
            }
        }
    }
    let known: Vec<_> = FileFormat::ALL.iter().map(|format| format.media_type()).collect();
    Err(Refusal::unsupported(format!("there is no `{accept}` of this; ask for application/json, {}", known.join(", "))).into())
}

/// Sends a file, in pieces that are read off the event loop.
pub fn send(file: ExportFile) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, file.media_type));
    response.insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)));
    if let Some(digest) = &file.digest {
        response.insert_header((LIST_DIGEST, format!("sha-256={digest}")));
    }
    let pieces = stream::try_unfold(file.content, |mut content| async move {
        let read = web::block(move || {
            let mut piece = vec![0; PIECE];
            let length = content.read(&mut piece)?;
            piece.truncate(length);
            Ok::<_, std::io::Error>((piece, content))
        });
        let (piece, content) = read.await.map_err(std::io::Error::other)??;
        Ok::<_, std::io::Error>(if piece.is_empty() { None } else { Some((web::Bytes::from(piece), content)) })
    });
    response.body(body::SizedStream::new(file.bytes, Box::pin(pieces)))
}
