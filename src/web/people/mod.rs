//! The people of the centre: vendors, teams, agents, users and their attendance.

pub mod agent;
pub mod agents;
pub mod attendance;
pub mod teams;
pub mod user_form;
pub mod users;
pub mod vendors;

use actix_web::web;

use super::page::Frame;
use super::pieces::Choice;
use crate::app::App;
use crate::domain::access::Actor;
use crate::domain::id::TeamId;
use crate::domain::language::Language;
use crate::domain::page::PageRequest;
use crate::domain::team::Team;
use crate::usecases::{self, Result};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    vendors::routes(config);
    teams::routes(config);
    agents::routes(config);
    agent::routes(config);
    users::routes(config);
    user_form::routes(config);
    attendance::routes(config);
}

/// Everything in one page, for lists that are never long.
const WHOLE: PageRequest = PageRequest { limit: 20_000, after: None };

/// A team with how deep it stands below the top.
struct Placed {
    team: Team,
    depth: usize,
}

/// The teams within reach in the order of their tree, each below the one above it.
async fn tree(app: &App, actor: &Actor) -> Result<Vec<Placed>> {
    let teams = usecases::teams::list::list(app, actor, Default::default(), WHOLE).await?.items;
    let known = |id: TeamId| teams.iter().any(|team| team.id == id);
    let roots: Vec<&Team> = teams.iter().filter(|team| team.parent_id.is_none_or(|parent| !known(parent))).collect();
    let mut open: Vec<(&Team, usize)> = roots.into_iter().rev().map(|team| (team, 0)).collect();
    let mut placed: Vec<Placed> = Vec::with_capacity(teams.len());
    while let Some((team, depth)) = open.pop() {
        if placed.len() >= teams.len() {
            break;
        }
        placed.push(Placed { team: team.clone(), depth });
        let below = teams.iter().rev().filter(|other| other.parent_id == Some(team.id));
        open.extend(below.map(|other| (other, depth.saturating_add(1))));
    }
    Ok(placed)
}

/// The teams for choosing one, indented by their depth.
fn team_choices(tree: &[Placed]) -> Vec<Choice> {
    let standing = tree.iter().filter(|placed| placed.team.archived_at.is_none());
    standing
        .map(|Placed { team, depth }| Choice::new(team.id, format!("{}{} ({})", "\u{2003}".repeat(*depth), team.name, team.code)))
        .collect()
}

/// The languages of pages and mails.
fn languages() -> Vec<Choice> {
    vec![Choice::new(Language::Zh, "中文"), Choice::new(Language::En, "English")]
}

/// The two answers to a question that a filter asks.
pub(super) fn yes_or_no(f: &Frame, yes: (&str, &str), no: (&str, &str)) -> Vec<Choice> {
    vec![Choice::new("true", f.t(yes.0, yes.1)), Choice::new("false", f.t(no.0, no.1))]
}
