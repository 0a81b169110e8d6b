//! Forms with a file: sent in parts, with the proof that they were meant.

use std::future::Future;
use std::pin::Pin;

use actix_multipart::{Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;

use super::form::Typed;
use super::page::Visitor;
use super::trouble::Trouble;
use crate::app::App;
use crate::domain::Refusal;
use crate::http::patience::{Patient, broken_off};
use crate::http::session::check_csrf;

/// The fields and the file of a form that was sent in parts.
#[derive(Debug)]
pub struct FileForm {
    /// Who posted it.
    pub visitor: Visitor,
    /// What was typed.
    pub typed: Typed,
    /// The file, where one was chosen.
    pub file: Option<Vec<u8>>,
    /// What the browser calls it.
    pub file_name: String,
}

fn broken(error: MultipartError) -> Refusal {
    match error {
        MultipartError::Payload(error) => broken_off("the form", &error),
        error => broken_off("the form", &error),
    }
}

/// The name of each part, that of its file where it is one, and its bytes.
async fn parts(mut form: Multipart, limit: usize) -> Result<Vec<(String, Option<String>, Vec<u8>)>, Refusal> {
    let (mut parts, mut read) = (Vec::new(), 0_usize);
    while let Some(part) = form.next().await {
        let mut part = part.map_err(broken)?;
        let name = part.name().unwrap_or("").to_owned();
        let file_name = part.content_disposition().and_then(|d| d.get_filename()).map(str::to_owned);
        let mut bytes = Vec::new();
        while let Some(block) = part.next().await {
            let block = block.map_err(broken)?;
            read = read.saturating_add(block.len());
            if read > limit {
                return Err(Refusal::too_large("file", format!("the file is longer than {limit} bytes (limits.csv_bytes); split it")));
            }
            bytes.extend_from_slice(&block);
        }
        parts.push((name, file_name, bytes));
    }
    Ok(parts)
}

impl FromRequest for FileForm {
    type Error = Trouble;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Trouble>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let limit = request.app_data::<web::Data<App>>().map_or(1 << 20, |app| app.config.limits.csv_bytes);
        let form = Multipart::new(request.headers(), Patient::new(&request, payload.take()));
        Box::pin(async move {
            let visitor = Visitor::extract(&request).await?;
            let trouble = |refusal| Trouble::new(visitor.frame.clone(), refusal);
            let (mut file, mut file_name, mut typed) = (None, String::new(), Vec::new());
            for (name, called, bytes) in parts(form, limit).await.map_err(trouble)? {
                match called {
                    None => typed.push((name, String::from_utf8_lossy(&bytes).into_owned())),
                    Some(called) if !bytes.is_empty() => (file, file_name) = (Some(bytes), called),
                    Some(_) => {}
                }
            }
            let typed = Typed::of(typed);
            check_csrf(&visitor.person, Some(typed.get("csrf"))).map_err(trouble)?;
            Ok(Self { visitor, typed, file, file_name })
        })
    }
}
