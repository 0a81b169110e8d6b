//! Appeals: the list, and making one against single errors and violations of an evaluation.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::address::Address;
use super::findings::{FindingView, view};
use super::form::{Form, Typed, again};
use super::page::{Frame, Visitor, go, render, render_as};
use super::trouble::Trouble;
use super::words::{Badge, moment};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::Action;
use crate::domain::appeal::{AppealInput, AppealPoint, AppealState, PointOutcome, PointTarget};
use crate::domain::id::EvaluationId;
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::usecases::appeals::{self, AppealFilter};
use crate::usecases::findings::Finding;
use crate::usecases::users::introduce::introduce;
use crate::usecases::{Error, findings, organisation};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/appeals", web::get().to(list)).route("/appeals/new", web::get().to(begin)).route("/appeals/new", web::post().to(submit));
}

#[derive(Template)]
#[template(path = "appeals.html")]
struct AppealsPage {
    f: Frame,
    at: Address,
    states: Vec<(&'static str, &'static str)>,
    lines: Vec<AppealLine>,
    next: Option<String>,
}

/// An appeal in a list.
pub(super) struct AppealLine {
    pub(super) id: String,
    pub(super) agent: String,
    pub(super) period: Period,
    pub(super) made_at: String,
    pub(super) due_at: Option<String>,
    pub(super) state: Badge,
    pub(super) points: usize,
    pub(super) overturned: usize,
    pub(super) text: String,
}

pub(super) fn line(f: &Frame, it: &appeals::AppealSummary, agent: Option<String>, zone: chrono_tz::Tz) -> AppealLine {
    AppealLine {
        id: it.id.to_string(),
        agent: agent.unwrap_or_default(),
        period: it.period,
        made_at: moment(it.made_at, zone),
        due_at: it.state.is_pending().then(|| moment(it.due_at, zone)),
        state: f.appeal_state(it.state),
        points: it.points.len(),
        overturned: it.points.iter().filter(|p| matches!(p.outcome, Some(PointOutcome::Overturned | PointOutcome::Changed))).count(),
        text: it.text.chars().take(120).collect(),
    }
}

async fn list(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let refused = |r: Refusal| Trouble::new(f.clone(), r);
    let trouble = |e: Error| Trouble::new(f.clone(), e);
    let at = Address::of(&request);
    let filter = AppealFilter {
        state: at.wanted("state").map_err(refused)?,
        agent_id: at.wanted("agent").map_err(refused)?,
        period: at.wanted("period").map_err(refused)?,
        evaluation_id: None,
    };
    let page = PageRequest::parse(None, Some(at.get("cursor")).filter(|c| !c.is_empty())).map_err(refused)?;
    let zone = organisation::period::zone(&app).await.map_err(trouble)?;
    let listed = appeals::list::list(&app, visitor.actor(), filter, page).await.map_err(trouble)?;
    let names = introduce(&app, visitor.actor(), Vec::new(), listed.items.iter().map(|it| it.agent_id).collect()).await.map_err(trouble)?;
    render(&AppealsPage {
        lines: listed.items.iter().map(|it| line(&f, it, names.agent(it.agent_id), zone)).collect(),
        next: listed.next.map(|cursor| at.after(&cursor)),
        states: AppealState::ALL.iter().map(|it| (it.as_str(), f.appeal_state(*it).text)).collect(),
        at,
        f,
    })
}

#[derive(Template)]
#[template(path = "appeal_new.html")]
struct NewPage {
    f: Frame,
    form: Typed,
    evaluation: EvaluationId,
    agent: String,
    about: String,
    until: String,
    working_days: u32,
    open: bool,
    points: Vec<(PointView, FindingView)>,
    faults: Vec<String>,
}

/// A finding that can be challenged.
struct PointView {
    /// What the form sends for it.
    value: String,
    ticked: bool,
    text: String,
}

/// What the form sends for a finding.
fn value(finding: &Finding) -> Option<String> {
    match (&finding.item, &finding.violation) {
        (Some(item), _) => Some(format!("item:{item}")),
        (None, Some(violation)) => Some(format!("violation:{}", violation.id)),
        (None, None) => None,
    }
}

fn target(value: &str) -> Option<PointTarget> {
    if let Some(item) = value.strip_prefix("item:") {
        return Some(PointTarget::Item { item: item.to_owned() });
    }
    value.strip_prefix("violation:")?.parse().ok().map(|violation_id| PointTarget::Violation { violation_id })
}

async fn new_page(app: &App, visitor: &Visitor, id: EvaluationId, form: Typed) -> Result<NewPage, Trouble> {
    let f = visitor.frame.clone();
    let trouble = |e: Error| Trouble::new(visitor.frame.clone(), e);
    let time = appeals::until::until(app, visitor.actor(), id).await.map_err(trouble)?;
    let shown = findings::show::show(app, visitor.actor(), id).await.map_err(trouble)?;
    let zone = organisation::period::zone(app).await.map_err(trouble)?;
    let conversation = shown.summary.conversation_id.to_string();
    let points = shown.findings.iter().filter_map(|finding| {
        let value = value(finding)?;
        let point = PointView { ticked: form.is("point", &value), text: form.get(&format!("text:{value}")).to_owned(), value };
        Some((point, view(&f, &conversation, finding)))
    });
    Ok(NewPage {
        points: points.collect(),
        evaluation: id,
        agent: shown.summary.agent_name.clone().unwrap_or_default(),
        about: format!("{} · {} v{}", shown.summary.period, shown.summary.scorecard, shown.summary.scorecard_version),
        until: moment(time.until, zone),
        working_days: time.working_days,
        open: time.open,
        faults: form.other_faults(&["text"]).into_iter().map(str::to_owned).collect(),
        form,
        f,
    })
}

fn evaluation_of(visitor: &Visitor, text: &str) -> Result<EvaluationId, Trouble> {
    text.parse().map_err(|r: Refusal| Trouble::new(visitor.frame.clone(), r))
}

async fn begin(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> Result<HttpResponse, Trouble> {
    visitor.actor().may(Action::AppealSubmit).map_err(|r| Trouble::new(visitor.frame.clone(), r))?;
    let id = evaluation_of(&visitor, Address::of(&request).get("evaluation"))?;
    render(&new_page(&app, &visitor, id, Typed::default()).await?)
}

async fn submit(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = evaluation_of(visitor, form.typed.get("evaluation"))?;
    let point =
        |value: &String| Some(AppealPoint { target: target(value)?, text: form.typed.get(&format!("text:{value}")).trim().to_owned() });
    let input = AppealInput {
        evaluation_id: Some(id),
        complaint_id: None,
        breach_id: None,
        points: form.typed.all("point").iter().filter_map(point).collect(),
        text: form.typed.get("text").to_owned(),
    };
    match appeals::submit::submit(&app, visitor.actor(), input).await {
        Ok(made) => Ok(go(&format!("/appeals/{}?done=made", made.summary.id))),
        Err(Error::Refused(refusal)) => {
            let Some(response) = again(&refusal) else { return Err(Trouble::new(visitor.frame.clone(), refusal)) };
            let typed = form.typed.clone().refused(&visitor.frame, &refusal);
            render_as(response, &new_page(&app, visitor, id, typed).await?)
        }
        Err(error) => Err(Trouble::new(visitor.frame.clone(), error)),
    }
}
