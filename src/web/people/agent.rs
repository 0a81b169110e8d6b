//! One agent: what is known, the teams over time, and the move to another.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{languages, team_choices, tree};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::agent::{AgentChange, MoveInput};
use crate::domain::id::AgentId;
use crate::domain::membership::ALWAYS;
use crate::usecases::{Error, agents};
use crate::web::address::Address;
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/people/agents/{id}", web::get().to(show))
        .route("/people/agents/{id}", web::post().to(change))
        .route("/people/agents/{id}/move", web::post().to(move_team));
}

#[derive(Template)]
#[template(path = "people/agent.html")]
struct AgentPage {
    f: Frame,
    form: Typed,
    id: AgentId,
    version: i32,
    title: String,
    left: bool,
    team: String,
    may_write: bool,
    languages: Vec<Choice>,
    teams: Vec<Choice>,
    stays: Vec<(String, String)>,
}

async fn page(app: &App, visitor: &Visitor, id: AgentId, done: &str, form: Option<Typed>) -> Result<AgentPage, Trouble> {
    let f = visitor.frame.saying(done);
    let actor = visitor.actor();
    let agent = agents::show::show(app, actor, id).await.or_trouble(visitor)?;
    let history = agents::history::history(app, actor, id).await.or_trouble(visitor)?;
    let placed = tree(app, actor).await.or_trouble(visitor)?;
    let team = |id| {
        let found = placed.iter().find(|placed| placed.team.id == id);
        found.map_or_else(|| f.t("a team out of your reach", "权限范围外的班组").to_owned(), |placed| placed.team.name.clone())
    };
    let from = |day: chrono::NaiveDate| if day == ALWAYS { f.t("always", "一直").to_owned() } else { day.to_string() };
    let form = form.unwrap_or_else(|| {
        Typed::showing([
            ("name", agent.name.clone()),
            ("email", agent.email.clone().unwrap_or_default()),
            ("language", agent.language.to_string()),
            ("left_on", agent.left_on.map(|day| day.to_string()).unwrap_or_default()),
        ])
    });
    Ok(AgentPage {
        id,
        version: agent.version,
        title: format!("{} {}", agent.name, agent.employee_no),
        left: agent.left_on.is_some(),
        team: team(agent.team_id),
        may_write: visitor.may(Action::PeopleWrite),
        languages: languages(),
        teams: team_choices(&placed),
        stays: history.iter().rev().map(|stay| (from(stay.from), team(stay.team))).collect(),
        form,
        f,
    })
}

async fn show(app: web::Data<App>, visitor: Visitor, path: web::Path<String>, at: Address) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<AgentId>(&path)?;
    render(&page(&app, &visitor, id, at.get("done"), None).await?)
}

async fn again(app: &App, form: &Form, id: AgentId, error: Error) -> Result<HttpResponse, Trouble> {
    let refusal = mendable(&form.visitor, error)?;
    render_as(
        HttpResponse::BadRequest(),
        &page(app, &form.visitor, id, "", Some(form.typed.clone().refused(&form.visitor.frame, &refusal))).await?,
    )
}

async fn change(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<AgentId>(&path)?;
    let mut from = Reading::of(&form.typed);
    let change = AgentChange {
        name: Some(from.text("name")),
        email: Some(from.optional("email")),
        language: from.value("language"),
        left_on: Some(from.day("left_on")),
    };
    let seen = form.typed.get("version").parse().unwrap_or(0);
    let changed = match from.finish() {
        Ok(()) => agents::change::change(&app, form.visitor.actor(), id, seen, change).await,
        Err(refusal) => Err(refusal.into()),
    };
    match changed {
        Ok(_) => Ok(go(&format!("/people/agents/{id}?done=saved"))),
        Err(error) => again(&app, &form, id, error).await,
    }
}

async fn move_team(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<AgentId>(&path)?;
    let mut read = Reading::of(&form.typed);
    let (team_id, from) = (read.needed("team_id"), read.day("from"));
    let seen = form.typed.get("version").parse().unwrap_or(0);
    let moved = match (read.finish(), team_id) {
        (Ok(()), Some(team_id)) => agents::move_team::move_team(&app, form.visitor.actor(), id, seen, MoveInput { team_id, from }).await,
        (refused, _) => Err(refused.err().map_or_else(|| Error::Damaged("a team that is there and is not".into()), Error::from)),
    };
    match moved {
        Ok(_) => Ok(go(&format!("/people/agents/{id}?done=moved"))),
        Err(error) => {
            // The other form shows the agent as it is, not empty.
            let agent = agents::show::show(&app, form.visitor.actor(), id).await.or_trouble(&form.visitor)?;
            let refusal = mendable(&form.visitor, error)?;
            let typed = Typed::showing([
                ("name", agent.name),
                ("email", agent.email.unwrap_or_default()),
                ("language", agent.language.to_string()),
                ("left_on", agent.left_on.map(|day| day.to_string()).unwrap_or_default()),
                ("team_id", form.typed.get("team_id").to_owned()),
                ("from", form.typed.get("from").to_owned()),
            ]);
            let typed = typed.refused(&form.visitor.frame, &refusal);
            render_as(HttpResponse::BadRequest(), &page(&app, &form.visitor, id, "", Some(typed)).await?)
        }
    }
}
