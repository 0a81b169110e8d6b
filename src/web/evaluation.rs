//! One evaluation: what was found, each with its evidence, and what was answered otherwise.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::figures::{Badge, day};
use super::findings::{FindingView, view};
use super::page::{Frame, Visitor, render};
use super::trouble::Trouble;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::Action;
use crate::domain::evaluation::Outcome;
use crate::domain::id::EvaluationId;
use crate::domain::period::Period;
use crate::usecases::{findings, organisation};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/evaluations/{id}", web::get().to(show));
}

#[derive(Template)]
#[template(path = "evaluation.html")]
struct EvaluationPage {
    f: Frame,
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
}

fn outcome(f: &Frame, outcome: Outcome) -> Badge {
    match outcome {
        Outcome::Pass => Badge { class: "good", text: f.t("pass", "通过") },
        Outcome::Fail => Badge { class: "bad", text: f.t("fail", "不通过") },
        Outcome::NotApplicable => Badge { class: "plain", text: f.t("n/a", "不适用") },
    }
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let id: EvaluationId = path.parse().map_err(|r: Refusal| Trouble::new(f.clone(), r))?;
    let shown = findings::show::show(&app, visitor.actor(), id).await.map_err(|e| Trouble::new(f.clone(), e))?;
    let zone = organisation::period::zone(&app).await.map_err(|e| Trouble::new(f.clone(), e))?;
    let summary = &shown.summary;
    let conversation = summary.conversation_id.to_string();
    let named = summary.agent_name.clone().zip(summary.employee_no.clone());
    let page = EvaluationPage {
        agent: named.map_or_else(|| f.t("Agent hidden", "客服信息已隐藏").to_owned(), |(name, number)| format!("{name} {number}")),
        agent_href: summary.agent_id.filter(|_| visitor.may(Action::ResultRead)).map(|a| format!("/results/{}/agents/{a}", summary.period)),
        period: summary.period,
        about: format!(
            "{} v{} · {} {} · {}",
            summary.scorecard,
            summary.scorecard_version,
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
        others: shown.others.iter().map(|it| (f.t(&it.title_en, &it.title_zh).to_owned(), outcome(&f, it.outcome))).collect(),
        conversation,
        f,
    };
    render(&page)
}
