//! One appeal: its points, what was decided and what that changed, its attachments, and what can still be done.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::Value;

use super::address::Address;
use super::charges::ChargeView;
use super::form::{Form, Typed, again};
use super::page::{Frame, Visitor, go, render, render_as};
use super::trouble::Trouble;
use super::upload::FileForm;
use super::words::{Badge, deadline, moment};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::Action;
use crate::domain::appeal::allowed::AppealAction;
use crate::domain::appeal::{PointDecision, PointTarget, Subject};
use crate::domain::breach::BreachState;
use crate::domain::complaint::ComplaintState;
use crate::domain::id::AppealId;
use crate::domain::page::PageRequest;
use crate::domain::period::Period;
use crate::usecases::appeals::ask_second::SecondRequest;
use crate::usecases::appeals::{self, Appeal, Decision, Point};
use crate::usecases::findings::EvaluationFindings;
use crate::usecases::users::introduce::{Names, introduce};
use crate::usecases::{Error, charges, findings, organisation, violation_types};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/appeals/{id}", web::get().to(show))
        .route("/appeals/{id}/attachments", web::post().to(attach))
        .route("/appeals/{id}/second", web::post().to(second))
        .route("/appeals/{id}/withdraw", web::post().to(withdraw));
}

#[derive(Template)]
#[template(path = "appeal.html")]
struct AppealPage {
    f: Frame,
    form: Typed,
    id: AppealId,
    version: i32,
    agent: String,
    agent_href: Option<String>,
    period: Period,
    state: Badge,
    made: String,
    due: Option<String>,
    text: String,
    second_text: Option<String>,
    evaluation: Option<String>,
    /// The complaint or the breach that is challenged.
    charge: Option<ChargeView>,
    points: Vec<PointLine>,
    decisions: Vec<DecisionView>,
    attachments: Vec<(String, String, String)>,
    may_attach: bool,
    may_withdraw: bool,
    may_ask: bool,
    may_decide: bool,
}

struct PointLine {
    what: String,
    text: String,
    outcome: Badge,
}

/// A decision beside what it changed.
struct DecisionView {
    title: &'static str,
    by: String,
    reason: String,
    points: Vec<(String, Badge)>,
    /// What changed: its name, before and after.
    changes: Vec<(&'static str, String, String)>,
}

/// What stands behind the codes of an appeal: the evaluation's items and the names of violation types.
struct Known<'a> {
    found: Option<&'a EvaluationFindings>,
    /// English and Chinese names by code.
    types: &'a HashMap<String, (String, String)>,
    points: &'a [Point],
}

impl Known<'_> {
    /// The title of an item, whether it fails or, as what was overturned does, passes.
    fn item(&self, f: &Frame, code: &str) -> String {
        let failed = self.found.and_then(|it| it.findings.iter().find(|x| x.item.as_deref() == Some(code)));
        let failed = failed.map(|it| f.t(&it.title_en, &it.title_zh).to_owned());
        let other = || self.found.and_then(|it| it.others.iter().find(|x| x.code == code));
        let titled = failed.or_else(|| other().map(|it| f.t(&it.title_en, &it.title_zh).to_owned()));
        titled.unwrap_or_else(|| format!("{} {code}", f.t("item", "评分项")))
    }

    /// The name of a violation type.
    fn violation(&self, f: &Frame, code: &str) -> String {
        self.types.get(code).map_or_else(|| code.to_owned(), |(en, zh)| f.t(en, zh).to_owned())
    }

    /// The violation type that a decided point was against when the appeal was made.
    fn code_of(&self, decided: &PointDecision) -> Option<&str> {
        self.points.iter().find(|point| point.target == decided.target).and_then(|point| point.violation_type.as_deref())
    }

    /// What an appeal's point is against, in words.
    fn point(&self, f: &Frame, target: &PointTarget, code: Option<&str>) -> String {
        match target {
            PointTarget::Item { item } => self.item(f, item),
            PointTarget::Violation { violation_id } => {
                let standing =
                    self.found.and_then(|it| it.findings.iter().find(|x| x.violation.as_ref().is_some_and(|v| v.id == *violation_id)));
                let titled = standing.map(|it| f.t(&it.title_en, &it.title_zh).to_owned());
                titled.or_else(|| code.map(|code| self.violation(f, code))).unwrap_or_else(|| f.t("a violation", "违规").to_owned())
            }
            PointTarget::Whole => f.t("the whole", "整体").to_owned(),
        }
    }

    /// A value that a decision changed, in words.
    fn value(&self, f: &Frame, key: &str, value: &Value) -> String {
        match (key, value) {
            (_, Value::Null) => "–".to_owned(),
            (_, Value::Array(all)) if all.is_empty() => "–".to_owned(),
            (_, Value::Array(all)) => all.iter().map(|one| self.value(f, key, one)).collect::<Vec<_>>().join(f.t(", ", "、")),
            ("failed_items", Value::String(code)) => self.item(f, code),
            ("state", Value::String(word)) => match (word.parse::<ComplaintState>(), word.parse::<BreachState>()) {
                (Ok(state), _) => f.complaint_state(state, None).text.to_owned(),
                (_, Ok(state)) => f.breach_state(state).text.to_owned(),
                _ => word.clone(),
            },
            ("level", Value::String(word)) => word.parse().map_or_else(|_| word.clone(), |level| f.complaint_level(level).to_owned()),
            (_, Value::String(text)) => text.clone(),
            (_, Value::Object(one)) => {
                let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default();
                format!("{} {}", text("class"), self.violation(f, text("violation_type"))).trim().to_owned()
            }
            (_, other) => other.to_string(),
        }
    }

    /// What a decision changed, line by line; what stayed as it was is left out.
    fn changes(&self, f: &Frame, effect: &Value) -> Vec<(&'static str, String, String)> {
        let names = [
            ("key_errors", f.t("key errors", "关键项错误")),
            ("non_key_errors", f.t("non-key errors", "非关键项错误")),
            ("failed_items", f.t("failed items", "不通过项")),
            ("violations", f.t("violations", "违规")),
            ("state", f.t("state", "状态")),
            ("level", f.t("liability level", "责任等级")),
            ("occurrences", f.t("occurrences", "次数")),
        ];
        let side = |side: &str, key: &str| effect.get(side).and_then(|it| it.get(key)).cloned().unwrap_or_default();
        let lines = names.into_iter().map(|(key, name)| (key, name, side("before", key), side("after", key)));
        let changed = lines.filter(|(_, _, before, after)| before != after);
        changed.map(|(key, name, before, after)| (name, self.value(f, key, &before), self.value(f, key, &after))).collect()
    }
}

fn decision(f: &Frame, it: &Decision, names: &Names, known: &Known<'_>, zone: chrono_tz::Tz) -> DecisionView {
    DecisionView {
        title: if it.instance > 1 { f.t("Second instance", "复议裁定") } else { f.t("Decision", "裁定") },
        by: format!("{} · {}", names.user(it.decided_by), moment(it.decided_at, zone)),
        reason: it.reason.clone(),
        points: it.points.iter().map(|p| (known.point(f, &p.target, known.code_of(p)), f.point_outcome(p.outcome))).collect(),
        changes: known.changes(f, &it.effect),
    }
}

async fn page(app: &App, visitor: &Visitor, id: AppealId, form: Typed) -> Result<AppealPage, Trouble> {
    let f = visitor.frame.clone();
    let trouble = |e: Error| Trouble::new(visitor.frame.clone(), e);
    let appeal: Appeal = appeals::show::show(app, visitor.actor(), id).await.map_err(trouble)?;
    let it = &appeal.summary;
    let zone = organisation::period::zone(app).await.map_err(trouble)?;
    let users = appeal.decisions.iter().map(|d| d.decided_by).chain([it.made_by]).collect();
    let names = introduce(app, visitor.actor(), users, vec![it.agent_id]).await.map_err(trouble)?;
    let found = match it.evaluation_id.filter(|_| visitor.may(Action::EvaluationRead)) {
        Some(evaluation) => Some(findings::show::show(app, visitor.actor(), evaluation).await.map_err(trouble)?),
        None => None,
    };
    let challenged = match (it.complaint_id, it.breach_id) {
        (Some(id), _) => Some(Subject::Complaint(id)),
        (None, breach) => breach.map(Subject::Breach),
    };
    let charge = match challenged.filter(|_| visitor.may(Action::ComplaintRead)) {
        Some(subject) => {
            let shown = charges::show::show(app, visitor.actor(), subject).await.map_err(trouble)?;
            Some(super::charges::view(&f, &shown, visitor.may(Action::ConversationRead)))
        }
        None => None,
    };
    let all = PageRequest { limit: PageRequest::MAX, after: None };
    let types = violation_types::list::list(app, visitor.actor(), None, all).await.map_err(trouble)?;
    let types = types.items.into_iter().map(|entry| (entry.rules.code, (entry.rules.name_en, entry.rules.name_zh))).collect();
    let known = Known { found: found.as_ref(), types: &types, points: &it.points };
    let may = |action| appeal.may.contains(&action);
    Ok(AppealPage {
        id,
        version: it.version,
        agent: names.agent(it.agent_id).unwrap_or_else(|| f.t("an agent", "客服").to_owned()),
        agent_href: visitor.may(Action::ResultRead).then(|| format!("/results/{}/agents/{}", it.period, it.agent_id)),
        period: it.period,
        state: f.appeal_state(it.state),
        made: format!("{} · {}", names.user(it.made_by), moment(it.made_at, zone)),
        due: it.state.is_pending().then(|| deadline(it.due_at, zone)),
        text: it.text.clone(),
        second_text: it.second_text.clone(),
        evaluation: it.evaluation_id.filter(|_| visitor.may(Action::EvaluationRead)).map(|e| e.to_string()),
        charge,
        points: it
            .points
            .iter()
            .map(|p| PointLine {
                what: known.point(&f, &p.target, p.violation_type.as_deref()),
                text: p.text.clone(),
                outcome: p.outcome.map_or_else(|| f.badge("warn", "open", "待裁定"), |outcome| f.point_outcome(outcome)),
            })
            .collect(),
        decisions: appeal.decisions.iter().map(|d| decision(&f, d, &names, &known, zone)).collect(),
        attachments: appeal
            .attachments
            .iter()
            .map(|a| (format!("/api/v1/appeals/{id}/attachments/{}", a.id), a.name.clone(), format!("{} kB", a.bytes / 1000 + 1)))
            .collect(),
        may_attach: may(AppealAction::Attach),
        may_withdraw: may(AppealAction::Withdraw),
        may_ask: may(AppealAction::AskSecond),
        may_decide: may(AppealAction::Decide),
        form,
        f,
    })
}

fn read(visitor: &Visitor, id: &str) -> Result<AppealId, Trouble> {
    visitor.place(id)
}

async fn show(app: web::Data<App>, visitor: Visitor, request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = read(&visitor, &path)?;
    let mut page = page(&app, &visitor, id, Typed::default()).await?;
    page.f.notice = match Address::of(&request).get("done") {
        "made" => {
            Some(page.f.t("The appeal is made. You can attach files until it is decided.", "申诉已提交，裁定前可继续添加附件。").to_owned())
        }
        "attached" => Some(page.f.t("The file is attached.", "附件已添加。").to_owned()),
        "withdrawn" => Some(page.f.t("The appeal is withdrawn.", "申诉已撤回。").to_owned()),
        "second" => Some(page.f.t("The appeal goes to the second instance.", "已提交复议。").to_owned()),
        _ => None,
    };
    render(&page)
}

/// The version that a form started from.
fn seen(typed: &Typed) -> i32 {
    typed.get("version").parse().unwrap_or(0)
}

async fn after<T>(
    app: &App,
    visitor: &Visitor,
    id: AppealId,
    typed: Typed,
    done: Result<T, Error>,
    word: &str,
) -> Result<HttpResponse, Trouble> {
    match done {
        Ok(_) => Ok(go(&format!("/appeals/{id}?done={word}"))),
        Err(Error::Refused(refusal)) => {
            let Some(response) = again(&refusal) else { return Err(Trouble::new(visitor.frame.clone(), refusal)) };
            let typed = typed.refused(&visitor.frame, &refusal);
            render_as(response, &page(app, visitor, id, typed).await?)
        }
        Err(error) => Err(Trouble::new(visitor.frame.clone(), error)),
    }
}

async fn withdraw(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = read(&form.visitor, &path)?;
    let done = appeals::withdraw::withdraw(&app, form.visitor.actor(), id, seen(&form.typed)).await;
    after(&app, &form.visitor, id, form.typed.clone(), done, "withdrawn").await
}

async fn second(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = read(&form.visitor, &path)?;
    let command = SecondRequest { text: form.typed.get("text").to_owned() };
    let done = appeals::ask_second::ask_second(&app, form.visitor.actor(), id, seen(&form.typed), command).await;
    after(&app, &form.visitor, id, form.typed.clone(), done, "second").await
}

async fn attach(app: web::Data<App>, form: FileForm, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = read(&form.visitor, &path)?;
    let done = match form.file {
        Some(content) => appeals::attach::attach(&app, form.visitor.actor(), id, &form.file_name, content).await.map(drop),
        None => Err(Refusal::invalid("file", "choose a file first").into()),
    };
    after(&app, &form.visitor, id, form.typed.clone(), done, "attached").await
}
