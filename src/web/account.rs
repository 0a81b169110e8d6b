//! One's own account: language, theme, password, open sessions.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::{Form, Typed};
use super::page::{Frame, Visitor, go, render, render_as};
use super::trouble::Trouble;
use crate::app::App;
use crate::domain::language::Language;
use crate::domain::refusal::Faults;
use crate::domain::theme::Theme;
use crate::usecases::Error;
use crate::usecases::sessions::change_password::change_password;
use crate::usecases::sessions::list::list;
use crate::usecases::sessions::log_out::log_out;
use crate::usecases::sessions::set_looks::set_looks;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/account", web::get().to(show))
        .route("/account/looks", web::post().to(looks))
        .route("/account/password", web::post().to(password))
        .route("/account/sessions/end", web::post().to(end_session));
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    f: Frame,
    form: Typed,
    sessions: Vec<SessionLine>,
}

struct SessionLine {
    id: String,
    browser: String,
    address: String,
    seen: String,
    this: bool,
}

#[derive(Debug, Deserialize)]
struct Done {
    done: Option<String>,
}

async fn page(app: &App, visitor: &Visitor, form: Typed, done: Option<&str>) -> Result<AccountPage, Trouble> {
    let sessions = list(app, &visitor.person).await.map_err(|e| Trouble::new(visitor.frame.clone(), e))?;
    let mut f = visitor.frame.clone();
    f.notice = match done {
        Some("looks") => Some(f.t("Saved.", "已保存。").to_owned()),
        Some("password") => {
            Some(f.t("Your password is changed; your other sessions have ended.", "密码已修改，其他会话已退出。").to_owned())
        }
        Some("session") => Some(f.t("The session has ended.", "该会话已退出。").to_owned()),
        _ => None,
    };
    let sessions = sessions
        .into_iter()
        .map(|s| SessionLine {
            this: s.id == visitor.person.session,
            id: s.id.to_string(),
            browser: s.browser.unwrap_or_default(),
            address: s.address.unwrap_or_default(),
            seen: s.seen_at.format("%Y-%m-%d %H:%M UTC").to_string(),
        })
        .collect();
    Ok(AccountPage { f, form, sessions })
}

async fn show(app: web::Data<App>, visitor: Visitor, query: web::Query<Done>) -> Result<HttpResponse, Trouble> {
    render(&page(&app, &visitor, Typed::default(), query.done.as_deref()).await?)
}

async fn looks(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let frame = form.visitor.frame.clone();
    let mut faults = Faults::new();
    let language = faults.take(form.typed.get("language").parse::<Language>());
    let theme = faults.take(form.typed.get("theme").parse::<Theme>());
    if let (Some(language), Some(theme)) = (language, theme) {
        set_looks(&app, &form.visitor.person, language, theme).await.map_err(|e| Trouble::new(frame, e))?;
        return Ok(go("/account?done=looks"));
    }
    match faults.finish() {
        Ok(()) => Ok(go("/account")),
        Err(refusal) => Err(Trouble::new(frame, refusal)),
    }
}

async fn password(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let (current, new) = (form.typed.get("current").to_owned(), form.typed.get("password").to_owned());
    match change_password(&app, &form.visitor.person, current, new).await {
        Ok(()) => Ok(go("/account?done=password")),
        Err(Error::Refused(refusal)) => {
            let again = page(&app, &form.visitor, Typed::default().refused(&refusal), None).await?;
            render_as(HttpResponse::BadRequest(), &again)
        }
        Err(error) => Err(Trouble::new(form.visitor.frame, error)),
    }
}

async fn end_session(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let which = form.typed.get("session").parse().map_err(|r| Trouble::new(form.visitor.frame.clone(), r))?;
    log_out(&app, &form.visitor.person, Some(which)).await.map_err(|e| Trouble::new(form.visitor.frame, e))?;
    Ok(go("/account?done=session"))
}
