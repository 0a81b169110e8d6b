//! Calibration: sessions in which several people grade the same conversation, and how far they agree.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::WHOLE;
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::calibration::{CalibrationReport, CalibrationState, ItemAgreement};
use crate::domain::id::{CalibrationId, ScorecardVersionId, UserId};
use crate::domain::page::PageRequest;
use crate::domain::refusal::Refused;
use crate::domain::scorecard::{ScorecardContent, VersionState};
use crate::usecases::calibrations::set::CalibrationInput;
use crate::usecases::calibrations::{self, Calibration};
use crate::usecases::{Error, organisation, scorecards, users};
use crate::web::address::{Address, Pager};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::sampling::inspectors;
use crate::web::trouble::Trouble;
use crate::web::words::{Badge, moment};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/decisions/calibrations", web::get().to(list))
        .route("/decisions/calibrations", web::post().to(set))
        .route("/decisions/calibrations/new", web::get().to(begin))
        .route("/decisions/calibrations/{id}", web::get().to(show))
        .route("/decisions/calibrations/{id}/close", web::post().to(close));
}

fn state(f: &Frame, state: CalibrationState) -> Badge {
    match state {
        CalibrationState::Open => f.badge("warn", "open", "进行中"),
        CalibrationState::Closed => f.badge("good", "closed", "已结束"),
    }
}

/// A share or a kappa with two places; a dash where there is none.
fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"))
}

/// A report in words.
struct Measured {
    sessions: u32,
    equal: String,
    cohen: String,
    fleiss: String,
    alpha: String,
    items: Vec<ItemLine>,
    people: Vec<(String, String, String)>,
}

struct ItemLine {
    title: String,
    divides: bool,
    equal: String,
    alpha: String,
    passed: u32,
    failed: u32,
    not_applicable: u32,
    like_reference: String,
}

/// `cards` are the scorecards of the sessions; where several have an item of a code, the first one says what it is called.
fn measured(f: &Frame, report: &CalibrationReport, cards: &[ScorecardContent], names: &HashMap<UserId, String>) -> Measured {
    let title = |code: &str| {
        let found = cards.iter().find_map(|card| card.items().find(|item| item.code == code));
        found.map_or_else(|| code.to_owned(), |item| f.t(&item.title_en, &item.title_zh).to_owned())
    };
    let item = |one: &ItemAgreement| ItemLine {
        title: title(&one.item),
        divides: one.divides,
        equal: figure(one.agreement.percentage),
        alpha: figure(one.agreement.krippendorff_alpha),
        passed: one.passed,
        failed: one.failed,
        not_applicable: one.not_applicable,
        like_reference: figure(one.like_reference),
    };
    let name = |id: UserId| names.get(&id).cloned().unwrap_or_else(|| f.t("somebody", "某用户").to_owned());
    Measured {
        sessions: report.sessions,
        equal: figure(report.overall.percentage),
        cohen: figure(report.overall.cohen_kappa),
        fleiss: figure(report.overall.fleiss_kappa),
        alpha: figure(report.overall.krippendorff_alpha),
        items: report.items.iter().map(item).collect(),
        people: report.people.iter().map(|one| (name(one.user_id), figure(one.like_others), figure(one.like_reference))).collect(),
    }
}

#[derive(Template)]
#[template(path = "decisions/calibrations.html")]
struct CalibrationsPage {
    f: Frame,
    may_run: bool,
    sessions: Vec<SessionLine>,
    pager: Pager,
    over_all: Option<Measured>,
}

struct SessionLine {
    id: CalibrationId,
    name: String,
    state: Badge,
    due: String,
    graded: usize,
    people: usize,
}

/// Over how many of the last closed sessions the list reports.
const MEASURED: u32 = 20;

/// The scorecards of those sessions, that of the last one first.
async fn cards(app: &App, visitor: &Visitor) -> Result<Vec<ScorecardContent>, Trouble> {
    let last = PageRequest { limit: MEASURED, after: None };
    let closed = calibrations::list::list(app, visitor.actor(), Some(CalibrationState::Closed), last).await.or_trouble(visitor)?;
    let mut versions: Vec<ScorecardVersionId> = Vec::new();
    for session in closed.items {
        if !versions.contains(&session.scorecard_version_id) {
            versions.push(session.scorecard_version_id);
        }
    }
    let mut cards = Vec::new();
    for version in versions {
        cards.push(scorecards::show::show_version_by_id(app, visitor.actor(), version).await.or_trouble(visitor)?.content);
    }
    Ok(cards)
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let actor = visitor.actor();
    actor.may_everywhere(Action::CalibrationRead).or_trouble(&visitor)?;
    let wanted = at.page(50).or_trouble(&visitor)?;
    let listed = calibrations::list::list(&app, actor, at.read("state"), wanted).await.or_trouble(&visitor)?;
    let report = calibrations::report::report_over(&app, actor, Some(MEASURED)).await.or_trouble(&visitor)?;
    let cards = cards(&app, &visitor).await?;
    let people = report.people.iter().map(|one| one.user_id).collect();
    let names = users::names::names(&app, actor, people).await.or_trouble(&visitor)?;
    let line = |one: &Calibration| SessionLine {
        id: one.id,
        name: one.name.clone(),
        state: state(&f, one.state),
        due: one.due_on.to_string(),
        graded: one.participants.values().filter(|done| **done).count(),
        people: one.participants.len(),
    };
    render(&CalibrationsPage {
        may_run: actor.may_everywhere(Action::CalibrationRun).is_ok(),
        sessions: listed.items.iter().map(line).collect(),
        pager: at.pager(&f, listed.next.as_ref()),
        over_all: (report.sessions > 0).then(|| measured(&f, &report, &cards, &names)),
        f,
    })
}

#[derive(Template)]
#[template(path = "decisions/calibration_new.html")]
struct NewPage {
    f: Frame,
    form: Typed,
    cards: Vec<Choice>,
    people: Vec<Choice>,
}

async fn new_page(app: &App, visitor: &Visitor, form: Typed) -> Result<NewPage, Trouble> {
    let actor = visitor.actor();
    actor.may_everywhere(Action::CalibrationRun).or_trouble(visitor)?;
    let f = visitor.frame.clone();
    let listed = scorecards::list::list(app, actor, WHOLE).await.or_trouble(visitor)?;
    let published = listed.items.iter().flat_map(|card| {
        let versions = card.versions.iter().filter(|version| version.state == VersionState::Published);
        versions.map(|version| Choice::new(version.id, format!("{} v{}", f.t(&card.name_en, &card.name_zh), version.number)))
    });
    Ok(NewPage { cards: published.collect(), people: inspectors(app, actor).await.or_trouble(visitor)?, form, f })
}

async fn begin(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    render(&new_page(&app, &visitor, at.typed()).await?)
}

fn read(typed: &Typed) -> Refused<Option<CalibrationInput>> {
    let mut from = Reading::of(typed);
    let (conversation_id, version) = (from.needed("conversation_id"), from.needed("scorecard_version_id"));
    let (participants, reference_id, due_on) = (from.values("participants"), from.value("reference_id"), from.day("due_on"));
    if typed.filled("due_on").is_none() {
        from.fault("due_on", "must not be empty");
    }
    let name = from.text("name");
    from.finish()?;
    Ok(match (conversation_id, version, due_on) {
        (Some(conversation_id), Some(scorecard_version_id), Some(due_on)) => {
            Some(CalibrationInput { name, conversation_id, scorecard_version_id, participants, reference_id, due_on })
        }
        _ => None,
    })
}

async fn set(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let made = match read(&form.typed) {
        Ok(Some(input)) => calibrations::set::set(&app, form.visitor.actor(), input).await,
        Ok(None) => Err(Error::Damaged("a field that is there and is not".into())),
        Err(refusal) => Err(refusal.into()),
    };
    match made {
        Ok(session) => Ok(go(&format!("/decisions/calibrations/{}?done=created", session.id))),
        Err(error) => {
            let refusal = mendable(&form.visitor, error)?;
            render_as(
                HttpResponse::BadRequest(),
                &new_page(&app, &form.visitor, form.typed.clone().refused(&form.visitor.frame, &refusal)).await?,
            )
        }
    }
}

#[derive(Template)]
#[template(path = "decisions/calibration.html")]
struct CalibrationPage {
    f: Frame,
    form: Typed,
    id: CalibrationId,
    version: i32,
    name: String,
    state: Badge,
    open: bool,
    may_run: bool,
    /// Whether the visitor grades in it and still can; and whether the visitor has.
    own: Option<bool>,
    conversation: String,
    facts: Vec<(&'static str, String)>,
    people: Vec<(String, bool)>,
    report: Option<Measured>,
}

async fn page(app: &App, visitor: &Visitor, id: CalibrationId, done: &str, form: Typed) -> Result<CalibrationPage, Trouble> {
    let f = visitor.frame.saying(done);
    let actor = visitor.actor();
    actor.may_everywhere(Action::CalibrationRead).or_trouble(visitor)?;
    let session = calibrations::show::show(app, actor, id).await.or_trouble(visitor)?;
    let zone = organisation::period::zone(app).await.or_trouble(visitor)?;
    let card = scorecards::show::show_version_by_id(app, actor, session.scorecard_version_id).await.or_trouble(visitor)?;
    let mut people: Vec<UserId> = session.participants.keys().copied().collect();
    people.extend(session.reference_id);
    people.push(session.made_by);
    let names = users::names::names(app, actor, people).await.or_trouble(visitor)?;
    let name = |id: UserId| names.get(&id).cloned().unwrap_or_else(|| id.to_string());
    let open = session.state == CalibrationState::Open;
    let report = if open { None } else { Some(calibrations::report::report(app, actor, id).await.or_trouble(visitor)?) };
    let mut facts = vec![
        (f.t("Due", "截止日期"), session.due_on.to_string()),
        (f.t("Set by", "发起人"), format!("{} · {}", name(session.made_by), moment(session.made_at, zone))),
        (f.t("Reference", "基准评分"), session.reference_id.map_or_else(|| "–".to_owned(), name)),
    ];
    if let Some(at) = session.closed_at {
        facts.push((f.t("Closed", "结束时间"), moment(at, zone)));
    }
    Ok(CalibrationPage {
        id,
        version: session.version,
        state: state(&f, session.state),
        open,
        may_run: actor.may_everywhere(Action::CalibrationRun).is_ok(),
        own: actor.user.and_then(|user| session.participants.get(&user).copied()).filter(|_| open),
        conversation: session.conversation_id.to_string(),
        facts,
        people: session.participants.iter().map(|(id, done)| (name(*id), *done)).collect(),
        report: report.map(|report| measured(&f, &report, std::slice::from_ref(&card.content), &names)),
        name: session.name,
        form,
        f,
    })
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<CalibrationId>(&path)?;
    render(&page(&app, &visitor, id, at.get("done"), Typed::default()).await?)
}

async fn close(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = visitor.place::<CalibrationId>(&path)?;
    let seen = form.typed.get("version").parse().unwrap_or(0);
    match calibrations::close::close(&app, visitor.actor(), id, seen).await {
        Ok(_) => Ok(go(&format!("/decisions/calibrations/{id}?done=saved"))),
        Err(error) => {
            let refusal = mendable(visitor, error)?;
            render_as(HttpResponse::Conflict(), &page(&app, visitor, id, "", form.typed.clone().refused(&visitor.frame, &refusal)).await?)
        }
    }
}
