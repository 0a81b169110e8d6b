//! Forms with a file: sent in parts, with the proof that they were meant.

use std::future::Future;
use std::pin::Pin;

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;

use super::form::Typed;
use super::page::Visitor;
use super::trouble::Trouble;
use crate::app::App;
use crate::domain::Refusal;
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
}

fn broken(error: impl std::fmt::Display) -> Refusal {
    Refusal::invalid("", format!("the form broke off: {error}"))
}

/// The name of each part and its bytes; a file that was not chosen is none.
async fn parts(mut form: Multipart, limit: usize) -> Result<Vec<(String, bool, Vec<u8>)>, Refusal> {
    let (mut parts, mut read) = (Vec::new(), 0_usize);
    while let Some(part) = form.next().await {
        let mut part = part.map_err(broken)?;
        let name = part.name().unwrap_or("").to_owned();
        let is_file = part.content_disposition().is_some_and(|d| d.get_filename().is_some());
        let mut bytes = Vec::new();
        while let Some(block) = part.next().await {
            let block = block.map_err(broken)?;
            read = read.saturating_add(block.len());
            if read > limit {
                return Err(Refusal::too_large("file", format!("the file is longer than {limit} bytes (limits.csv_bytes); split it")));
            }
            bytes.extend_from_slice(&block);
        }
        parts.push((name, is_file, bytes));
    }
    Ok(parts)
}

impl FromRequest for FileForm {
    type Error = Trouble;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Trouble>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let limit = request.app_data::<web::Data<App>>().map_or(1 << 20, |app| app.config.limits.csv_bytes);
        let form = Multipart::from_request(&request, payload);
        Box::pin(async move {
            let visitor = Visitor::extract(&request).await?;
            let trouble = |refusal| Trouble::new(visitor.frame.clone(), refusal);
            let form = form.await.map_err(|error| trouble(broken(error)))?;
            let (mut file, mut typed) = (None, Vec::new());
            for (name, is_file, bytes) in parts(form, limit).await.map_err(trouble)? {
                if !is_file {
                    typed.push((name, String::from_utf8_lossy(&bytes).into_owned()));
                } else if !bytes.is_empty() {
                    file = Some(bytes);
                }
            }
            let typed = Typed::of(typed);
            check_csrf(&visitor.person, Some(typed.get("csrf"))).map_err(trouble)?;
            Ok(Self { visitor, typed, file })
        })
    }
}
