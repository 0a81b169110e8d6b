//! One conversation to hear and read, where evidence leads to.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::address::Address;
use super::hear::{Hearing, about, keys};
use super::page::{Frame, Visitor, render};
use super::trouble::{Trouble, encoded};
use super::words::moment;
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::id::ConversationId;
use crate::usecases::{conversations, organisation};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/conversations/{id}", web::get().to(show));
}

#[derive(Template)]
#[template(path = "conversation.html")]
struct ConversationPage {
    f: Frame,
    id: ConversationId,
    agent: String,
    /// The agent's employee number, where the agent may be known.
    number: Option<String>,
    may_calibrate: bool,
    may_complain: bool,
    about: String,
    started: String,
    external_id: String,
    attributes: Vec<(String, String)>,
    hear: Hearing,
    keys: Vec<(&'static str, &'static str)>,
}

/// `3-5` or `3` as the first and the last line.
fn read_lines(text: &str) -> Option<(usize, usize)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((first.parse().ok()?, last.parse().ok()?))
}

async fn show(app: web::Data<App>, visitor: Visitor, request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let id: ConversationId = visitor.place(&path)?;
    let shown = conversations::show::show(&app, visitor.actor(), id).await.map_err(|e| Trouble::new(f.clone(), e))?;
    let zone = organisation::period::zone(&app).await.map_err(|e| Trouble::new(f.clone(), e))?;
    let summary = &shown.summary;
    let at = Address::of(&request);
    let mut hear = Hearing::new(&f, &shown);
    hear.mark(read_lines(at.get("lines")), at.get("at").parse().ok());
    let agent = summary.agent.as_ref().map(|a| format!("{} {}", a.name, a.employee_no));
    let page = ConversationPage {
        id,
        number: summary.agent.as_ref().map(|agent| encoded(&agent.employee_no)),
        may_calibrate: visitor.actor().may_everywhere(Action::CalibrationRun).is_ok(),
        may_complain: visitor.may(Action::ComplaintWrite),
        agent: agent.unwrap_or_else(|| f.t("Agent hidden", "客服信息已隐藏").to_owned()),
        about: about(&f, summary),
        started: moment(summary.started_at, zone),
        external_id: format!("{} / {}", summary.source, summary.external_id),
        attributes: shown.attributes.iter().map(|(name, value)| (name.clone(), value.to_string())).collect(),
        hear,
        keys: keys(&f),
        f,
    };
    render(&page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_from_the_address() {
        assert_eq!(["3", "3-5", "", "a-b"].map(read_lines), [Some((3, 3)), Some((3, 5)), None, None]);
    }
}
