//! A version of a scorecard: a draft in its editor, another as it stands.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::WHOLE;
use super::compare::kind;
use super::editor_fields::{fields, read, stroke};
use super::scorecards::state;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::Action;
use crate::domain::id::ScorecardId;
use crate::domain::scorecard::{ItemKind, ScorecardContent, VersionState};
use crate::usecases::scorecards::ScorecardVersion;
use crate::usecases::{scorecards, violation_types};
use crate::web::address::Address;
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::renamed;
use crate::web::trouble::Trouble;
use crate::web::words::Badge;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/standards/scorecards/{id}/versions/{number}", web::get().to(show))
        .route("/standards/scorecards/{id}/versions/{number}", web::post().to(save));
}

#[derive(Template)]
#[template(path = "standards/editor.html")]
struct EditorPage {
    f: Frame,
    form: Typed,
    id: ScorecardId,
    name: String,
    number: i32,
    sections: Vec<SectionPlace>,
    kinds: Vec<Choice>,
    violations: Vec<Choice>,
    items: usize,
    /// The part that was just moved or added.
    look_at: String,
}

/// Where the fields of a section are.
struct SectionPlace {
    at: String,
    index: usize,
    items: Vec<ItemPlace>,
}

/// Where the fields of an item are.
struct ItemPlace {
    at: String,
    stroke: String,
    place: usize,
    guided: bool,
}

#[derive(Template)]
#[template(path = "standards/version.html")]
struct VersionPage {
    f: Frame,
    id: ScorecardId,
    name: String,
    number: i32,
    state: Badge,
    sections: Vec<(String, Vec<ItemLine>)>,
}

struct ItemLine {
    code: String,
    title: String,
    kind: &'static str,
    key: bool,
    guidance: String,
    na_allowed: bool,
    comment_on_fail: bool,
    /// The name and the code of the violation type that it is linked with.
    violation: Option<(String, String)>,
}

fn parse(visitor: &Visitor, path: &(String, String)) -> Result<(ScorecardId, i32), Trouble> {
    let id = visitor.place::<ScorecardId>(&path.0)?;
    let number = path.1.parse().map_err(|_| Refusal::not_found("version", &path.1)).or_trouble(visitor)?;
    Ok((id, number))
}

async fn name(app: &App, visitor: &Visitor, id: ScorecardId) -> Result<String, Trouble> {
    let card = scorecards::show::show(app, visitor.actor(), id).await.or_trouble(visitor)?;
    Ok(visitor.frame.t(&card.name_en, &card.name_zh).to_owned())
}

async fn page(app: &App, visitor: &Visitor, (id, number): (ScorecardId, i32), f: Frame, form: Typed) -> Result<EditorPage, Trouble> {
    let content = read(&form);
    let listed = violation_types::list::list(app, visitor.actor(), Some(true), WHOLE).await.or_trouble(visitor)?;
    let place = |(index, section): (usize, &crate::domain::scorecard::Section)| SectionPlace {
        at: format!("sections[{index}]"),
        index,
        items: (0..)
            .zip(&section.items)
            .map(|(i, item): (usize, _)| ItemPlace {
                at: format!("sections[{index}].items[{i}]"),
                stroke: format!("{index}.{i}"),
                place: i.saturating_add(1),
                guided: !item.guidance_zh.is_empty() || !item.guidance_en.is_empty(),
            })
            .collect(),
    };
    let violation = |entry: &violation_types::CatalogueEntry| {
        let rules = &entry.rules;
        Choice::new(&rules.code, format!("{} {}", rules.class, f.t(&rules.name_en, &rules.name_zh)))
    };
    Ok(EditorPage {
        name: name(app, visitor, id).await?,
        id,
        number,
        items: content.items().count(),
        sections: content.sections.iter().enumerate().map(place).collect(),
        kinds: ItemKind::ALL.iter().map(|one| Choice::new(one, kind(&f, *one))).collect(),
        violations: listed.items.iter().map(violation).collect(),
        look_at: String::new(),
        form,
        f,
    })
}

fn standing(f: Frame, id: ScorecardId, name: String, version: &ScorecardVersion, types: &HashMap<String, String>) -> VersionPage {
    let line = |item: &crate::domain::scorecard::Item| ItemLine {
        code: item.code.clone(),
        title: f.t(&item.title_en, &item.title_zh).to_owned(),
        kind: kind(&f, item.kind),
        key: item.kind == ItemKind::Key,
        guidance: f.t(&item.guidance_en, &item.guidance_zh).to_owned(),
        na_allowed: item.na_allowed,
        comment_on_fail: item.comment_on_fail,
        violation: item.violation_type.as_ref().map(|code| (types.get(code).cloned().unwrap_or_default(), code.clone())),
    };
    let sections = version.content.sections.iter();
    let sections = sections.map(|section| (f.t(&section.title_en, &section.title_zh).to_owned(), section.items.iter().map(line).collect()));
    VersionPage { id, name, number: version.summary.number, state: state(&f, version.summary.state), sections: sections.collect(), f }
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<(String, String)>, at: Address) -> Result<HttpResponse, Trouble> {
    let (id, number) = parse(&visitor, &path)?;
    let version = scorecards::show::show_version(&app, visitor.actor(), id, number).await.or_trouble(&visitor)?;
    let f = visitor.frame.saying(at.get("done"));
    if version.summary.state == VersionState::Draft && visitor.may(Action::CatalogueWrite) {
        let form = fields(&version.content, version.summary.version);
        return render(&page(&app, &visitor, (id, number), f, form).await?);
    }
    let listed = violation_types::list::list(&app, visitor.actor(), None, WHOLE).await.or_trouble(&visitor)?.items;
    let called = |entry: violation_types::CatalogueEntry| {
        let rules = entry.rules;
        let name = format!("{} {}", rules.class, f.t(&rules.name_en, &rules.name_zh));
        (rules.code, name)
    };
    let types = listed.into_iter().map(called).collect();
    let name = name(&app, &visitor, id).await?;
    render(&standing(f, id, name, &version, &types))
}

/// What a use case refuses, with the names of the editor's fields.
fn by_field(refusal: Refusal) -> Refusal {
    renamed(refusal, |path| path.strip_prefix("content.").unwrap_or(path).to_owned())
}

async fn save(app: web::Data<App>, form: Form, path: web::Path<(String, String)>) -> Result<HttpResponse, Trouble> {
    let Form { visitor, typed } = form;
    let place = parse(&visitor, &path)?;
    let (id, number) = place;
    visitor.actor().may(Action::CatalogueWrite).or_trouble(&visitor)?;
    let f = visitor.frame.clone();
    let mut content: ScorecardContent = read(&typed);
    let seen = typed.get("version").parse().unwrap_or(0);
    let what = typed.get("do");
    if let Some(look_at) = stroke(&mut content, what) {
        let mut page = page(&app, &visitor, place, f, fields(&content, seen)).await?;
        page.f.notice = Some(page.f.t("Not saved yet.", "尚未保存。").to_owned());
        page.look_at = look_at;
        return render(&page);
    }
    let saved = match scorecards::edit::edit(&app, visitor.actor(), id, number, seen, content).await {
        Ok(saved) => saved,
        Err(error) => {
            let refusal = by_field(mendable(&visitor, error)?);
            return render_as(HttpResponse::BadRequest(), &page(&app, &visitor, place, f, typed.refused(&visitor.frame, &refusal)).await?);
        }
    };
    if what != "publish" {
        return Ok(go(&format!("/standards/scorecards/{id}/versions/{number}?done=saved")));
    }
    match scorecards::publish::publish(&app, visitor.actor(), id, number, saved.summary.version).await {
        Ok(_) => Ok(go(&format!("/standards/scorecards/{id}?done=published"))),
        Err(error) => {
            let refusal = by_field(mendable(&visitor, error)?);
            let form = fields(&saved.content, saved.summary.version).refused(&visitor.frame, &refusal);
            let mut page = page(&app, &visitor, place, f, form).await?;
            page.f.notice = Some(page.f.t("The draft is saved, but it cannot be published yet.", "草稿已保存，但尚不能发布。").to_owned());
            render_as(HttpResponse::build(StatusCode::BAD_REQUEST), &page)
        }
    }
}
