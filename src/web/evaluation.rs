//! One evaluation: what was found, each with its evidence, and what was answered otherwise.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::address::Address;
use super::appeals::{AppealLine, line};
use super::findings::{FindingView, view};
use super::form::Form;
use super::page::{Frame, Visitor, go, render};
use super::scorecard_names::ScorecardNames;
use super::trouble::Trouble;
use super::words::{Badge, day, deadline, moment};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::appeal::Subject;
use crate::domain::id::EvaluationId;
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::usecases::appeals::{self, AppealFilter};
use crate::usecases::{Error, evaluations, findings, organisation};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/evaluations/{id}", web::get().to(show)).route("/evaluations/{id}/acknowledge", web::post().to(acknowledge));
}

#[derive(Template)]
#[template(path = "evaluation.html")]
struct EvaluationPage {
    f: Frame,
    id: EvaluationId,
    agent: String,
    agent_href: Option<String>,
    period: Period,
    about: String,
    revision: i32,
    counts: bool,
    key_errors: i32,
    non_key_errors: i32,
    comment: String,
    conversation: String,
    findings: Vec<FindingView>,
    others: Vec<(String, Badge)>,
    /// When the agent acknowledged it.
    acknowledged: Option<String>,
    may_acknowledge: bool,
    appeals: Vec<AppealLine>,
    /// Until when it can be appealed against, whether that is still open, and the working days that are left.
    appeal_time: Option<(String, bool, u32)>,
    may_follow_up: bool,
}

async fn show(app: web::Data<App>, visitor: Visitor, request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let mut f = visitor.frame.clone();
    let trouble = |e: Error| Trouble::new(visitor.frame.clone(), e);
    let id: EvaluationId = visitor.place(&path)?;
    let shown = findings::show::show(&app, visitor.actor(), id).await.map_err(trouble)?;
    let zone = organisation::period::zone(&app).await.map_err(trouble)?;
    let appealed = match visitor.may(Action::AppealRead) {
        true => {
            let filter = AppealFilter { evaluation_id: Some(id), ..AppealFilter::default() };
            let all = PageRequest { limit: PageRequest::MAX, after: None };
            appeals::list::list(&app, visitor.actor(), filter, all).await.map_err(trouble)?.items
        }
        false => Vec::new(),
    };
    let appeal_time = match appeal_time(&app, &visitor, id, shown.findings.is_empty()).await {
        Ok(time) => time.map(|time| (deadline(time.until, zone), time.open, time.working_days)),
        Err(error) => return Err(trouble(error)),
    };
    if Address::of(&request).is("done", "acknowledged") {
        f.notice = Some(f.t("Noted that you have read it. You can still appeal.", "已确认阅读，仍可申诉。").to_owned());
    }
    let cards = ScorecardNames::of(&app, &visitor).await.map_err(trouble)?;
    let summary = &shown.summary;
    let conversation = summary.conversation_id.to_string();
    let named = summary.agent_name.clone().zip(summary.employee_no.clone());
    let page = EvaluationPage {
        agent: named.map_or_else(|| f.t("Agent hidden", "客服信息已隐藏").to_owned(), |(name, number)| format!("{name} {number}")),
        agent_href: summary.agent_id.filter(|_| visitor.may(Action::ResultRead)).map(|a| format!("/results/{}/agents/{a}", summary.period)),
        period: summary.period,
        about: format!(
            "{} · {} {} · {}",
            cards.version(&summary.scorecard, summary.scorecard_version),
            f.t("by", "质检员"),
            summary.inspector_name,
            day(summary.submitted_at, zone)
        ),
        revision: summary.revision,
        counts: summary.counts,
        key_errors: summary.key_errors,
        non_key_errors: summary.non_key_errors,
        comment: summary.comment.clone(),
        findings: shown.findings.iter().map(|it| view(&f, &conversation, it)).collect(),
        others: shown.others.iter().map(|it| (f.t(&it.title_en, &it.title_zh).to_owned(), f.outcome(it.outcome))).collect(),
        acknowledged: summary.acknowledged_at.map(|at| moment(at, zone)),
        may_acknowledge: summary.acknowledged_at.is_none()
            && visitor.may(Action::EvaluationAcknowledge)
            && visitor.actor().agent.is_some()
            && visitor.actor().agent == summary.agent_id,
        appeals: appealed.iter().map(|it| line(&f, it, None, zone)).collect(),
        appeal_time,
        may_follow_up: visitor.may(Action::FollowUpWrite),
        id,
        conversation,
        f,
    };
    render(&page)
}

/// Until when there may be an appeal; none for who may not appeal, or where there is nothing to appeal against.
async fn appeal_time(app: &App, visitor: &Visitor, id: EvaluationId, nothing: bool) -> Result<Option<appeals::until::AppealTime>, Error> {
    if nothing || !visitor.may(Action::AppealSubmit) {
        return Ok(None);
    }
    match appeals::until::until(app, visitor.actor(), Subject::Evaluation(id)).await {
        Ok(time) => Ok(Some(time)),
        // Within reach for reading, such as what one graded, but not for appealing.
        Err(Error::Refused(refusal)) if refusal.code == "not_found" => Ok(None),
        Err(error) => Err(error),
    }
}

async fn acknowledge(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let trouble = |e: Error| Trouble::new(form.visitor.frame.clone(), e);
    let id: EvaluationId = form.visitor.place(&path)?;
    let seen = form.typed.get("revision").parse().unwrap_or(0);
    evaluations::acknowledge::acknowledge(&app, form.visitor.actor(), id, seen).await.map_err(trouble)?;
    Ok(go(&format!("/evaluations/{id}?done=acknowledged")))
}
