//! One appeal: its points, what was decided and what that changed, its attachments, and what can still be done.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::Value;

use super::address::Address;
use super::form::{Form, Typed, again};
use super::page::{Frame, Visitor, go, render, render_as};
use super::trouble::Trouble;
use super::upload::FileForm;
use super::words::{Badge, moment};
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::Action;
use crate::domain::appeal::PointTarget;
use crate::domain::appeal::allowed::AppealAction;
use crate::domain::id::AppealId;
use crate::domain::period::Period;
use crate::usecases::appeals::ask_second::SecondRequest;
use crate::usecases::appeals::{self, Appeal, Decision};
use crate::usecases::findings::EvaluationFindings;
use crate::usecases::users::introduce::{Names, introduce};
use crate::usecases::{Error, findings, organisation};

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

/// What an appeal's point is against, in words: the title of the item or the name of the violation.
fn what(f: &Frame, target: &PointTarget, code: Option<&str>, found: Option<&EvaluationFindings>) -> String {
    let titled = |it: &crate::usecases::findings::Finding| f.t(&it.title_en, &it.title_zh).to_owned();
    match target {
        PointTarget::Item { item } => {
            let failed = found.and_then(|it| it.findings.iter().find(|x| x.item.as_ref() == Some(item))).map(titled);
            // What was overturned passes now.
            let passed =
                || found.and_then(|it| it.others.iter().find(|x| x.code == *item)).map(|x| f.t(&x.title_en, &x.title_zh).to_owned());
            failed.or_else(passed).unwrap_or_else(|| format!("{} {item}", f.t("item", "评分项")))
        }
        PointTarget::Violation { violation_id } => {
            let standing = found.and_then(|it| it.findings.iter().find(|x| x.violation.as_ref().is_some_and(|v| v.id == *violation_id)));
            standing.map(titled).unwrap_or_else(|| format!("{} {}", f.t("violation", "违规"), code.unwrap_or("")))
        }
        PointTarget::Whole => f.t("the whole", "整体").to_owned(),
    }
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(all)) if all.is_empty() => "–".to_owned(),
        Some(Value::Array(all)) => all.iter().map(|one| shown(Some(one))).collect::<Vec<_>>().join(", "),
        Some(Value::Object(one)) => match (one.get("class"), one.get("violation_type")) {
            (Some(class), Some(code)) => format!("{} {}", shown(Some(class)), shown(Some(code))),
            _ => Value::Object(one.clone()).to_string(),
        },
        Some(other) => other.to_string(),
    }
}

/// What a decision changed, line by line; what stayed as it was is left out.
fn changes(f: &Frame, effect: &Value) -> Vec<(&'static str, String, String)> {
    let names = [
        ("key_errors", f.t("key errors", "关键项错误")),
        ("non_key_errors", f.t("non-key errors", "非关键项错误")),
        ("failed_items", f.t("failed items", "不通过项")),
        ("violations", f.t("violations", "违规")),
        ("state", f.t("state", "状态")),
        ("level", f.t("liability level", "责任等级")),
        ("occurrences", f.t("occurrences", "次数")),
    ];
    let side = |side: &str, key: &str| shown(effect.get(side).and_then(|it| it.get(key)));
    let lines = names.into_iter().map(|(key, name)| (name, side("before", key), side("after", key)));
    lines.filter(|(_, before, after)| before != after).collect()
}

fn decision(f: &Frame, it: &Decision, names: &Names, found: Option<&EvaluationFindings>, zone: chrono_tz::Tz) -> DecisionView {
    DecisionView {
        title: if it.instance > 1 { f.t("Second instance", "复议裁决") } else { f.t("Decision", "裁决") },
        by: format!("{} · {}", names.user(it.decided_by), moment(it.decided_at, zone)),
        reason: it.reason.clone(),
        points: it.points.iter().map(|p| (what(f, &p.target, None, found), f.point_outcome(p.outcome))).collect(),
        changes: changes(f, &it.effect),
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
    let found = found.as_ref();
    let may = |action| appeal.may.contains(&action);
    Ok(AppealPage {
        id,
        version: it.version,
        agent: names.agent(it.agent_id).unwrap_or_else(|| f.t("an agent", "客服").to_owned()),
        agent_href: visitor.may(Action::ResultRead).then(|| format!("/results/{}/agents/{}", it.period, it.agent_id)),
        period: it.period,
        state: f.appeal_state(it.state),
        made: format!("{} · {}", names.user(it.made_by), moment(it.made_at, zone)),
        due: it.state.is_pending().then(|| moment(it.due_at, zone)),
        text: it.text.clone(),
        second_text: it.second_text.clone(),
        evaluation: it.evaluation_id.filter(|_| visitor.may(Action::EvaluationRead)).map(|e| e.to_string()),
        points: it
            .points
            .iter()
            .map(|p| PointLine {
                what: what(&f, &p.target, p.violation_type.as_deref(), found),
                text: p.text.clone(),
                outcome: p.outcome.map_or_else(|| f.badge("warn", "open", "待裁定"), |outcome| f.point_outcome(outcome)),
            })
            .collect(),
        decisions: appeal.decisions.iter().map(|d| decision(&f, d, &names, found, zone)).collect(),
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
    id.parse().map_err(|r: Refusal| Trouble::new(visitor.frame.clone(), r))
}

async fn show(app: web::Data<App>, visitor: Visitor, request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = read(&visitor, &path)?;
    let mut page = page(&app, &visitor, id, Typed::default()).await?;
    page.f.notice = match Address::of(&request).get("done") {
        "made" => {
            Some(page.f.t("The appeal is made. You can attach files until it is decided.", "申诉已提交，裁决前可继续添加附件。").to_owned())
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
