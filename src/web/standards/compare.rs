//! Two versions of a scorecard beside each other, item by item.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::domain::id::ScorecardId;
use crate::domain::scorecard::{ChangedItem, ItemKind, PlacedItem};
use crate::usecases::scorecards;
use crate::web::address::Address;
use crate::web::page::{Frame, Visitor, render};
use crate::web::pieces::OrTrouble;
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/standards/scorecards/{id}/compare", web::get().to(compare));
}

#[derive(Template)]
#[template(path = "standards/compare.html")]
struct ComparePage {
    f: Frame,
    id: ScorecardId,
    name: String,
    older: i32,
    newer: i32,
    added: Vec<ItemLine>,
    removed: Vec<ItemLine>,
    changed: Vec<ChangedLine>,
}

struct ItemLine {
    section: String,
    code: String,
    title: String,
    kind: &'static str,
}

struct ChangedLine {
    code: String,
    title: String,
    fields: Vec<(&'static str, String, String)>,
}

pub(super) fn kind(f: &Frame, kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Key => f.t("key", "关键项"),
        ItemKind::NonKey => f.t("non-key", "非关键项"),
    }
}

fn item(f: &Frame, placed: &PlacedItem) -> ItemLine {
    let PlacedItem { section, item } = placed;
    let title = f.t(&item.title_en, &item.title_zh).to_owned();
    ItemLine { section: section.clone(), code: item.code.clone(), title, kind: kind(f, item.kind) }
}

/// A field of an item as a page names and shows it.
fn field(f: &Frame, name: &str, placed: &PlacedItem) -> (&'static str, String) {
    let item = &placed.item;
    let yes_no = |yes: bool| if yes { f.t("yes", "是") } else { f.t("no", "否") }.to_owned();
    match name {
        "section" => (f.t("section", "所属分组"), placed.section.clone()),
        "title_zh" => (f.t("title in Chinese", "中文标题"), item.title_zh.clone()),
        "title_en" => (f.t("title in English", "英文标题"), item.title_en.clone()),
        "kind" => (f.t("kind", "类型"), kind(f, item.kind).to_owned()),
        "guidance_zh" => (f.t("guidance in Chinese", "中文说明"), item.guidance_zh.clone()),
        "guidance_en" => (f.t("guidance in English", "英文说明"), item.guidance_en.clone()),
        "na_allowed" => (f.t("not applicable allowed", "允许不适用"), yes_no(item.na_allowed)),
        "comment_on_fail" => (f.t("comment on fail", "不通过须备注"), yes_no(item.comment_on_fail)),
        _ => (f.t("violation type", "关联违规"), item.violation_type.clone().unwrap_or_else(|| "–".to_owned())),
    }
}

fn changed(f: &Frame, changed: &ChangedItem) -> ChangedLine {
    let fields = changed.fields.iter().map(|name| {
        let ((label, before), (_, after)) = (field(f, name, &changed.before), field(f, name, &changed.after));
        (label, before, after)
    });
    let title = f.t(&changed.after.item.title_en, &changed.after.item.title_zh).to_owned();
    ChangedLine { code: changed.code.clone(), title, fields: fields.collect() }
}

async fn compare(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<ScorecardId>(&path)?;
    let f = visitor.frame.clone();
    let card = scorecards::show::show(&app, visitor.actor(), id).await.or_trouble(&visitor)?;
    let (older, newer) = (at.read("older").unwrap_or(1), at.read("newer").unwrap_or(1));
    let difference = scorecards::compare::compare(&app, visitor.actor(), id, older, newer).await.or_trouble(&visitor)?;
    render(&ComparePage {
        id,
        name: f.t(&card.name_en, &card.name_zh).to_owned(),
        older,
        newer,
        added: difference.added.iter().map(|placed| item(&f, placed)).collect(),
        removed: difference.removed.iter().map(|placed| item(&f, placed)).collect(),
        changed: difference.changed.iter().map(|one| changed(&f, one)).collect(),
        f,
    })
}
