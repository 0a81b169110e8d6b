//! Severe cases: the list, one case with its history, acknowledging it, and the sanction by those entitled (handbook 3.8).

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::address::Address;
use super::form::{Form, Typed, again};
use super::page::{Frame, Visitor, go, render, render_as};
use super::refusals::written;
use super::trouble::Trouble;
use super::words::{Badge, deadline, moment};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::escalation::{CaseAction, CaseState, EventKind, Sanction, SanctionKind, Trigger};
use crate::domain::id::{AgentId, EscalationId, UserId};
use crate::domain::money::{Currency, Money};
use crate::domain::page::PageRequest;
use crate::domain::refusal::Faults;
use crate::domain::{Refusal, Refused};
use crate::usecases::escalation::second::SecondDecision;
use crate::usecases::escalation::{self, CaseEvent, EscalationCase, EscalationFilter, EscalationSummary};
use crate::usecases::users::introduce::{Names, introduce};
use crate::usecases::{Error, organisation, violation_types};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/escalations", web::get().to(list))
        .route("/escalations/{id}", web::get().to(show))
        .route("/escalations/{id}/acknowledge", web::post().to(acknowledge))
        .route("/escalations/{id}/sanction", web::post().to(sanction))
        .route("/escalations/{id}/second", web::post().to(second));
}

#[derive(Template)]
#[template(path = "escalations.html")]
struct ListPage {
    f: Frame,
    at: Address,
    states: Vec<(&'static str, &'static str)>,
    lines: Vec<CaseLine>,
    next: Option<String>,
}

/// A case as a page shows it.
struct CaseLine {
    id: String,
    agent: String,
    agent_href: Option<String>,
    opened: String,
    state: Badge,
    level: i32,
    due: Option<String>,
    findings: Vec<(String, bool)>,
    sanction: String,
}

fn state(f: &Frame, state: CaseState) -> Badge {
    match state {
        CaseState::Open => Badge { class: "bad", text: f.t("not acknowledged", "待确认") },
        CaseState::Acknowledged => Badge { class: "warn", text: f.t("acknowledged", "已确认") },
        CaseState::Proposed => Badge { class: "warn", text: f.t("sanction proposed", "处理待复核") },
        CaseState::Ended => Badge { class: "good", text: f.t("ended", "已处理") },
        CaseState::Closed => Badge { class: "plain", text: f.t("closed by itself", "已自动关闭") },
    }
}

fn trigger(f: &Frame, trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::RedLine => f.t("a red line", "触犯红线"),
        Trigger::Class => f.t("its class opens a case", "该等级触发工单"),
        Trigger::Type => f.t("this type opens a case", "该违规类型触发工单"),
        Trigger::Count => f.t("so often in a month", "当月多次违规"),
    }
}

fn event(f: &Frame, kind: EventKind) -> &'static str {
    match kind {
        EventKind::Opened => f.t("opened; the first level was told", "建单并通知第一级"),
        EventKind::FindingAdded => f.t("another finding joined", "新增违规"),
        EventKind::Escalated => f.t("time was up; the next level was told", "超时，升级至下一级"),
        EventKind::ChainExhausted => f.t("the last level's time was up; everybody was told again", "末级超时，再次通知全部"),
        EventKind::Acknowledged => f.t("acknowledged", "确认"),
        EventKind::SanctionProposed => f.t("a sanction was proposed", "提出处理意见"),
        EventKind::SanctionDeclined => f.t("the proposed sanction was declined", "处理意见被驳回"),
        EventKind::Ended => f.t("ended with a sanction", "处理完成"),
        EventKind::FindingOverturned => f.t("a finding was overturned", "违规被撤销"),
        EventKind::Closed => f.t("closed by itself: every finding was overturned", "违规全部撤销，自动关闭"),
    }
}

fn told(f: &Frame, sanction: &Sanction, currency: Currency) -> String {
    let kinds: Vec<&str> = sanction.kinds.iter().map(|kind| f.sanction(*kind)).collect();
    let amount = sanction.amount_minor.map(|minor| format!(" {} {currency}", Money::new(minor, currency).grouped())).unwrap_or_default();
    format!("{}{amount}", kinds.join(f.t(", ", "、")))
}

/// What the pages say instead of ids and codes.
struct Told {
    names: Names,
    /// The names of the violation types, by code.
    types: HashMap<String, String>,
    zone: chrono_tz::Tz,
    currency: Currency,
    may_see_results: bool,
}

async fn told_of(app: &App, visitor: &Visitor, users: Vec<UserId>, agents: Vec<AgentId>) -> Result<Told, Error> {
    let all = PageRequest { limit: PageRequest::MAX, after: None };
    let types = violation_types::list::list(app, visitor.actor(), None, all).await?.items;
    let f = &visitor.frame;
    Ok(Told {
        names: introduce(app, visitor.actor(), users, agents).await?,
        types: types.iter().map(|t| (t.rules.code.clone(), f.t(&t.rules.name_en, &t.rules.name_zh).to_owned())).collect(),
        zone: organisation::period::zone(app).await?,
        currency: organisation::period::currency(app).await?,
        may_see_results: visitor.may(Action::ResultRead),
    })
}

fn line(f: &Frame, it: &EscalationSummary, known: &Told) -> CaseLine {
    let finding = |x: &escalation::CaseFinding| {
        let class = x.class.map(|class| format!("{class} ")).unwrap_or_default();
        let name = known.types.get(&x.code).unwrap_or(&x.code);
        (format!("{class}{name} · {}", trigger(f, x.trigger)), x.standing)
    };
    CaseLine {
        id: it.id.to_string(),
        agent: known.names.agent(it.agent_id).unwrap_or_else(|| f.t("an agent", "客服").to_owned()),
        agent_href: known.may_see_results.then(|| format!("/results/{}/agents/{}", it.period, it.agent_id)),
        opened: moment(it.opened_at, known.zone),
        state: state(f, it.state),
        level: it.level,
        due: it.due_at.map(|at| deadline(at, known.zone)),
        findings: it.findings.iter().map(finding).collect(),
        sanction: it.sanction.as_ref().map(|s| told(f, s, known.currency)).unwrap_or_default(),
    }
}

async fn list(app: web::Data<App>, visitor: Visitor, request: HttpRequest) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.clone();
    let refused = |r: Refusal| Trouble::new(f.clone(), r);
    let trouble = |e: Error| Trouble::new(f.clone(), e);
    let at = Address::of(&request);
    let filter = EscalationFilter {
        state: at.wanted("state").map_err(refused)?,
        agent_id: at.wanted("agent").map_err(refused)?,
        period: at.wanted("period").map_err(refused)?,
        evaluation_id: None,
        sort: at.sort(),
    };
    let page = at.page(100).map_err(refused)?;
    let listed = escalation::list::list(&app, visitor.actor(), filter, page).await.map_err(trouble)?;
    let agents = listed.items.iter().map(|it| it.agent_id).collect();
    let known = told_of(&app, &visitor, Vec::new(), agents).await.map_err(trouble)?;
    render(&ListPage {
        lines: listed.items.iter().map(|it| line(&f, it, &known)).collect(),
        next: listed.next.map(|cursor| at.after(&cursor)),
        states: CaseState::ALL.iter().map(|it| (it.as_str(), state(&f, *it).text)).collect(),
        at,
        f,
    })
}

#[derive(Template)]
#[template(path = "escalation.html")]
struct CasePage {
    f: Frame,
    form: Typed,
    line: CaseLine,
    version: i32,
    levels: usize,
    evaluation: Option<String>,
    told: Vec<String>,
    reason: String,
    history: Vec<(String, &'static str, String, String)>,
    kinds: Vec<(&'static str, &'static str)>,
    currency: Currency,
    may_acknowledge: bool,
    may_sanction: bool,
    may_second: bool,
    may_follow_up: bool,
}

async fn page(app: &App, visitor: &Visitor, id: EscalationId, form: Typed) -> Result<CasePage, Trouble> {
    let f = visitor.frame.clone();
    let trouble = |e: Error| Trouble::new(visitor.frame.clone(), e);
    let case: EscalationCase = escalation::show::show(app, visitor.actor(), id).await.map_err(trouble)?;
    let it = &case.summary;
    let users = case.history.iter().filter_map(|e| e.user_id).chain(case.told.iter().copied()).collect();
    let known = told_of(app, visitor, users, vec![it.agent_id]).await.map_err(trouble)?;
    let by = |e: &CaseEvent| e.user_id.map_or_else(|| f.t("the service", "系统").to_owned(), |id| known.names.user(id).to_owned());
    let may = |action| case.may.contains(&action);
    Ok(CasePage {
        line: line(&f, it, &known),
        version: it.version,
        levels: case.levels.len(),
        evaluation: it.evaluation_id.filter(|_| visitor.may(Action::EvaluationRead)).map(|e| e.to_string()),
        told: case.told.iter().map(|id| known.names.user(*id).to_owned()).collect(),
        reason: it.sanction.as_ref().map(|s| s.reason.clone()).unwrap_or_default(),
        history: case
            .history
            .iter()
            .map(|e| {
                (
                    moment(e.at, known.zone),
                    event(&f, e.kind),
                    by(e),
                    e.details.as_deref().map(|details| written(f.language, details)).unwrap_or_default(),
                )
            })
            .collect(),
        kinds: SanctionKind::ALL.iter().map(|kind| (kind.as_str(), f.sanction(*kind))).collect(),
        currency: known.currency,
        may_acknowledge: may(CaseAction::Acknowledge),
        may_sanction: may(CaseAction::Sanction),
        may_second: may(CaseAction::Second),
        may_follow_up: visitor.may(Action::FollowUpWrite),
        form,
        f,
    })
}

fn read(visitor: &Visitor, id: &str) -> Result<EscalationId, Trouble> {
    visitor.place(id)
}

async fn show(app: web::Data<App>, visitor: Visitor, request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = read(&visitor, &path)?;
    let mut page = page(&app, &visitor, id, Typed::default()).await?;
    page.f.notice = match Address::of(&request).get("done") {
        "acknowledged" => Some(page.f.t("You have taken the case on; its clock has stopped.", "您已确认该工单，计时停止。").to_owned()),
        "sanction" => Some(page.f.t("Saved.", "已保存。").to_owned()),
        _ => None,
    };
    render(&page)
}

async fn after<T>(app: &App, form: &Form, id: EscalationId, done: Result<T, Error>, word: &str) -> Result<HttpResponse, Trouble> {
    match done {
        Ok(_) => Ok(go(&format!("/escalations/{id}?done={word}"))),
        Err(Error::Refused(refusal)) => {
            let Some(response) = again(&refusal) else { return Err(Trouble::new(form.visitor.frame.clone(), refusal)) };
            let typed = form.typed.clone().refused(&form.visitor.frame, &refusal);
            render_as(response, &page(app, &form.visitor, id, typed).await?)
        }
        Err(error) => Err(Trouble::new(form.visitor.frame.clone(), error)),
    }
}

async fn acknowledge(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = read(&form.visitor, &path)?;
    let done = escalation::acknowledge::acknowledge(&app, form.visitor.actor(), id).await;
    after(&app, &form, id, done, "acknowledged").await
}

/// The version that a form started from.
fn seen(typed: &Typed) -> i32 {
    typed.get("version").parse().unwrap_or(0)
}

fn read_sanction(typed: &Typed, currency: Currency) -> Refused<Sanction> {
    let mut faults = Faults::new();
    let kinds = typed.all("kinds").iter().filter_map(|word| faults.take(word.parse::<SanctionKind>())).collect();
    let mut amount_minor = None;
    if let Some(text) = typed.filled("amount_minor") {
        match Money::read(text, currency) {
            Ok(money) => amount_minor = Some(money.amount_minor),
            Err(_) => faults.push("amount_minor", format!("`{text}` is not an amount in {currency} such as 50 or 12.50")),
        }
    }
    faults.finish()?;
    let addresses = typed.get("notice_to").split([',', ';', ' ', '\n', '\r', '，', '；']).map(str::trim).filter(|it| !it.is_empty());
    Ok(Sanction { kinds, reason: typed.get("reason").to_owned(), amount_minor, notice_to: addresses.map(str::to_owned).collect() })
}

async fn sanction(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = read(&form.visitor, &path)?;
    let currency = organisation::period::currency(&app).await.map_err(|e| Trouble::new(form.visitor.frame.clone(), e))?;
    let done = match read_sanction(&form.typed, currency) {
        Ok(command) => escalation::sanction::sanction(&app, form.visitor.actor(), id, seen(&form.typed), command).await,
        Err(refusal) => Err(refusal.into()),
    };
    after(&app, &form, id, done, "sanction").await
}

async fn second(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = read(&form.visitor, &path)?;
    let command = SecondDecision { approve: form.typed.is("do", "approve"), reason: form.typed.get("reason").to_owned() };
    let done = escalation::second::second(&app, form.visitor.actor(), id, seen(&form.typed), command).await;
    after(&app, &form, id, done, "sanction").await
}
