//! One conversation to hear and read, where evidence leads to.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::hear::{Hearing, about};
use super::page::{Frame, Visitor, render};
use super::trouble::Trouble;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::id::ConversationId;
use crate::usecases::conversations;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/conversations/{id}", web::get().to(show));
}

#[derive(Template)]
#[template(path = "conversation.html")]
struct ConversationPage {
    f: Frame,
    agent: String,
    about: String,
    started: String,
    external_id: String,
    hear: Hearing,
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let id: ConversationId = path.parse().map_err(|r: Refusal| Trouble::new(f.clone(), r))?;
    let shown = conversations::show::show(&app, visitor.actor(), id).await.map_err(|e| Trouble::new(f.clone(), e))?;
    let summary = &shown.summary;
    let agent = summary.agent.as_ref().map(|a| format!("{} {}", a.name, a.employee_no));
    let page = ConversationPage {
        agent: agent.unwrap_or_else(|| f.t("Agent hidden", "客服信息已隐藏").to_owned()),
        about: about(&f, summary),
        started: summary.started_at.format("%Y-%m-%d %H:%M UTC").to_string(),
        external_id: format!("{} / {}", summary.source, summary.external_id),
        hear: Hearing::new(&f, &shown),
        f,
    };
    render(&page)
}
