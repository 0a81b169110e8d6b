//! The grading page: the conversation on the left, the scorecard on the right, submit and next in one stroke.

mod sheet;
mod view;

use actix_web::{HttpResponse, ResponseError, web};
use serde_json::json;

use super::form::{Form, Typed};
use super::page::{Visitor, go, render, render_as};
use super::refusals::told;
use super::trouble::Trouble;
use crate::app::App;
use crate::domain::id::SampleId;
use crate::domain::page::PageRequest;
use crate::domain::sampling::sample::ReplaceReason;
use crate::domain::{Refusal, Refused};
use crate::http::Problem;
use crate::usecases::drafts::Draft;
use crate::usecases::drafts::save::{SaveDraft, save};
use crate::usecases::evaluations::submit::{Submission, submit};
use crate::usecases::queue::{HandedOut, hand_out, next};
use crate::usecases::samples::claim::claim;
use crate::usecases::samples::replace::{Replacement, replace};
use crate::usecases::{Error, fine_policies, violation_types};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/queue/next", web::post().to(take_next))
        .route("/samples/{id}/grade", web::get().to(show))
        .route("/samples/{id}/grade", web::post().to(post))
        .route("/samples/{id}/draft", web::post().to(save_draft))
        .route("/samples/{id}/replace", web::post().to(post_replace));
}

fn sample_id(visitor: &Visitor, id: &str) -> Result<SampleId, Trouble> {
    id.parse().map_err(|r: Refusal| Trouble::new(visitor.frame.clone(), r))
}

/// Where the inspector goes next: to the next sample, or back to the queue where none waits.
async fn onwards(app: &App, visitor: &Visitor) -> Result<HttpResponse, Trouble> {
    let taken = next::next(app, visitor.actor()).await.map_err(|e| Trouble::new(visitor.frame.clone(), e))?;
    Ok(go(&taken.map_or_else(|| "/queue".to_owned(), |handed| format!("/samples/{}/grade", handed.sample.id))))
}

async fn take_next(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    onwards(&app, &form.visitor).await
}

async fn handed(app: &App, visitor: &Visitor, id: SampleId) -> Result<HandedOut, Trouble> {
    hand_out(app, visitor.actor(), id).await.map_err(|e| Trouble::new(visitor.frame.clone(), e))
}

async fn page(app: &App, visitor: &Visitor, handed: HandedOut, form: Typed) -> Result<view::GradePage, Trouble> {
    let all = PageRequest { limit: PageRequest::MAX, after: None };
    let types =
        violation_types::list::list(app, visitor.actor(), Some(true), all).await.map_err(|e| Trouble::new(visitor.frame.clone(), e))?;
    let types: Vec<_> = types.items.into_iter().map(|entry| entry.rules).collect();
    let policy = fine_policies::show::in_force(app, visitor.actor(), handed.sample.period).await;
    let policy = policy.map_err(|e| Trouble::new(visitor.frame.clone(), e))?;
    Ok(view::page(visitor.frame.clone(), handed, &types, policy.map(|p| p.terms).as_ref(), form))
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = sample_id(&visitor, &path)?;
    let handed = claim(&app, visitor.actor(), id).await.map_err(|e| Trouble::new(visitor.frame.clone(), e))?;
    render(&page(&app, &visitor, handed, Typed::default()).await?)
}

/// What was posted: the version that it started from, and the seconds spent since.
fn progress(typed: &Typed) -> Refused<(i32, u32)> {
    let number = |name: &str| Refusal::invalid(name, "must be a whole number");
    let version = typed.get("version").parse().map_err(|_| number("version"))?;
    let seconds = typed.get("seconds").parse().map_err(|_| number("seconds"))?;
    Ok((version, seconds))
}

/// Saves without leaving the page; answers with the version that is now stored, or with what is the matter.
async fn save_draft(app: web::Data<App>, form: Form, path: web::Path<String>) -> HttpResponse {
    match saved(&app, &form, &path).await {
        Ok(draft) => HttpResponse::Ok().json(json!({ "version": draft.version })),
        Err(problem) => {
            let mut response = HttpResponse::build(problem.status_code()).json(json!({ "detail": told(&form.visitor.frame, &problem) }));
            problem.mark(&mut response);
            response
        }
    }
}

async fn saved(app: &App, form: &Form, id: &str) -> Result<Draft, Problem> {
    let id: SampleId = id.parse()?;
    let handed = hand_out(app, form.visitor.actor(), id).await?;
    let sheet = sheet::read(&form.typed, &handed.scorecard.content)?;
    let (version, seconds) = progress(&form.typed)?;
    Ok(save(app, form.visitor.actor(), id, SaveDraft { sheet, version, seconds }).await?)
}

/// Submits and goes on to the next; with faults, shows the page again with everything that was typed.
async fn post(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = sample_id(visitor, &path)?;
    let mut handed = handed(&app, visitor, id).await?;
    let read = sheet::read(&form.typed, &handed.scorecard.content).and_then(|sheet| Ok((sheet, progress(&form.typed)?)));
    let refusal = match read {
        Err(refusal) => refusal,
        Ok((sheet, (version, seconds))) => {
            handed.draft.sheet = sheet.clone();
            let done = if form.typed.is("do", "save") {
                save(&app, visitor.actor(), id, SaveDraft { sheet, version, seconds }).await.map(drop)
            } else {
                submit(&app, visitor.actor(), id, Submission { sheet, seconds }).await.map(drop)
            };
            match done {
                Ok(()) if form.typed.is("do", "save") => return Ok(go(&format!("/samples/{id}/grade"))),
                Ok(()) => return onwards(&app, visitor).await,
                Err(Error::Refused(refusal)) if !refusal.faults.is_empty() => refusal,
                Err(error) => return Err(Trouble::new(visitor.frame.clone(), error)),
            }
        }
    };
    let typed = form.typed.clone().refused(&visitor.frame, &refusal);
    render_as(HttpResponse::BadRequest(), &page(&app, visitor, handed, typed).await?)
}

async fn post_replace(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = sample_id(visitor, &path)?;
    let reason: ReplaceReason = form.typed.get("reason").parse().map_err(|r: Refusal| Trouble::new(visitor.frame.clone(), r))?;
    let command = Replacement { reason, comment: form.typed.get("comment").to_owned() };
    match replace(&app, visitor.actor(), id, command).await {
        Ok(_) => onwards(&app, visitor).await,
        Err(error) => Err(Trouble::new(visitor.frame.clone(), error)),
    }
}
