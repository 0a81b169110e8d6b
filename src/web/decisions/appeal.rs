//! One appeal beside the finding and its evidence, and the decision point by point.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::appeals::{about, agent_name};
use super::{EvidenceLink, WHOLE, evidence};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::appeal::allowed::AppealAction;
use crate::domain::appeal::{DecisionInput, PointDecision, PointOutcome, PointTarget};
use crate::domain::complaint::ComplaintLevel;
use crate::domain::evidence::Sounding;
use crate::domain::id::AppealId;
use crate::domain::refusal::Refused;
use crate::domain::violation::ViolationClass;
use crate::usecases::appeals::{Appeal, Decision, Point};
use crate::usecases::evaluations::Evaluation;
use crate::usecases::scorecards::ScorecardVersion;
use crate::usecases::violation_types::CatalogueEntry;
use crate::usecases::{
    agents, appeals, breaches, complaints, conversations, evaluations, organisation, scorecards, users, violation_types,
};
use crate::web::address::Address;
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::trouble::Trouble;
use crate::web::words::{Badge, deadline, moment};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/decisions/appeals/{id}", web::get().to(show)).route("/decisions/appeals/{id}", web::post().to(decide));
}

#[derive(Template)]
#[template(path = "decisions/appeal.html")]
struct AppealPage {
    f: Frame,
    form: Typed,
    id: AppealId,
    version: i32,
    title: String,
    state: Badge,
    facts: Vec<(&'static str, String)>,
    text: String,
    second_text: Option<String>,
    evaluation: Option<String>,
    conversation: Option<String>,
    finding: String,
    points: Vec<PointView>,
    attachments: Vec<(String, String, i64)>,
    decisions: Vec<DecisionView>,
    may_decide: bool,
    outcomes: Vec<Choice>,
    classes: Vec<Choice>,
    types: Vec<Choice>,
    levels: Vec<Choice>,
}

/// A point, with the finding that it is against.
struct PointView {
    index: usize,
    title: String,
    badges: Vec<Badge>,
    said_by_inspector: String,
    evidence: Vec<EvidenceLink>,
    text: String,
    outcome: Option<Badge>,
    of_item: bool,
    of_violation: bool,
    of_complaint: bool,
}

struct DecisionView {
    instance: i32,
    by: String,
    at: String,
    reason: String,
    points: Vec<(String, Badge)>,
    changed: bool,
}

fn class_badge(f: &Frame, class: ViolationClass) -> Badge {
    match class {
        ViolationClass::A => f.badge("bad", "class A", "A 级"),
        ViolationClass::B => f.badge("bad", "class B", "B 级"),
        ViolationClass::C => f.badge("warn", "class C", "C 级"),
        ViolationClass::D => f.badge("plain", "class D", "D 级"),
        ViolationClass::E => f.badge("plain", "class E", "E 级"),
    }
}

/// What is challenged in an evaluation.
#[derive(Clone, Copy)]
struct Graded<'a> {
    evaluation: &'a Evaluation,
    card: &'a ScorecardVersion,
    recordings: &'a [Sounding],
}

/// The title of what a point is against.
fn title(f: &Frame, target: &PointTarget, code: Option<&str>, graded: Option<Graded<'_>>, types: &[CatalogueEntry]) -> String {
    let typed = || {
        let known = types.iter().find(|entry| Some(entry.rules.code.as_str()) == code);
        let name = known.map(|entry| f.t(&entry.rules.name_en, &entry.rules.name_zh));
        name.or(code).unwrap_or_else(|| f.t("a violation", "违规")).to_owned()
    };
    match target {
        PointTarget::Whole => f.t("the finding as a whole", "整体").to_owned(),
        PointTarget::Item { item } => {
            let found = graded.and_then(|it| it.card.content.items().find(|one| one.code == *item));
            found.map_or_else(|| item.clone(), |one| f.t(&one.title_en, &one.title_zh).to_owned())
        }
        PointTarget::Violation { violation_id } => {
            let found = graded.and_then(|it| it.evaluation.violations.iter().find(|one| one.id == *violation_id));
            found.map_or_else(typed, |one| f.t(&one.name_en, &one.name_zh).to_owned())
        }
    }
}

fn point_view(f: &Frame, (index, point): (usize, &Point), title: String, complaint: bool, graded: Option<Graded<'_>>) -> PointView {
    let mut view = PointView {
        index,
        title,
        badges: Vec::new(),
        said_by_inspector: String::new(),
        evidence: Vec::new(),
        text: point.text.clone(),
        outcome: point.outcome.map(|outcome| f.point_outcome(outcome)),
        of_item: matches!(point.target, PointTarget::Item { .. }),
        of_violation: matches!(point.target, PointTarget::Violation { .. }),
        of_complaint: complaint,
    };
    let Some(Graded { evaluation, recordings, .. }) = graded else { return view };
    let conversation = evaluation.summary.conversation_id;
    match &point.target {
        PointTarget::Item { item } => {
            if let Some(graded) = evaluation.items.iter().find(|one| one.code == *item) {
                view.badges.push(f.outcome(graded.outcome));
                view.said_by_inspector.clone_from(&graded.comment);
                view.evidence = evidence(f, conversation, &graded.evidence, recordings);
            }
        }
        PointTarget::Violation { violation_id } => {
            if let Some(violation) = evaluation.violations.iter().find(|one| one.id == *violation_id) {
                view.badges.push(class_badge(f, violation.class));
                if violation.red_line {
                    view.badges.push(f.badge("bad", "red line", "红线"));
                }
                view.said_by_inspector.clone_from(&violation.comment);
                view.evidence = evidence(f, conversation, &violation.evidence, recordings);
            }
        }
        PointTarget::Whole => {}
    }
    view
}

/// What is challenged where it is no evaluation: the complaint or the operating breach, in words.
async fn finding(app: &App, visitor: &Visitor, appeal: &Appeal) -> Result<String, Trouble> {
    let f = &visitor.frame;
    let actor = visitor.actor();
    match (appeal.summary.complaint_id, appeal.summary.breach_id) {
        (Some(id), _) => {
            let complaint = complaints::show::show(app, actor, id).await.or_trouble(visitor)?;
            let level = complaint.level.map_or("", |one| f.complaint_level(one));
            Ok(format!(
                "{} · {} · {level}\n{}\n{}",
                complaint.reference,
                complaint.occurred_on,
                complaint.body,
                complaint.reason.unwrap_or_default()
            ))
        }
        (None, Some(id)) => {
            let breach = breaches::show::show(app, actor, id).await.or_trouble(visitor)?;
            Ok(format!("{} · {} · ×{}\n{}", breach.reference, breach.occurred_on, breach.occurrences, breach.body))
        }
        (None, None) => Ok(String::new()),
    }
}

async fn page(app: &App, visitor: &Visitor, id: AppealId, done: &str, form: Typed) -> Result<AppealPage, Trouble> {
    let f = visitor.frame.saying(done);
    let actor = visitor.actor();
    let appeal = appeals::show::show(app, actor, id).await.or_trouble(visitor)?;
    let zone = organisation::period::zone(app).await.or_trouble(visitor)?;
    let summary = &appeal.summary;
    let graded = match summary.evaluation_id {
        Some(evaluation) => {
            let shown = evaluations::show::show(app, actor, evaluation).await.or_trouble(visitor)?;
            let (card, number) = (shown.summary.scorecard_id, shown.summary.scorecard_version);
            let card = scorecards::show::show_version(app, actor, card, number).await.or_trouble(visitor)?;
            let conversation = conversations::show::show(app, actor, shown.summary.conversation_id).await.or_trouble(visitor)?;
            Some((shown, card, conversation.soundings()))
        }
        None => None,
    };
    let graded = graded.as_ref().map(|(evaluation, card, recordings)| Graded { evaluation, card, recordings });
    let names = agents::names::names(app, actor, vec![summary.agent_id]).await.or_trouble(visitor)?;
    let mut people = vec![summary.made_by];
    people.extend(summary.second_by);
    people.extend(appeal.decisions.iter().map(|decision| decision.decided_by));
    let people = users::names::names(app, actor, people).await.unwrap_or_default();
    let person = |id| people.get(&id).cloned().unwrap_or_default();
    let mut facts = vec![
        (f.t("About", "对象"), about(&f, summary).to_owned()),
        (f.t("Month", "考核周期"), summary.period.to_string()),
        (f.t("Made", "提交"), format!("{} · {}", person(summary.made_by), moment(summary.made_at, zone))),
        (f.t("To be decided by", "裁定期限"), deadline(summary.due_at, zone)),
    ];
    if let Some(Graded { evaluation, .. }) = graded {
        facts.push((f.t("Graded by", "质检员"), evaluation.summary.inspector_name.clone()));
        let errors = format!("{} / {}", evaluation.summary.key_errors, evaluation.summary.non_key_errors);
        facts.push((f.t("Key / non-key errors", "关键项 / 非关键项错误"), errors));
    }
    let types = violation_types::list::list(app, actor, None, WHOLE).await.or_trouble(visitor)?.items;
    let code_of = |target: &PointTarget| summary.points.iter().find(|point| point.target == *target)?.violation_type.as_deref();
    let title = |target: &PointTarget| title(&f, target, code_of(target), graded, &types);
    let decision = |decision: &Decision| DecisionView {
        instance: decision.instance,
        by: person(decision.decided_by),
        at: moment(decision.decided_at, zone),
        reason: decision.reason.clone(),
        points: decision.points.iter().map(|one| (title(&one.target), f.point_outcome(one.outcome))).collect(),
        changed: decision.effect.get("before") != decision.effect.get("after"),
    };
    let complaint = summary.complaint_id.is_some();
    Ok(AppealPage {
        id,
        version: summary.version,
        title: agent_name(&names, summary.agent_id),
        state: f.appeal_state(summary.state),
        facts,
        text: summary.text.clone(),
        second_text: summary.second_text.clone(),
        evaluation: summary.evaluation_id.map(|id| id.to_string()),
        conversation: graded.map(|it| it.evaluation.summary.conversation_id.to_string()),
        finding: finding(app, visitor, &appeal).await?,
        points: summary.points.iter().enumerate().map(|it| point_view(&f, it, title(&it.1.target), complaint, graded)).collect(),
        attachments: appeal.attachments.iter().map(|file| (file.id.to_string(), file.name.clone(), file.bytes)).collect(),
        decisions: appeal.decisions.iter().map(decision).collect(),
        may_decide: appeal.may.contains(&AppealAction::Decide),
        outcomes: PointOutcome::ALL.iter().map(|one| Choice::new(one, f.point_outcome(*one).text)).collect(),
        classes: ViolationClass::ALL.iter().map(|class| Choice::new(class, class.as_str())).collect(),
        types: types
            .iter()
            .filter(|entry| entry.rules.active)
            .map(|entry| {
                Choice::new(&entry.rules.code, format!("{} {}", entry.rules.class, f.t(&entry.rules.name_en, &entry.rules.name_zh)))
            })
            .collect(),
        levels: ComplaintLevel::ALL.iter().map(|one| Choice::new(one, f.complaint_level(*one))).collect(),
        form,
        f,
    })
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<AppealId>(&path)?;
    render(&page(&app, &visitor, id, at.get("done"), Typed::default()).await?)
}

/// The decision that a form says about the points of an appeal, in their order.
fn read(typed: &Typed, points: &[Point]) -> Refused<DecisionInput> {
    let mut from = Reading::of(typed);
    let mut decided = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let at = format!("points[{index}]");
        if let Some(outcome) = from.needed(&format!("{at}.outcome")) {
            decided.push(PointDecision {
                target: point.target.clone(),
                outcome,
                to_type: from.optional(&format!("{at}.to_type")),
                to_class: from.value(&format!("{at}.to_class")),
                to_level: from.value(&format!("{at}.to_level")),
                to_occurrences: from.number(&format!("{at}.to_occurrences")),
            });
        }
    }
    let reason = from.text("reason");
    from.finish()?;
    Ok(DecisionInput { points: decided, reason })
}

async fn decide(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = visitor.place::<AppealId>(&path)?;
    visitor.actor().may(Action::AppealDecide).or_trouble(visitor)?;
    let appeal = appeals::show::show(&app, visitor.actor(), id).await.or_trouble(visitor)?;
    let seen = form.typed.get("version").parse().unwrap_or(0);
    let decided = match read(&form.typed, &appeal.summary.points) {
        Ok(decision) => appeals::decide::decide(&app, visitor.actor(), id, seen, decision).await,
        Err(refusal) => Err(refusal.into()),
    };
    match decided {
        Ok(_) => Ok(go(&format!("/decisions/appeals/{id}?done=decided"))),
        Err(error) => {
            let refusal = mendable(visitor, error)?;
            render_as(HttpResponse::BadRequest(), &page(&app, visitor, id, "", form.typed.clone().refused(&visitor.frame, &refusal)).await?)
        }
    }
}
