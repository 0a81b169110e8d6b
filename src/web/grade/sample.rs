//! A sample on the grading page: with a draft at the service, a way to replace it, and the next one after it.

use actix_web::{HttpResponse, ResponseError, web};
use serde_json::json;

use super::view::{self, Material, Task};
use super::{refused, sheet, types};
use crate::app::App;
use crate::domain::catalogue::ViolationType;
use crate::domain::fine_policy::FineTerms;
use crate::domain::id::SampleId;
use crate::domain::sampling::sample::{ReplaceReason, SampleKind};
use crate::domain::{Refusal, Refused};
use crate::http::Problem;
use crate::usecases::drafts::Draft;
use crate::usecases::drafts::save::{SaveDraft, save};
use crate::usecases::evaluations::submit::{Submission, submit};
use crate::usecases::fine_policies;
use crate::usecases::queue::{HandedOut, hand_out, next};
use crate::usecases::samples::claim::claim;
use crate::usecases::samples::replace::{Replacement, replace};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render};
use crate::web::pieces::OrTrouble;
use crate::web::refusals::told;
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/queue/next", web::post().to(take_next))
        .route("/samples/{id}/grade", web::get().to(show))
        .route("/samples/{id}/grade", web::post().to(post))
        .route("/samples/{id}/draft", web::post().to(save_draft))
        .route("/samples/{id}/replace", web::post().to(post_replace));
}

/// Where the inspector goes next: to the next sample, or back to the queue where none waits.
async fn onwards(app: &App, visitor: &Visitor) -> Result<HttpResponse, Trouble> {
    let taken = next::next(app, visitor.actor()).await.or_trouble(visitor)?;
    Ok(go(&taken.map_or_else(|| "/queue".to_owned(), |handed| format!("/samples/{}/grade", handed.sample.id))))
}

async fn take_next(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    onwards(&app, &form.visitor).await
}

fn task(f: &Frame, handed: &HandedOut) -> Task {
    let sample = &handed.sample;
    Task {
        heading: match &sample.agent {
            Some(agent) => format!("{} {}", agent.name, agent.employee_no),
            None => f.t("Agent hidden", "客服信息已隐藏").to_owned(),
        },
        targeted: sample.kind == SampleKind::Targeted,
        due_on: sample.due_on,
        overdue: sample.overdue,
        post_to: format!("/samples/{}/grade", sample.id),
        kept_as: sample.id.to_string(),
        version: handed.draft.version.to_string(),
        draft: Some(format!("/samples/{}/draft", sample.id)),
        replace: Some(format!("/samples/{}/replace", sample.id)),
        counts: true,
        note: None,
        submit: f.t("Submit and next", "提交并继续"),
    }
}

/// What is on the page besides the sample.
struct Around {
    types: Vec<ViolationType>,
    terms: Option<FineTerms>,
}

async fn around(app: &App, visitor: &Visitor, handed: &HandedOut) -> Result<Around, Trouble> {
    let policy = fine_policies::show::in_force(app, visitor.actor(), handed.sample.period).await.or_trouble(visitor)?;
    Ok(Around { types: types(app, visitor).await?, terms: policy.map(|policy| policy.terms) })
}

fn page(visitor: &Visitor, handed: &HandedOut, around: &Around, form: Typed) -> view::GradePage {
    let of = Material {
        conversation: &handed.conversation,
        content: &handed.scorecard.content,
        sheet: &handed.draft.sheet,
        types: &around.types,
        terms: around.terms.as_ref(),
    };
    view::page(visitor.frame.clone(), task(&visitor.frame, handed), of, form)
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<SampleId>(&path)?;
    let handed = claim(&app, visitor.actor(), id).await.or_trouble(&visitor)?;
    render(&page(&visitor, &handed, &around(&app, &visitor, &handed).await?, Typed::default()))
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
    let sheet = sheet::read(&form.typed, &handed.scorecard.content, &handed.conversation.soundings())?;
    let (version, seconds) = progress(&form.typed)?;
    Ok(save(app, form.visitor.actor(), id, SaveDraft { sheet, version, seconds }).await?)
}

/// Submits and goes on to the next; with faults, shows the page again with everything that was typed.
async fn post(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = visitor.place::<SampleId>(&path)?;
    let handed = hand_out(&app, visitor.actor(), id).await.or_trouble(visitor)?;
    let only_save = form.typed.is("do", "save");
    let read = sheet::read_whole(&form.typed, &handed.scorecard.content, &handed.conversation.soundings());
    let done = match read.and_then(|sheet| Ok((sheet, progress(&form.typed)?))) {
        Err(refusal) => Err(refusal.into()),
        Ok((sheet, (version, seconds))) if only_save => {
            save(&app, visitor.actor(), id, SaveDraft { sheet, version, seconds }).await.map(drop)
        }
        Ok((sheet, (_, seconds))) => submit(&app, visitor.actor(), id, Submission { sheet, seconds }).await.map(drop),
    };
    match done {
        Ok(()) if only_save => Ok(go(&format!("/samples/{id}/grade"))),
        Ok(()) => onwards(&app, visitor).await,
        Err(error) => {
            let around = around(&app, visitor, &handed).await?;
            refused(&form, error, |typed| page(visitor, &handed, &around, typed))
        }
    }
}

async fn post_replace(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = visitor.place::<SampleId>(&path)?;
    let reason: ReplaceReason = form.typed.get("reason").parse().or_trouble(visitor)?;
    let command = Replacement { reason, comment: form.typed.get("comment").to_owned() };
    replace(&app, visitor.actor(), id, command).await.or_trouble(visitor)?;
    onwards(&app, visitor).await
}
