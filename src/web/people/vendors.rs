//! Vendors: the list, and the form of one.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{WHOLE, yes_or_no};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::id::VendorId;
use crate::domain::vendor::{Vendor, VendorChange, VendorInput};
use crate::usecases::{Error, vendors};
use crate::web::address::{Address, sort_rows};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/people/vendors", web::get().to(list))
        .route("/people/vendors", web::post().to(create))
        .route("/people/vendors/new", web::get().to(begin))
        .route("/people/vendors/{id}", web::get().to(edit))
        .route("/people/vendors/{id}", web::post().to(change));
}

#[derive(Template)]
#[template(path = "people/vendors.html")]
struct VendorsPage {
    f: Frame,
    at: Address,
    filter: Typed,
    archived: Vec<Choice>,
    may_write: bool,
    vendors: Vec<Vendor>,
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let mut vendors = vendors::list::list(&app, visitor.actor(), WHOLE).await.or_trouble(&visitor)?.items;
    if let Some(archived) = at.read::<bool>("archived") {
        vendors.retain(|vendor| vendor.archived_at.is_some() == archived);
    }
    match at.order("code") {
        ("name", down) => sort_rows(&mut vendors, down, |vendor| vendor.name.clone()),
        (_, down) => sort_rows(&mut vendors, down, |vendor| vendor.code.clone()),
    }
    let may_write = visitor.actor().may_everywhere(Action::PeopleWrite).is_ok();
    let archived = yes_or_no(&f, ("archived", "已归档"), ("in use", "使用中"));
    render(&VendorsPage { filter: at.typed(), at, archived, may_write, vendors, f })
}

#[derive(Template)]
#[template(path = "people/vendor.html")]
struct VendorPage {
    f: Frame,
    form: Typed,
    id: Option<VendorId>,
}

fn page(visitor: &Visitor, id: Option<VendorId>, form: Typed) -> Result<VendorPage, Trouble> {
    visitor.actor().may_everywhere(Action::PeopleWrite).or_trouble(visitor)?;
    Ok(VendorPage { f: visitor.frame.clone(), form, id })
}

async fn begin(visitor: Visitor) -> Result<HttpResponse, Trouble> {
    render(&page(&visitor, None, Typed::default())?)
}

async fn edit(app: web::Data<App>, visitor: Visitor, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<VendorId>(&path)?;
    let vendor = vendors::show::show(&app, visitor.actor(), id).await.or_trouble(&visitor)?;
    let archived = if vendor.archived_at.is_some() { "on" } else { "" };
    let fields = [("code", vendor.code), ("name", vendor.name), ("archived", archived.into()), ("version", vendor.version.to_string())];
    render(&page(&visitor, Some(id), Typed::showing(fields))?)
}

fn again(form: &Form, id: Option<VendorId>, error: Error) -> Result<HttpResponse, Trouble> {
    let refusal = mendable(&form.visitor, error)?;
    render_as(HttpResponse::BadRequest(), &page(&form.visitor, id, form.typed.clone().refused(&form.visitor.frame, &refusal))?)
}

async fn create(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let typed = &form.typed;
    let input = VendorInput { code: typed.get("code").to_owned(), name: typed.get("name").to_owned(), archived: typed.yes("archived") };
    match vendors::create::create(&app, form.visitor.actor(), input).await {
        Ok(_) => Ok(go("/people/vendors?done=created")),
        Err(error) => again(&form, None, error),
    }
}

async fn change(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<VendorId>(&path)?;
    let typed = &form.typed;
    let change = VendorChange { name: Some(typed.get("name").to_owned()), archived: Some(typed.yes("archived")) };
    let seen = typed.get("version").parse().unwrap_or(0);
    match vendors::change::change(&app, form.visitor.actor(), id, seen, change).await {
        Ok(_) => Ok(go("/people/vendors?done=saved")),
        Err(error) => again(&form, Some(id), error),
    }
}
