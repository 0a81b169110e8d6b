//! A file of conversations with the recordings beside it.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{go_on, kind};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::import_run::ImportKind;
use crate::http::conversation_form::{receive, text_of_next};
use crate::http::patience::Patient;
use crate::http::session::check_csrf;
use crate::http::stream::broken_multipart;
use crate::usecases::Error;
use crate::usecases::conversations::upload::Upload;
use crate::usecases::import_runs::accept::{Content, accept};
use crate::usecases::import_runs::discard::discard;
use crate::usecases::import_runs::permit;
use crate::web::form::Typed;
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{OrTrouble, mendable};
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/imports/conversations", web::get().to(begin)).route("/imports/conversations", web::post().to(import));
}

const KIND: ImportKind = ImportKind::Conversations;

#[derive(Template)]
#[template(path = "imports/conversations.html")]
struct ConversationsPage {
    f: Frame,
    form: Typed,
    hint: &'static str,
    required: String,
    optional: String,
}

fn page(visitor: &Visitor, form: Typed) -> ConversationsPage {
    let f = visitor.frame.clone();
    let columns = kind::columns(KIND);
    ConversationsPage { form, hint: kind::hint(&f, KIND), required: columns.required.join(", "), optional: columns.optional.join(", "), f }
}

async fn begin(visitor: Visitor) -> Result<HttpResponse, Trouble> {
    permit(visitor.actor(), KIND).or_trouble(&visitor)?;
    render(&page(&visitor, Typed::default()))
}

/// Takes the file and its recordings in as they come; nothing is read before the form has proven that it is one of ours.
async fn received(app: &App, visitor: &Visitor, request: &HttpRequest, body: web::Payload) -> Result<Upload, Error> {
    let mut form = Multipart::new(request.headers(), Patient::new(request, body.into_inner()));
    let proof = text_of_next(&mut form, "csrf").await.map_err(|error| broken_multipart(&error).0)?;
    check_csrf(&visitor.person, proof.as_deref())?;
    let mut upload = Upload::begin(app, visitor.actor())?;
    receive(form, &mut upload).await.map_err(|problem| problem.0)?;
    upload.checked().map_err(|_| Refusal::invalid("conversations", "must not be empty: choose a file"))?;
    Ok(upload)
}

async fn import(app: web::Data<App>, visitor: Visitor, request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Trouble> {
    permit(visitor.actor(), KIND).or_trouble(&visitor)?;
    let refused = |error| {
        let refusal = mendable(&visitor, error)?;
        render_as(HttpResponse::BadRequest(), &page(&visitor, Typed::default().refused(&visitor.frame, &refusal)))
    };
    let upload = match received(&app, &visitor, &request, body).await {
        Ok(upload) => upload,
        Err(error) => return refused(error),
    };
    let name = upload.name().to_owned();
    let run = match accept(&app, visitor.actor(), KIND, &name, false, Content::Conversations(upload)).await {
        Ok(run) => run,
        Err(error) => return refused(error),
    };
    let id = run.id;
    match go_on(&app, visitor.actor(), run).await {
        Ok(()) => Ok(go(&format!("/imports/{id}"))),
        // A file that cannot be read at all, of which nothing was stored.
        Err(error @ Error::Refused(_)) if stored_nothing(&app, &visitor, id).await => {
            discard(&app, visitor.actor(), id).await.or_trouble(&visitor)?;
            refused(error)
        }
        Err(_) => Ok(go(&format!("/imports/{id}"))),
    }
}

async fn stored_nothing(app: &App, visitor: &Visitor, id: crate::domain::id::ImportRunId) -> bool {
    let shown = crate::usecases::import_runs::show::show(app, visitor.actor(), id).await;
    shown.is_ok_and(|(run, _)| run.progress.counts.lines() == 0)
}
