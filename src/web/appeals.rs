//! Appeals: the list, and making one: against single errors and violations of an evaluation, or against a complaint or an operating breach.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::address::Address;
use super::charges::{ChargeView, named};
use super::findings::{FindingView, view};
use super::form::{Form, Typed, again};
use super::page::{Frame, Visitor, go, render, render_as};
use super::pieces::OrTrouble;
use super::scorecard_names::ScorecardNames;
use super::trouble::Trouble;
use super::words::{Badge, deadline, moment};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::Action;
use crate::domain::appeal::{AppealInput, AppealPoint, AppealState, PointOutcome, PointTarget, Subject};
use crate::domain::period::Period;
use crate::usecases::appeals::{self, AppealFilter};
use crate::usecases::findings::Finding;
use crate::usecases::users::introduce::introduce;
use crate::usecases::{Error, charges, findings, organisation};

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
        due_at: it.state.is_pending().then(|| deadline(it.due_at, zone)),
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
        sort: at.sort(),
    };
    let page = at.page(50).map_err(refused)?;
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
    /// The field that says what it is about, and its value.
    subject: (&'static str, String),
    /// Where one came from.
    back: String,
    agent: String,
    about: String,
    until: String,
    working_days: u32,
    open: bool,
    /// The complaint or the breach that is challenged.
    charge: Option<ChargeView>,
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

/// What an address or a form says that an appeal is about.
fn subject(visitor: &Visitor, get: impl Fn(&str) -> String) -> Result<Subject, Trouble> {
    let found = match (get("complaint").as_str(), get("breach").as_str()) {
        ("", "") => get("evaluation").parse().map(Subject::Evaluation),
        ("", breach) => breach.parse().map(Subject::Breach),
        (complaint, _) => complaint.parse().map(Subject::Complaint),
    };
    found.or_trouble(visitor)
}

async fn new_page(app: &App, visitor: &Visitor, subject: Subject, form: Typed) -> Result<NewPage, Trouble> {
    let f = visitor.frame.clone();
    let actor = visitor.actor();
    let time = appeals::until::until(app, actor, subject).await.or_trouble(visitor)?;
    let zone = organisation::period::zone(app).await.or_trouble(visitor)?;
    let mut page = NewPage {
        subject: named(subject),
        back: String::new(),
        agent: String::new(),
        about: String::new(),
        until: deadline(time.until, zone),
        working_days: time.working_days,
        open: time.open,
        charge: None,
        points: Vec::new(),
        faults: form.other_faults(&["text"]).into_iter().map(str::to_owned).collect(),
        form,
        f,
    };
    if let Subject::Evaluation(id) = subject {
        let shown = findings::show::show(app, actor, id).await.or_trouble(visitor)?;
        let conversation = shown.summary.conversation_id.to_string();
        let points = shown.findings.iter().filter_map(|finding| {
            let value = value(finding)?;
            let point =
                PointView { ticked: page.form.is("point", &value), text: page.form.get(&format!("text:{value}")).to_owned(), value };
            Some((point, view(&page.f, &conversation, finding)))
        });
        page.points = points.collect();
        page.back = format!("/evaluations/{id}");
        page.agent = shown.summary.agent_name.clone().unwrap_or_default();
        let cards = ScorecardNames::of(app, visitor).await.or_trouble(visitor)?;
        page.about = format!("{} · {}", shown.summary.period, cards.version(&shown.summary.scorecard, shown.summary.scorecard_version));
    } else {
        let charge = charges::show::show(app, actor, subject).await.or_trouble(visitor)?;
        let names = introduce(app, actor, Vec::new(), vec![charge.agent_id]).await.or_trouble(visitor)?;
        page.back = format!("/results/{}/agents/{}#charges", charge.period, charge.agent_id);
        page.agent = names.agent(charge.agent_id).unwrap_or_default();
        page.about = charge.period.to_string();
        page.charge = Some(super::charges::view(&page.f, &charge, visitor.may(Action::ConversationRead)));
    }
    Ok(page)
}

async fn begin(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    visitor.actor().may(Action::AppealSubmit).or_trouble(&visitor)?;
    let subject = subject(&visitor, |name| at.get(name).to_owned())?;
    render(&new_page(&app, &visitor, subject, Typed::default()).await?)
}

async fn submit(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let subject = subject(visitor, |name| form.typed.get(name).to_owned())?;
    let point =
        |value: &String| Some(AppealPoint { target: target(value)?, text: form.typed.get(&format!("text:{value}")).trim().to_owned() });
    let mut input = AppealInput {
        evaluation_id: None,
        complaint_id: None,
        breach_id: None,
        points: vec![AppealPoint { target: PointTarget::Whole, text: String::new() }],
        text: form.typed.get("text").to_owned(),
    };
    match subject {
        Subject::Evaluation(id) => {
            input.evaluation_id = Some(id);
            input.points = form.typed.all("point").iter().filter_map(point).collect();
        }
        Subject::Complaint(id) => input.complaint_id = Some(id),
        Subject::Breach(id) => input.breach_id = Some(id),
    }
    match appeals::submit::submit(&app, visitor.actor(), input).await {
        Ok(made) => Ok(go(&format!("/appeals/{}?done=made", made.summary.id))),
        Err(Error::Refused(refusal)) => {
            let Some(response) = again(&refusal) else { return Err(Trouble::new(visitor.frame.clone(), refusal)) };
            let typed = form.typed.clone().refused(&visitor.frame, &refusal);
            render_as(response, &new_page(&app, visitor, subject, typed).await?)
        }
        Err(error) => Err(Trouble::new(visitor.frame.clone(), error)),
    }
}
