//! Names the people and the agents that a page knows only by their ids.

use std::collections::HashMap;

use crate::app::App;
use crate::db::Result;
use crate::db::views::names;
use crate::domain::access::{Action, Actor};
use crate::domain::id::{AgentId, UserId};

/// Names by ids; whoever is not there or out of reach has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    users: HashMap<UserId, String>,
    agents: HashMap<AgentId, (String, String)>,
}

impl Names {
    /// The name of a user, empty where it is not known.
    pub fn user(&self, id: UserId) -> &str {
        self.users.get(&id).map_or("", String::as_str)
    }

    /// Name and employee number of an agent, where they are known.
    pub fn agent(&self, id: AgentId) -> Option<String> {
        self.agents.get(&id).map(|(number, name)| format!("{name} {number}"))
    }
}

/// The names of users who took part in what the caller may see, and of agents within the caller's reach.
///
/// # Permissions
/// For users anybody who is logged in: give it only the ids of what the caller was shown. For agents `people.read`; without it, none.
///
/// # Errors
/// `Forbidden` for who is not a person.
pub async fn introduce(app: &App, actor: &Actor, users: Vec<UserId>, agents: Vec<AgentId>) -> Result<Names> {
    actor.person()?;
    let reach = actor.reach(Action::PeopleRead).ok();
    app.read(move |conn| {
        let agents = match &reach {
            Some(reach) => names::agents(conn, reach, &agents)?,
            None => HashMap::new(),
        };
        Ok(Names { users: names::users(conn, &users)?, agents })
    })
    .await
}
