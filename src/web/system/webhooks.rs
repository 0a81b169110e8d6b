//! Webhooks: the programs that are told of events, with their secrets shown once, and a trial.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::domain::access::Action;
use crate::domain::id::WebhookId;
use crate::domain::page::PageRequest;
use crate::domain::refusal::Refused;
use crate::domain::webhook::{Event, Webhook, WebhookInput};
use crate::usecases::{Error, webhooks};
use crate::web::address::{Address, sort_rows};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/system/webhooks", web::get().to(list))
        .route("/system/webhooks", web::post().to(create))
        .route("/system/webhooks/new", web::get().to(begin))
        .route("/system/webhooks/{id}", web::get().to(edit))
        .route("/system/webhooks/{id}", web::post().to(change))
        .route("/system/webhooks/{id}/secret", web::post().to(new_secret))
        .route("/system/webhooks/{id}/try", web::post().to(trial))
        .route("/system/webhooks/{id}/remove", web::post().to(remove));
}

#[derive(Template)]
#[template(path = "system/webhooks.html")]
struct WebhooksPage {
    f: Frame,
    at: Address,
    may_write: bool,
    hooks: Vec<Webhook>,
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let whole = PageRequest { limit: 1000, after: None };
    let mut hooks = webhooks::list::list(&app, visitor.actor(), whole).await.or_trouble(&visitor)?.items;
    match at.order("name") {
        ("url", down) => sort_rows(&mut hooks, down, |hook| hook.url.clone()),
        (_, down) => sort_rows(&mut hooks, down, |hook| hook.name.clone()),
    }
    render(&WebhooksPage { at, may_write: visitor.actor().may_everywhere(Action::MailWrite).is_ok(), hooks, f })
}

#[derive(Template)]
#[template(path = "system/webhook.html")]
struct WebhookPage {
    f: Frame,
    form: Typed,
    id: Option<WebhookId>,
    events: Vec<Choice>,
    /// The secret, shown this once.
    secret: Option<String>,
}

fn page(visitor: &Visitor, id: Option<WebhookId>, done: &str, form: Typed) -> Result<WebhookPage, Trouble> {
    visitor.actor().may_everywhere(Action::MailWrite).or_trouble(visitor)?;
    let f = visitor.frame.saying(done);
    let events = Event::ALL.iter().filter(|one| **one != Event::Ping).map(|one| Choice::new(one, f.event(*one))).collect();
    Ok(WebhookPage { form, id, events, secret: None, f })
}

fn fields(hook: &Webhook) -> Typed {
    let mut pairs = vec![
        ("name".to_owned(), hook.name.clone()),
        ("url".to_owned(), hook.url.clone()),
        ("active".to_owned(), if hook.active { "on".to_owned() } else { String::new() }),
        ("version".to_owned(), hook.version.to_string()),
    ];
    pairs.extend(hook.events.iter().map(|one| ("events".to_owned(), one.to_string())));
    Typed::of(pairs)
}

async fn begin(visitor: Visitor) -> Result<HttpResponse, Trouble> {
    render(&page(&visitor, None, "", Typed::showing([("active", "on".to_owned())]))?)
}

async fn edit(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<WebhookId>(&path)?;
    let hook = webhooks::show::show(&app, visitor.actor(), id).await.or_trouble(&visitor)?;
    render(&page(&visitor, Some(id), at.get("done"), fields(&hook))?)
}

fn read(typed: &Typed) -> Refused<WebhookInput> {
    let mut from = Reading::of(typed);
    let input = WebhookInput { name: from.text("name"), url: from.text("url"), events: from.values("events"), active: from.yes("active") };
    from.finish().map(|()| input)
}

fn again(form: &Form, id: Option<WebhookId>, error: Error) -> Result<HttpResponse, Trouble> {
    let refusal = mendable(&form.visitor, error)?;
    render_as(HttpResponse::BadRequest(), &page(&form.visitor, id, "", form.typed.clone().refused(&form.visitor.frame, &refusal))?)
}

/// The page of a webhook with its secret, which no other page will show.
fn with_secret(visitor: &Visitor, hook: &Webhook, secret: String) -> Result<HttpResponse, Trouble> {
    let mut page = page(visitor, Some(hook.id), "", fields(hook))?;
    page.secret = Some(secret);
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store"));
    render_as(response, &page)
}

async fn create(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let made = match read(&form.typed) {
        Ok(input) => webhooks::create::create(&app, form.visitor.actor(), input).await,
        Err(refusal) => Err(refusal.into()),
    };
    match made {
        Ok(new) => with_secret(&form.visitor, &new.webhook, new.secret),
        Err(error) => again(&form, None, error),
    }
}

async fn change(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<WebhookId>(&path)?;
    let seen = form.typed.get("version").parse().unwrap_or(0);
    let changed = match read(&form.typed) {
        Ok(input) => webhooks::change::change(&app, form.visitor.actor(), id, seen, input).await,
        Err(refusal) => Err(refusal.into()),
    };
    match changed {
        Ok(_) => Ok(go(&format!("/system/webhooks/{id}?done=saved"))),
        Err(error) => again(&form, Some(id), error),
    }
}

async fn new_secret(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<WebhookId>(&path)?;
    let new = webhooks::new_secret::new_secret(&app, form.visitor.actor(), id).await.or_trouble(&form.visitor)?;
    with_secret(&form.visitor, &new.webhook, new.secret)
}

async fn trial(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<WebhookId>(&path)?;
    webhooks::trial::trial(&app, form.visitor.actor(), id).await.or_trouble(&form.visitor)?;
    Ok(go(&format!("/system/webhooks/{id}?done=tried")))
}

async fn remove(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<WebhookId>(&path)?;
    webhooks::remove::remove(&app, form.visitor.actor(), id).await.or_trouble(&form.visitor)?;
    Ok(go("/system/webhooks?done=removed"))
}
