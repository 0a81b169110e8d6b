//! A form with a file of conversations and its recordings, taken in part by part.

use actix_multipart::{Multipart, MultipartError};
use futures_util::StreamExt;

use super::problem::Problem;
use super::stream;
use crate::domain::Refusal;
use crate::usecases::conversations::upload::{Upload, format_of};

/// The longest text of a field, in bytes.
const TEXT_BYTES: usize = 4096;

/// The text of the next part, where that is a field of this name.
///
/// # Errors
/// Where the form breaks off.
pub async fn text_of_next(form: &mut Multipart, wanted: &str) -> Result<Option<String>, MultipartError> {
    let Some(field) = form.next().await else { return Ok(None) };
    let mut field = field?;
    if field.name() != Some(wanted) {
        return Ok(None);
    }
    let mut text = Vec::new();
    while let Some(block) = field.next().await {
        text.extend_from_slice(&block?);
        if text.len() > TEXT_BYTES {
            return Ok(None);
        }
    }
    Ok(String::from_utf8(text).ok())
}

/// Takes in the part `conversations`, and every other file as a recording. A browser sends a part without a name where no file was chosen.
///
/// # Errors
/// `Invalid` for anything else; those of the upload.
pub async fn receive(mut form: Multipart, upload: &mut Upload) -> Result<(), Problem> {
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|e| stream::broken_multipart(&e))?;
        let name = field.name().unwrap_or("").to_owned();
        let file_name = field.content_disposition().and_then(|d| d.get_filename()).map(str::to_owned);
        let mut part = match (name.as_str(), file_name) {
            (_, Some(file_name)) if file_name.is_empty() => continue,
            ("conversations", file_name) => {
                let media_type = field.content_type().map(ToString::to_string).unwrap_or_default();
                upload.called(file_name.as_deref().unwrap_or(""));
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
    Ok(())
}
