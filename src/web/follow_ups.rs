//! Follow-ups: corrective actions from a finding, with an owner, a due date and an outcome.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::address::Address;
use super::form::{Form, Typed, again};
use super::page::{Frame, Visitor, go, render, render_as};
use super::trouble::Trouble;
use super::words::{Badge, moment};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::follow_up::{FollowUpEnd, FollowUpInput, FollowUpKind, FollowUpState, Recurrence};
use crate::domain::id::FollowUpId;
use crate::domain::refusal::Faults;
use crate::domain::{Refusal, Refused};
use crate::usecases::follow_ups::{self, FollowUp, FollowUpFilter};
use crate::usecases::users::introduce::{Names, introduce};
use crate::usecases::{Error, appeals, escalation, evaluations, organisation};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/follow-ups", web::get().to(list))
        .route("/follow-ups/new", web::get().to(begin))
        .route("/follow-ups/new", web::post().to(set))
        .route("/follow-ups/{id}", web::get().to(show))
        .route("/follow-ups/{id}", web::post().to(end));
}

#[derive(Template)]
#[template(path = "follow_ups.html")]
struct ListPage {
    f: Frame,
    at: Address,
    states: Vec<(&'static str, &'static str)>,
    lines: Vec<FollowUpLine>,
    next: Option<String>,
}

/// A follow-up as a page shows it.
struct FollowUpLine {
    id: String,
    agent: String,
    agent_href: String,
    kind: &'static str,
    owner: String,
    due_on: String,
    state: Badge,
    text: String,
    outcome: String,
    recurrence: Option<Badge>,
    source: Option<(&'static str, String)>,
    made: String,
}

fn kind(f: &Frame, kind: FollowUpKind) -> &'static str {
    match kind {
        FollowUpKind::Coaching => f.t("coaching", "辅导"),
        FollowUpKind::OfflineTraining => f.t("offline training", "下线培训"),
        FollowUpKind::ProcessChange => f.t("change of the process", "流程改进"),
    }
}

fn state(f: &Frame, state: FollowUpState) -> Badge {
    match state {
        FollowUpState::Open => Badge { class: "warn", text: f.t("to be done", "待完成") },
        FollowUpState::Done => Badge { class: "good", text: f.t("done", "已完成") },
        FollowUpState::Cancelled => Badge { class: "plain", text: f.t("called off", "已取消") },
    }
}

fn recurrence(f: &Frame, recurrence: Recurrence) -> Badge {
    match recurrence {
        Recurrence::NotKnown => Badge { class: "plain", text: f.t("next month not graded yet", "次月尚无质检") },
        Recurrence::Absent => Badge { class: "good", text: f.t("did not come back", "次月未再出现") },
        Recurrence::Returned => Badge { class: "bad", text: f.t("came back", "次月再次出现") },
    }
}

fn line(f: &Frame, it: &FollowUp, names: &Names, zone: chrono_tz::Tz) -> FollowUpLine {
    let source = [
        it.evaluation_id.map(|id| (f.t("evaluation", "质检评分"), format!("/evaluations/{id}"))),
        it.escalation_id.map(|id| (f.t("case", "升级工单"), format!("/escalations/{id}"))),
        it.appeal_id.map(|id| (f.t("appeal", "申诉"), format!("/appeals/{id}"))),
    ];
    FollowUpLine {
        id: it.id.to_string(),
        agent: names.agent(it.agent_id).unwrap_or_default(),
        agent_href: format!("/results/{}/agents/{}", it.period, it.agent_id),
        kind: kind(f, it.kind),
        owner: names.user(it.owner_id).to_owned(),
        due_on: it.due_on.to_string(),
        state: state(f, it.state),
        text: it.text.clone(),
        outcome: it.outcome.clone().unwrap_or_default(),
        recurrence: it.recurrence.map(|r| recurrence(f, r)),
        source: source.into_iter().flatten().next(),
        made: format!("{} · {}", names.user(it.made_by), moment(it.made_at, zone)),
    }
}

async fn list(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let refused = |r: Refusal| Trouble::new(f.clone(), r);
    let trouble = |e: Error| Trouble::new(f.clone(), e);
    let at = Address::of(&request);
    let filter = FollowUpFilter {
        state: at.wanted("state").map_err(refused)?,
        agent_id: at.wanted("agent").map_err(refused)?,
        owner_id: visitor.actor().user.filter(|_| at.is("owner", "me")),
        sort: at.sort(),
    };
    let page = at.page(100).map_err(refused)?;
    let zone = organisation::period::zone(&app).await.map_err(trouble)?;
    let listed = follow_ups::list::list(&app, visitor.actor(), filter, page).await.map_err(trouble)?;
    let users = listed.items.iter().flat_map(|it| [it.owner_id, it.made_by]).collect();
    let names = introduce(&app, visitor.actor(), users, listed.items.iter().map(|it| it.agent_id).collect()).await.map_err(trouble)?;
    render(&ListPage {
        lines: listed.items.iter().map(|it| line(&f, it, &names, zone)).collect(),
        next: listed.next.map(|cursor| at.after(&cursor)),
        states: FollowUpState::ALL.iter().map(|it| (it.as_str(), state(&f, *it).text)).collect(),
        at,
        f,
    })
}

/// What a follow-up can come from, by its name in the address.
const SOURCES: [&str; 4] = ["evaluation", "violation", "escalation", "appeal"];

#[derive(Template)]
#[template(path = "follow_up_new.html")]
struct NewPage {
    f: Frame,
    form: Typed,
    /// Whom it is about.
    agent: Option<String>,
    source: (String, String),
    kinds: Vec<(&'static str, &'static str)>,
    faults: Vec<String>,
}

/// Whom a follow-up is about, by what it comes from; nothing where the address names no such thing.
async fn about(app: &App, visitor: &Visitor, (name, id): &(String, String)) -> Option<String> {
    let actor = visitor.actor();
    let agent = match name.as_str() {
        "evaluation" => evaluations::show::show(app, actor, id.parse().ok()?).await.ok()?.summary.agent_id?,
        "escalation" => escalation::show::show(app, actor, id.parse().ok()?).await.ok()?.summary.agent_id,
        "appeal" => appeals::show::show(app, actor, id.parse().ok()?).await.ok()?.summary.agent_id,
        _ => return None,
    };
    introduce(app, actor, Vec::new(), vec![agent]).await.ok()?.agent(agent)
}

async fn new_page(app: &App, visitor: &Visitor, form: Typed) -> Result<NewPage, Trouble> {
    let f = visitor.frame.clone();
    visitor.actor().may(Action::FollowUpWrite).map_err(|r| Trouble::new(f.clone(), r))?;
    let source = SOURCES.iter().find_map(|name| form.filled(name).map(|id| ((*name).to_owned(), id.to_owned())));
    let none = || Refusal::invalid("", "a follow-up begins at an evaluation, a violation, a case or an appeal");
    let source = source.ok_or_else(|| Trouble::new(f.clone(), none()))?;
    Ok(NewPage {
        agent: about(app, visitor, &source).await,
        source,
        kinds: FollowUpKind::ALL.iter().map(|it| (it.as_str(), kind(&f, *it))).collect(),
        faults: form.other_faults(&["kind", "due_on", "text"]).into_iter().map(str::to_owned).collect(),
        form,
        f,
    })
}

async fn begin(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> Result<HttpResponse, Trouble> {
    let at = Address::of(&request);
    let form = Typed::showing(SOURCES.iter().map(|name| (*name, at.get(name).to_owned())));
    render(&new_page(&app, &visitor, form).await?)
}

fn read(typed: &Typed) -> Refused<FollowUpInput> {
    let mut faults = Faults::new();
    let kind = faults.take(typed.get("kind").parse::<FollowUpKind>());
    let day = || Refusal::invalid("due_on", "must be a day, such as 2026-11-30");
    let due_on = faults.take(typed.get("due_on").parse::<chrono::NaiveDate>().map_err(|_| day()));
    let evaluation_id = faults.take(typed.filled("evaluation").map(str::parse).transpose()).flatten();
    let violation_id = faults.take(typed.filled("violation").map(str::parse).transpose()).flatten();
    let escalation_id = faults.take(typed.filled("escalation").map(str::parse).transpose()).flatten();
    let appeal_id = faults.take(typed.filled("appeal").map(str::parse).transpose()).flatten();
    faults.finish()?;
    let (Some(kind), Some(due_on)) = (kind, due_on) else { return Err(day()) };
    Ok(FollowUpInput {
        kind,
        evaluation_id,
        violation_id,
        escalation_id,
        appeal_id,
        item: None,
        violation_type: None,
        owner_id: None,
        due_on,
        text: typed.get("text").to_owned(),
    })
}

async fn set(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let done = match read(&form.typed) {
        Ok(input) => follow_ups::set::set(&app, visitor.actor(), input).await,
        Err(refusal) => Err(refusal.into()),
    };
    match done {
        Ok(made) => Ok(go(&format!("/follow-ups/{}?done=set", made.id))),
        Err(Error::Refused(refusal)) => {
            let typed = form.typed.clone().refused(&visitor.frame, &refusal);
            render_as(HttpResponse::BadRequest(), &new_page(&app, visitor, typed).await?)
        }
        Err(error) => Err(Trouble::new(visitor.frame.clone(), error)),
    }
}

#[derive(Template)]
#[template(path = "follow_up.html")]
struct OnePage {
    f: Frame,
    form: Typed,
    version: i32,
    line: FollowUpLine,
    may_end: bool,
}

async fn page(app: &App, visitor: &Visitor, id: FollowUpId, form: Typed) -> Result<OnePage, Trouble> {
    let f = visitor.frame.clone();
    let trouble = |e: Error| Trouble::new(visitor.frame.clone(), e);
    let it = follow_ups::show::show(app, visitor.actor(), id).await.map_err(trouble)?;
    let zone = organisation::period::zone(app).await.map_err(trouble)?;
    let names = introduce(app, visitor.actor(), vec![it.owner_id, it.made_by], vec![it.agent_id]).await.map_err(trouble)?;
    Ok(OnePage {
        version: it.version,
        may_end: visitor.may(Action::FollowUpWrite) && it.state == FollowUpState::Open,
        line: line(&f, &it, &names, zone),
        form,
        f,
    })
}

fn read_id(visitor: &Visitor, id: &str) -> Result<FollowUpId, Trouble> {
    visitor.place(id)
}

async fn show(app: web::Data<App>, visitor: Visitor, request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = read_id(&visitor, &path)?;
    let mut page = page(&app, &visitor, id, Typed::default()).await?;
    page.f.notice = match Address::of(&request).get("done") {
        "set" => Some(page.f.t("The follow-up is set.", "整改跟踪已创建。").to_owned()),
        "ended" => Some(page.f.t("The follow-up is ended.", "整改跟踪已结束。").to_owned()),
        _ => None,
    };
    render(&page)
}

async fn end(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = read_id(visitor, &path)?;
    let command = FollowUpEnd { done: form.typed.is("do", "done"), outcome: form.typed.get("outcome").to_owned() };
    let seen = form.typed.get("version").parse().unwrap_or(0);
    match follow_ups::end::end(&app, visitor.actor(), id, seen, command).await {
        Ok(_) => Ok(go(&format!("/follow-ups/{id}?done=ended"))),
        Err(Error::Refused(refusal)) => {
            let Some(response) = again(&refusal) else { return Err(Trouble::new(visitor.frame.clone(), refusal)) };
            let typed = form.typed.clone().refused(&visitor.frame, &refusal);
            render_as(response, &page(&app, visitor, id, typed).await?)
        }
        Err(error) => Err(Trouble::new(visitor.frame.clone(), error)),
    }
}
