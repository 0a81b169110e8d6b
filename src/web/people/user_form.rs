//! The form of a user: who it is, the roles and how far each reaches, whether the person may log in, a new password.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::languages;
use super::users::Places;
use crate::app::App;
use crate::domain::Refusal;
use crate::domain::access::{Action, Role};
use crate::domain::grant::{GrantCell, GrantInput};
use crate::domain::id::{AgentId, UserId};
use crate::domain::language::Language;
use crate::domain::user::{PasswordInput, UserChange, UserInput};
use crate::usecases::{Error, agents, users};
use crate::web::address::Address;
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::{Reading, first_message, renamed};
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/people/users", web::post().to(create))
        .route("/people/users/new", web::get().to(begin))
        .route("/people/users/{id}", web::get().to(edit))
        .route("/people/users/{id}", web::post().to(change))
        .route("/people/users/{id}/password", web::post().to(password));
}

/// The rows for further roles that a form offers.
const SPARE_ROWS: usize = 2;

#[derive(Template)]
#[template(path = "people/user.html")]
struct UserPage {
    f: Frame,
    form: Typed,
    id: Option<UserId>,
    title: String,
    rows: Vec<usize>,
    roles: Vec<Choice>,
    reaches: Vec<Choice>,
    languages: Vec<Choice>,
}

/// How many rows of roles a form holds.
fn rows(typed: &Typed) -> usize {
    (0..100_usize).rev().find(|row| typed.filled(&format!("grants[{row}].role")).is_some()).map_or(0, |last| last.saturating_add(1))
}

async fn page(app: &App, visitor: &Visitor, id: Option<UserId>, done: &str, form: Typed) -> Result<UserPage, Trouble> {
    let f = visitor.frame.saying(done);
    visitor.actor().may_everywhere(Action::UserWrite).or_trouble(visitor)?;
    let places = Places::load(app, visitor).await?;
    let mut reaches =
        vec![Choice::new("all", f.t("the whole centre", "整个中心")), Choice::new("own", f.t("only what is the person's own", "仅本人"))];
    let vendor = |code: &str, name: &str| Choice::new(format!("vendor:{code}"), format!("{}{name} ({code})", f.t("Vendor ", "供应商 ")));
    let team = |code: &str, name: &str| Choice::new(format!("team:{code}"), format!("{}{name} ({code})", f.t("Team ", "班组 ")));
    reaches.extend(places.vendors.iter().map(|(_, code, name)| vendor(code, name)));
    reaches.extend(places.teams.iter().map(|(_, code, name)| team(code, name)));
    // What was sent and is no choice is shown as it was sent.
    for row in 0..rows(&form) {
        if let Some(other) = form.filled(&format!("grants[{row}].reach")).filter(|sent| reaches.iter().all(|known| known.value != *sent)) {
            reaches.push(Choice::new(other, other));
        }
    }
    let title = match id {
        Some(id) => users::show::show(app, visitor.actor(), id).await.or_trouble(visitor)?.username,
        None => f.t("New user", "新建用户").to_owned(),
    };
    Ok(UserPage {
        rows: (0..rows(&form).saturating_add(SPARE_ROWS)).collect(),
        roles: Role::ALL.iter().map(|role| Choice::new(role, f.role(*role))).collect(),
        reaches,
        languages: languages(),
        id,
        title,
        form,
        f,
    })
}

async fn begin(app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, Trouble> {
    let fresh = Typed::showing([("active", "on".to_owned()), ("language", Language::Zh.to_string())]);
    render(&page(&app, &visitor, None, "", fresh).await?)
}

/// The fields of a user as it is.
async fn fields(app: &App, visitor: &Visitor, id: UserId) -> Result<Typed, Trouble> {
    let user = users::show::show(app, visitor.actor(), id).await.or_trouble(visitor)?;
    let places = Places::load(app, visitor).await?;
    let number = match user.agent_id {
        Some(agent) => agents::show::show(app, visitor.actor(), agent).await.map_or_else(|_| String::new(), |agent| agent.employee_no),
        None => String::new(),
    };
    let mut pairs = vec![
        ("name".to_owned(), user.name),
        ("email".to_owned(), user.email.unwrap_or_default()),
        ("language".to_owned(), user.language.to_string()),
        ("agent".to_owned(), number),
        ("active".to_owned(), if user.active { "on".to_owned() } else { String::new() }),
        ("version".to_owned(), user.version.to_string()),
    ];
    for (row, grant) in user.grants.iter().enumerate() {
        pairs.push((format!("grants[{row}].role"), grant.role.to_string()));
        pairs.push((format!("grants[{row}].reach"), places.written(grant)));
    }
    Ok(Typed::of(pairs))
}

async fn edit(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<UserId>(&path)?;
    visitor.actor().may_everywhere(Action::UserWrite).or_trouble(&visitor)?;
    let form = fields(&app, &visitor, id).await?;
    render(&page(&app, &visitor, Some(id), at.get("done"), form).await?)
}

/// What a form says beside the texts: the agent that the user is, and the roles.
async fn read(app: &App, form: &Form) -> Result<(Option<AgentId>, Vec<GrantInput>), Error> {
    let (typed, actor) = (&form.typed, form.visitor.actor());
    let mut from = Reading::of(typed);
    let mut cells = Vec::new();
    for row in 0..rows(typed) {
        if let Some(role) = typed.filled(&format!("grants[{row}].role")) {
            let reach = typed.get(&format!("grants[{row}].reach")).trim();
            let cell = if reach.is_empty() { role.to_owned() } else { format!("{role}@{reach}") };
            match cell.parse::<GrantCell>() {
                Ok(cell) => cells.push((row, cell)),
                Err(refusal) => from.fault(&format!("grants[{row}].reach"), first_message(refusal)),
            }
        }
    }
    let mut agent = None;
    if let Some(number) = from.optional("agent") {
        agent = agents::names::numbered(app, actor, vec![number.clone()]).await?.remove(&number);
        if agent.is_none() {
            from.fault("agent", format!("there is no agent with the employee number `{number}`"));
        }
    }
    from.finish()?;
    let mut grants = Vec::new();
    for (row, cell) in cells {
        match users::grants::grants(app, actor, vec![cell]).await {
            Ok(found) => grants.extend(found),
            Err(Error::Refused(refusal)) => return Err(renamed(refusal, |_| format!("grants[{row}].reach")).into()),
            Err(other) => return Err(other),
        }
    }
    Ok((agent, grants))
}

/// What a use case refuses, with the names of the form's fields.
fn by_field(refusal: Refusal) -> Refusal {
    renamed(refusal, |path| match path {
        "agent_id" => "agent".to_owned(),
        "roles" => "grants".to_owned(),
        other => other.to_owned(),
    })
}

async fn again(app: &App, form: &Form, id: Option<UserId>, error: Error) -> Result<HttpResponse, Trouble> {
    let refusal = by_field(mendable(&form.visitor, error)?);
    render_as(
        HttpResponse::BadRequest(),
        &page(app, &form.visitor, id, "", form.typed.clone().refused(&form.visitor.frame, &refusal)).await?,
    )
}

async fn create(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    form.visitor.actor().may_everywhere(Action::UserWrite).or_trouble(&form.visitor)?;
    let typed = &form.typed;
    let made = match read(&app, &form).await {
        Ok((agent_id, grants)) => {
            let input = UserInput {
                username: typed.get("username").to_owned(),
                name: typed.get("name").to_owned(),
                email: typed.filled("email").map(str::to_owned),
                language: typed.get("language").parse().unwrap_or(Language::Zh),
                agent_id,
                active: typed.yes("active"),
                grants,
            };
            users::create::create(&app, form.visitor.actor(), input).await
        }
        Err(error) => Err(error),
    };
    match made {
        Ok(user) => Ok(go(&format!("/people/users/{}?done=created", user.id))),
        Err(error) => again(&app, &form, None, error).await,
    }
}

async fn change(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<UserId>(&path)?;
    form.visitor.actor().may_everywhere(Action::UserWrite).or_trouble(&form.visitor)?;
    let typed = &form.typed;
    let seen = typed.get("version").parse().unwrap_or(0);
    let changed = match read(&app, &form).await {
        Ok((agent_id, grants)) => {
            let change = UserChange {
                name: Some(typed.get("name").to_owned()),
                email: Some(typed.filled("email").map(str::to_owned)),
                language: typed.get("language").parse().ok(),
                agent_id: Some(agent_id),
                active: Some(typed.yes("active")),
                grants: Some(grants),
            };
            users::change::change(&app, form.visitor.actor(), id, seen, change).await
        }
        Err(error) => Err(error),
    };
    match changed {
        Ok(_) => Ok(go(&format!("/people/users/{id}?done=saved"))),
        Err(error) => again(&app, &form, Some(id), error).await,
    }
}

async fn password(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let id = visitor.place::<UserId>(&path)?;
    visitor.actor().may_everywhere(Action::UserWrite).or_trouble(visitor)?;
    let input = PasswordInput { password: form.typed.get("password").to_owned(), current_password: None };
    match users::set_password::set_password(&app, visitor.actor(), id, input).await {
        Ok(()) => Ok(go(&format!("/people/users/{id}?done=password"))),
        Err(error) => {
            let refusal = mendable(visitor, error)?;
            let known = fields(&app, visitor, id).await?.refused(&visitor.frame, &refusal);
            render_as(HttpResponse::BadRequest(), &page(&app, visitor, Some(id), "", known).await?)
        }
    }
}
