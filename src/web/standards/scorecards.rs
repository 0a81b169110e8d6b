//! Scorecards: the list, one with its versions, and a new one.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::WHOLE;
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::id::ScorecardId;
use crate::domain::scorecard::{ScorecardContent, VersionState};
use crate::usecases::scorecards::create::NewScorecard;
use crate::usecases::scorecards::create_version::NewVersion;
use crate::usecases::scorecards::{self, Scorecard, VersionSummary};
use crate::usecases::{Error, organisation};
use crate::web::address::{Address, sort_rows};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::trouble::Trouble;
use crate::web::words::{Badge, moment, moment_or_none};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/standards/scorecards", web::get().to(list))
        .route("/standards/scorecards", web::post().to(create))
        .route("/standards/scorecards/new", web::get().to(begin))
        .route("/standards/scorecards/{id}", web::get().to(show))
        .route("/standards/scorecards/{id}/versions", web::post().to(new_version))
        .route("/standards/scorecards/{id}/retire", web::post().to(retire));
}

pub(super) fn state(f: &Frame, state: VersionState) -> Badge {
    match state {
        VersionState::Draft => f.badge("warn", "draft", "草稿"),
        VersionState::Published => f.badge("good", "published", "已发布"),
        VersionState::Retired => f.badge("plain", "retired", "已停用"),
    }
}

#[derive(Template)]
#[template(path = "standards/scorecards.html")]
struct ScorecardsPage {
    f: Frame,
    at: Address,
    may_write: bool,
    cards: Vec<CardLine>,
}

struct CardLine {
    id: ScorecardId,
    code: String,
    name: String,
    published: Option<i32>,
    draft: Option<i32>,
    versions: usize,
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let listed = scorecards::list::list(&app, visitor.actor(), WHOLE).await.or_trouble(&visitor)?;
    let number = |card: &Scorecard, state| card.versions.iter().find(|version| version.state == state).map(|version| version.number);
    let line = |card: &Scorecard| CardLine {
        id: card.id,
        code: card.code.clone(),
        name: f.t(&card.name_en, &card.name_zh).to_owned(),
        published: number(card, VersionState::Published),
        draft: number(card, VersionState::Draft),
        versions: card.versions.len(),
    };
    let mut cards: Vec<CardLine> = listed.items.iter().map(line).collect();
    match at.order("code") {
        ("name", down) => sort_rows(&mut cards, down, |card| card.name.clone()),
        (_, down) => sort_rows(&mut cards, down, |card| card.code.clone()),
    }
    render(&ScorecardsPage { at, may_write: visitor.may(Action::CatalogueWrite), cards, f })
}

#[derive(Template)]
#[template(path = "standards/scorecard_new.html")]
struct NewPage {
    f: Frame,
    form: Typed,
}

async fn begin(visitor: Visitor) -> Result<HttpResponse, Trouble> {
    visitor.actor().may(Action::CatalogueWrite).or_trouble(&visitor)?;
    render(&NewPage { f: visitor.frame.clone(), form: Typed::default() })
}

async fn create(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let text = |name: &str| form.typed.get(name).to_owned();
    let command =
        NewScorecard { code: text("code"), name_zh: text("name_zh"), name_en: text("name_en"), content: ScorecardContent::default() };
    match scorecards::create::create(&app, form.visitor.actor(), command).await {
        Ok(card) => Ok(go(&format!("/standards/scorecards/{}/versions/1", card.id))),
        Err(error) => {
            let refusal = mendable(&form.visitor, error)?;
            render_as(
                HttpResponse::BadRequest(),
                &NewPage { f: form.visitor.frame.clone(), form: form.typed.refused(&form.visitor.frame, &refusal) },
            )
        }
    }
}

#[derive(Template)]
#[template(path = "standards/scorecard.html")]
struct ScorecardPage {
    f: Frame,
    form: Typed,
    may_write: bool,
    id: ScorecardId,
    code: String,
    name: String,
    has_draft: bool,
    versions: Vec<VersionLine>,
    numbers: Vec<Choice>,
}

struct VersionLine {
    number: i32,
    state: Badge,
    is_draft: bool,
    is_published: bool,
    version: i32,
    created: String,
    published: String,
    retired: String,
}

async fn page(app: &App, visitor: &Visitor, id: ScorecardId, done: &str, form: Typed) -> Result<ScorecardPage, Trouble> {
    let f = visitor.frame.saying(done);
    let card = scorecards::show::show(app, visitor.actor(), id).await.or_trouble(visitor)?;
    let zone = organisation::period::zone(app).await.or_trouble(visitor)?;
    let line = |version: &VersionSummary| VersionLine {
        number: version.number,
        state: state(&f, version.state),
        is_draft: version.state == VersionState::Draft,
        is_published: version.state == VersionState::Published,
        version: version.version,
        created: moment(version.created_at, zone),
        published: moment_or_none(version.published_at, zone),
        retired: moment_or_none(version.retired_at, zone),
    };
    Ok(ScorecardPage {
        may_write: visitor.may(Action::CatalogueWrite),
        id,
        name: f.t(&card.name_en, &card.name_zh).to_owned(),
        has_draft: card.versions.iter().any(|version| version.state == VersionState::Draft),
        versions: card.versions.iter().map(line).collect(),
        numbers: card.versions.iter().map(|version| Choice::new(version.number, format!("v{}", version.number))).collect(),
        code: card.code,
        form,
        f,
    })
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<ScorecardId>(&path)?;
    let mut page = page(&app, &visitor, id, at.get("done"), Typed::default()).await?;
    let number = |line: Option<&VersionLine>| line.map(|line| line.number.to_string()).unwrap_or_default();
    let (newest, before) = (number(page.versions.first()), number(page.versions.get(1)));
    page.form = Typed::showing([("newer", newest), ("older", before)]);
    render(&page)
}

async fn again(app: &App, form: &Form, id: ScorecardId, error: Error) -> Result<HttpResponse, Trouble> {
    let refusal = mendable(&form.visitor, error)?;
    render_as(HttpResponse::Conflict(), &page(app, &form.visitor, id, "", form.typed.clone().refused(&form.visitor.frame, &refusal)).await?)
}

async fn new_version(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<ScorecardId>(&path)?;
    match scorecards::create_version::create_version(&app, form.visitor.actor(), id, NewVersion::default()).await {
        Ok(version) => Ok(go(&format!("/standards/scorecards/{id}/versions/{}", version.summary.number))),
        Err(error) => again(&app, &form, id, error).await,
    }
}

async fn retire(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<ScorecardId>(&path)?;
    let number = |name| form.typed.get(name).parse::<i32>().unwrap_or(0);
    match scorecards::retire::retire(&app, form.visitor.actor(), id, number("number"), number("version")).await {
        Ok(_) => Ok(go(&format!("/standards/scorecards/{id}?done=retired"))),
        Err(error) => again(&app, &form, id, error).await,
    }
}
