//! The catalogue of violations: the list, and the form of one type.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::WHOLE;
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::catalogue::ViolationTypeInput;
use crate::domain::id::ViolationTypeId;
use crate::domain::refusal::Refused;
use crate::domain::violation::{ErrorKind, ViolationClass};
use crate::usecases::violation_types::{self, CatalogueEntry};
use crate::usecases::{Error, Result as Done};
use crate::web::address::{Address, sort_rows};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/standards/violation-types", web::get().to(list))
        .route("/standards/violation-types", web::post().to(create))
        .route("/standards/violation-types/new", web::get().to(begin))
        .route("/standards/violation-types/{id}", web::get().to(edit))
        .route("/standards/violation-types/{id}", web::post().to(change))
        .route("/standards/violation-types/{id}/archive", web::post().to(archive));
}

#[derive(Template)]
#[template(path = "standards/violation_types.html")]
struct CataloguePage {
    f: Frame,
    at: Address,
    filter: Typed,
    classes: Vec<Choice>,
    states: Vec<Choice>,
    may_write: bool,
    types: Vec<TypeLine>,
}

struct TypeLine {
    id: ViolationTypeId,
    version: i32,
    class: ViolationClass,
    code: String,
    name: String,
    kind: &'static str,
    red_line: bool,
    if_money_lost: Option<ViolationClass>,
    active: bool,
    order: i32,
}

fn classes() -> Vec<Choice> {
    ViolationClass::ALL.iter().map(|class| Choice::new(class, class.as_str())).collect()
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let active = at.read::<bool>("active");
    let listed = violation_types::list::list(&app, visitor.actor(), active, WHOLE).await.or_trouble(&visitor)?;
    let line = |entry: &CatalogueEntry| TypeLine {
        id: entry.id,
        version: entry.version,
        class: entry.rules.class,
        code: entry.rules.code.clone(),
        name: f.t(&entry.rules.name_en, &entry.rules.name_zh).to_owned(),
        kind: f.error_kind(entry.rules.kind),
        red_line: entry.rules.red_line,
        if_money_lost: entry.rules.class_if_money_lost,
        active: entry.rules.active,
        order: entry.rules.order,
    };
    let class = at.read::<ViolationClass>("class");
    let mut types: Vec<TypeLine> = listed.items.iter().map(line).filter(|line| class.is_none_or(|class| line.class == class)).collect();
    match at.order("order") {
        ("class", down) => sort_rows(&mut types, down, |line| (line.class, line.order)),
        ("code", down) => sort_rows(&mut types, down, |line| line.code.clone()),
        ("name", down) => sort_rows(&mut types, down, |line| line.name.clone()),
        (_, down) => sort_rows(&mut types, down, |line| (line.order, line.code.clone())),
    }
    let states = super::super::people::yes_or_no(&f, ("in use", "使用中"), ("archived", "已归档"));
    render(&CataloguePage { filter: at.typed(), at, classes: classes(), states, may_write: visitor.may(Action::CatalogueWrite), types, f })
}

#[derive(Template)]
#[template(path = "standards/violation_type.html")]
struct TypePage {
    f: Frame,
    form: Typed,
    id: Option<ViolationTypeId>,
    classes: Vec<Choice>,
    kinds: Vec<Choice>,
    reds: Vec<Choice>,
}

fn page(visitor: &Visitor, id: Option<ViolationTypeId>, form: Typed) -> Result<TypePage, Trouble> {
    visitor.actor().may(Action::CatalogueWrite).or_trouble(visitor)?;
    let f = visitor.frame.clone();
    let kinds = ErrorKind::ALL.iter().map(|kind| Choice::new(kind, f.error_kind(*kind))).collect();
    let reds = super::super::people::yes_or_no(&f, ("yes: it always opens an escalation case", "是：总是触发升级工单"), ("no", "否"));
    Ok(TypePage { form, id, classes: classes(), kinds, reds, f })
}

async fn begin(visitor: Visitor) -> Result<HttpResponse, Trouble> {
    render(&page(&visitor, None, Typed::showing([("active", "on".to_owned()), ("order", "0".to_owned())]))?)
}

async fn edit(app: web::Data<App>, visitor: Visitor, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<ViolationTypeId>(&path)?;
    let CatalogueEntry { version, rules, .. } = violation_types::list::show(&app, visitor.actor(), id).await.or_trouble(&visitor)?;
    let fields = [
        ("code", rules.code),
        ("class", rules.class.to_string()),
        ("name_zh", rules.name_zh),
        ("name_en", rules.name_en),
        ("kind", rules.kind.to_string()),
        ("red_line", rules.red_line.to_string()),
        ("class_if_money_lost", rules.class_if_money_lost.map(|class| class.to_string()).unwrap_or_default()),
        ("active", if rules.active { "on".to_owned() } else { String::new() }),
        ("order", rules.order.to_string()),
        ("version", version.to_string()),
    ];
    render(&page(&visitor, Some(id), Typed::showing(fields))?)
}

fn read(typed: &Typed) -> Refused<Option<ViolationTypeInput>> {
    let mut from = Reading::of(typed);
    let class = from.needed("class");
    let (kind, class_if_money_lost) = (from.value("kind"), from.value("class_if_money_lost"));
    let order = from.number("order").unwrap_or(0);
    let (code, name_zh, name_en) = (from.text("code"), from.text("name_zh"), from.text("name_en"));
    from.finish()?;
    let (red_line, active) = (typed.get("red_line").parse().ok(), Some(typed.yes("active")));
    Ok(class.map(|class| ViolationTypeInput { code, class, name_zh, name_en, kind, red_line, class_if_money_lost, active, order }))
}

fn input(typed: &Typed) -> Done<ViolationTypeInput> {
    read(typed)?.ok_or_else(|| Error::Damaged("a class that is there and is not".into()))
}

fn again(form: &Form, id: Option<ViolationTypeId>, error: Error) -> Result<HttpResponse, Trouble> {
    let refusal = mendable(&form.visitor, error)?;
    render_as(HttpResponse::BadRequest(), &page(&form.visitor, id, form.typed.clone().refused(&form.visitor.frame, &refusal))?)
}

async fn create(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let made = match input(&form.typed) {
        Ok(input) => violation_types::create::create(&app, form.visitor.actor(), input).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(_) => Ok(go("/standards/violation-types?done=created")),
        Err(error) => again(&form, None, error),
    }
}

async fn change(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<ViolationTypeId>(&path)?;
    let seen = form.typed.get("version").parse().unwrap_or(0);
    let changed = match input(&form.typed) {
        Ok(input) => violation_types::change::change(&app, form.visitor.actor(), id, seen, input).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(_) => Ok(go("/standards/violation-types?done=saved")),
        Err(error) => again(&form, Some(id), error),
    }
}

async fn archive(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<ViolationTypeId>(&path)?;
    let seen = form.typed.get("version").parse().unwrap_or(0);
    violation_types::deactivate::deactivate(&app, form.visitor.actor(), id, seen).await.or_trouble(&form.visitor)?;
    Ok(go("/standards/violation-types?done=archived"))
}
