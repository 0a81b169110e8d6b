//! Teams: the tree, and the form of one.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Placed, WHOLE, team_choices, tree, yes_or_no};
use crate::app::App;
use crate::domain::access::Action;
use crate::domain::id::{TeamId, VendorId};
use crate::domain::refusal::Refused;
use crate::domain::team::{TeamChange, TeamInput};
use crate::usecases::{Error, teams, vendors};
use crate::web::address::{Address, sort_rows};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/people/teams", web::get().to(list))
        .route("/people/teams", web::post().to(create))
        .route("/people/teams/new", web::get().to(begin))
        .route("/people/teams/{id}", web::get().to(edit))
        .route("/people/teams/{id}", web::post().to(change));
}

#[derive(Template)]
#[template(path = "people/teams.html")]
struct TeamsPage {
    f: Frame,
    at: Address,
    filter: Typed,
    archived: Vec<Choice>,
    vendors: Vec<Choice>,
    may_write: bool,
    teams: Vec<TeamLine>,
}

struct TeamLine {
    id: TeamId,
    code: String,
    name: String,
    vendor: String,
    depth: usize,
    archived: bool,
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let actor = visitor.actor();
    let placed = tree(&app, actor).await.or_trouble(&visitor)?;
    let vendors = vendors::list::list(&app, actor, WHOLE).await.or_trouble(&visitor)?.items;
    let (wanted, archived) = (at.read::<VendorId>("vendor"), at.read::<bool>("archived"));
    let fits = |placed: &&Placed| {
        wanted.is_none_or(|vendor| placed.team.vendor_id == Some(vendor))
            && archived.is_none_or(|yes| placed.team.archived_at.is_some() == yes)
    };
    let own = || f.t("the centre itself", "本中心").to_owned();
    let vendor = |id: Option<VendorId>| {
        id.map_or_else(own, |id| vendors.iter().find(|vendor| vendor.id == id).map_or_else(|| id.to_string(), |vendor| vendor.name.clone()))
    };
    let as_tree = at.filled("sort").is_none();
    let line = |Placed { team, depth }: &Placed| TeamLine {
        id: team.id,
        code: team.code.clone(),
        name: team.name.clone(),
        vendor: vendor(team.vendor_id),
        depth: if as_tree { (*depth).min(5) } else { 0 },
        archived: team.archived_at.is_some(),
    };
    let mut teams: Vec<TeamLine> = placed.iter().filter(fits).map(line).collect();
    match at.order("tree") {
        ("name", down) => sort_rows(&mut teams, down, |team| team.name.clone()),
        ("code", down) => sort_rows(&mut teams, down, |team| team.code.clone()),
        ("vendor", down) => sort_rows(&mut teams, down, |team| (team.vendor.clone(), team.name.clone())),
        _ => {}
    }
    render(&TeamsPage {
        filter: at.typed(),
        at,
        archived: yes_or_no(&f, ("archived", "已归档"), ("in use", "使用中")),
        vendors: vendors.iter().map(|vendor| Choice::new(vendor.id, vendor.name.clone())).collect(),
        may_write: visitor.may(Action::PeopleWrite),
        teams,
        f,
    })
}

#[derive(Template)]
#[template(path = "people/team.html")]
struct TeamPage {
    f: Frame,
    form: Typed,
    id: Option<TeamId>,
    parents: Vec<Choice>,
    vendors: Vec<Choice>,
}

async fn page(app: &App, visitor: &Visitor, id: Option<TeamId>, form: Typed) -> Result<TeamPage, Trouble> {
    let actor = visitor.actor();
    actor.may(Action::PeopleWrite).or_trouble(visitor)?;
    let mut placed = tree(app, actor).await.or_trouble(visitor)?;
    placed.retain(|placed| Some(placed.team.id) != id);
    let vendors = vendors::list::list(app, actor, WHOLE).await.or_trouble(visitor)?.items;
    let vendors = vendors.iter().map(|vendor| Choice::new(vendor.id, vendor.name.clone())).collect();
    Ok(TeamPage { f: visitor.frame.clone(), form, id, parents: team_choices(&placed), vendors })
}

async fn begin(app: web::Data<App>, visitor: Visitor) -> Result<HttpResponse, Trouble> {
    render(&page(&app, &visitor, None, Typed::default()).await?)
}

async fn edit(app: web::Data<App>, visitor: Visitor, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = visitor.place::<TeamId>(&path)?;
    let team = teams::show::show(&app, visitor.actor(), id).await.or_trouble(&visitor)?;
    let text = |id: Option<String>| id.unwrap_or_default();
    let archived = if team.archived_at.is_some() { "on" } else { "" };
    let fields = [
        ("code", team.code),
        ("name", team.name),
        ("parent_id", text(team.parent_id.map(|id| id.to_string()))),
        ("vendor_id", text(team.vendor_id.map(|id| id.to_string()))),
        ("archived", archived.into()),
        ("version", team.version.to_string()),
    ];
    render(&page(&app, &visitor, Some(id), Typed::showing(fields)).await?)
}

fn read(typed: &Typed) -> Refused<TeamInput> {
    let mut from = Reading::of(typed);
    let input = TeamInput {
        code: from.text("code"),
        name: from.text("name"),
        parent_id: from.value("parent_id"),
        vendor_id: from.value("vendor_id"),
        archived: from.yes("archived"),
    };
    from.finish().map(|()| input)
}

async fn again(app: &App, form: &Form, id: Option<TeamId>, error: Error) -> Result<HttpResponse, Trouble> {
    let refusal = mendable(&form.visitor, error)?;
    render_as(HttpResponse::BadRequest(), &page(app, &form.visitor, id, form.typed.clone().refused(&form.visitor.frame, &refusal)).await?)
}

async fn create(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let made = match read(&form.typed) {
        Ok(input) => teams::create::create(&app, form.visitor.actor(), input).await,
        Err(refusal) => Err(refusal.into()),
    };
    match made {
        Ok(_) => Ok(go("/people/teams?done=created")),
        Err(error) => again(&app, &form, None, error).await,
    }
}

async fn change(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<TeamId>(&path)?;
    let seen = form.typed.get("version").parse().unwrap_or(0);
    let changed = match read(&form.typed) {
        Ok(input) => {
            let TeamInput { name, parent_id, vendor_id, archived, .. } = input;
            let change = TeamChange { name: Some(name), parent_id: Some(parent_id), vendor_id: Some(vendor_id), archived: Some(archived) };
            teams::change::change(&app, form.visitor.actor(), id, seen, change).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    match changed {
        Ok(_) => Ok(go("/people/teams?done=saved")),
        Err(error) => again(&app, &form, Some(id), error).await,
    }
}
