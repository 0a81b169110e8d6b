//! Agents: the list, and a new one.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{languages, team_choices, tree, yes_or_no};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::agent::{Agent, AgentFilter, AgentInput, AgentOrder};
use crate::domain::id::AgentId;
use crate::domain::language::Language;
use crate::usecases::{Error, agents};
use crate::web::address::{Address, Pager};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/people/agents", web::get().to(list))
        .route("/people/agents", web::post().to(create))
        .route("/people/agents/new", web::get().to(begin));
}

#[derive(Template)]
#[template(path = "people/agents.html")]
struct AgentsPage {
    f: Frame,
    at: Address,
    filter: Typed,
    left: Vec<Choice>,
    teams: Vec<Choice>,
    may_write: bool,
    filtered: bool,
    agents: Vec<AgentLine>,
    pager: Pager,
}

struct AgentLine {
    id: AgentId,
    employee_no: String,
    name: String,
    team: String,
    email: String,
    left: Option<String>,
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let actor = visitor.actor();
    let placed = tree(&app, actor).await.or_trouble(&visitor)?;
    let (order, descending) = at.order("number");
    let filter = AgentFilter {
        team: at.read("team"),
        employee_no: at.filled("number").map(str::to_owned),
        name: at.filled("name").map(str::to_owned),
        left: at.read("left"),
        order: order.parse().unwrap_or(AgentOrder::Number),
        descending,
    };
    let listed = agents::list::list(&app, actor, filter, at.page(50).or_trouble(&visitor)?).await.or_trouble(&visitor)?;
    let team = |id| placed.iter().find(|placed| placed.team.id == id).map_or_else(String::new, |placed| placed.team.name.clone());
    let line = |agent: &Agent| AgentLine {
        id: agent.id,
        employee_no: agent.employee_no.clone(),
        name: agent.name.clone(),
        team: team(agent.team_id),
        email: agent.email.clone().unwrap_or_default(),
        left: agent.left_on.map(|day| day.to_string()),
    };
    render(&AgentsPage {
        agents: listed.items.iter().map(line).collect(),
        pager: at.pager(&f, listed.next.as_ref()),
        filter: at.typed(),
        filtered: at.filtered(&["team", "number", "name", "left"]),
        at,
        left: yes_or_no(&f, ("left", "已离职"), ("at work", "在职")),
        teams: team_choices(&placed),
        may_write: visitor.may(Action::PeopleWrite),
        f,
    })
}

#[derive(Template)]
#[template(path = "people/agent_new.html")]
struct NewAgentPage {
    f: Frame,
    form: Typed,
    teams: Vec<Choice>,
    languages: Vec<Choice>,
}

async fn page(app: &App, visitor: &Visitor, form: Typed) -> Result<NewAgentPage, Trouble> {
    visitor.actor().may(Action::PeopleWrite).or_trouble(visitor)?;
    let placed = tree(app, visitor.actor()).await.or_trouble(visitor)?;
    Ok(NewAgentPage { f: visitor.frame.clone(), form, teams: team_choices(&placed), languages: languages() })
}

async fn begin(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    render(&page(&app, &visitor, at.typed()).await?)
}

async fn create(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let mut from = Reading::of(&form.typed);
    let (team_id, team_from, left_on) = (from.needed("team_id"), from.day("team_from"), from.day("left_on"));
    let (language, email) = (from.value("language").unwrap_or(Language::Zh), from.optional("email"));
    let (employee_no, name) = (from.text("employee_no"), from.text("name"));
    let made = match (from.finish(), team_id) {
        (Ok(()), Some(team_id)) => {
            let input = AgentInput { employee_no, name, email, language, team_id, team_from, left_on };
            agents::create::create(&app, visitor.actor(), input).await
        }
        (refused, _) => Err(refused.err().map_or_else(|| Error::Damaged("a team that is there and is not".into()), Error::from)),
    };
    match made {
        Ok(agent) => Ok(go(&format!("/people/agents/{}?done=created", agent.id))),
        Err(error) => {
            let refusal = mendable(visitor, error)?;
            render_as(HttpResponse::BadRequest(), &page(&app, visitor, form.typed.clone().refused(&visitor.frame, &refusal)).await?)
        }
    }
}
