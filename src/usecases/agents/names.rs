//! Names agents for lists that know only their ids, and finds those whose numbers somebody typed.

use std::collections::HashMap;

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::AgentId;

/// How many agents one query asks for.
const CHUNK: usize = 1000;

/// The employee number and the name of each of these agents that is within reach.
///
/// # Permissions
/// `people.read`, within reach.
///
/// # Errors
/// `Forbidden`.
pub async fn names(app: &App, actor: &Actor, ids: Vec<AgentId>) -> Result<HashMap<AgentId, (String, String)>> {
    let reach = actor.reach(Action::PeopleRead)?;
    app.read(move |conn| {
        let mut names = HashMap::new();
        for ids in ids.chunks(CHUNK) {
            names.extend(db::agents::names_of(conn, &reach, ids)?);
        }
        Ok(names)
    })
    .await
}

/// The agents within reach with these employee numbers; a number that is nobody's is absent.
///
/// # Permissions
/// `people.read`, within reach.
///
/// # Errors
/// `Forbidden`.
pub async fn numbered(app: &App, actor: &Actor, numbers: Vec<String>) -> Result<HashMap<String, AgentId>> {
    let reach = actor.reach(Action::PeopleRead)?;
    app.read(move |conn| {
        let mut found = HashMap::new();
        for numbers in numbers.chunks(CHUNK) {
            let agents = db::agents::with_numbers(conn, numbers)?;
            let ids: Vec<AgentId> = agents.values().map(|agent| agent.id).collect();
            let within = db::agents::ids_within(conn, &reach, &ids)?;
            found.extend(agents.into_iter().filter(|(_, agent)| within.contains(&agent.id)).map(|(number, agent)| (number, agent.id)));
        }
        Ok(found)
    })
    .await
}
