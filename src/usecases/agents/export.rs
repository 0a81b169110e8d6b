//! Writes the agents as CSV, in the form that an import reads.

use std::collections::HashMap;

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::agent::AgentFilter;
use crate::domain::csv_table::push_row;
use crate::domain::page::{Page, PageRequest};

/// A page of `agents.csv` as text, without the header row: each with the team of the latest stay.
///
/// # Permissions
/// `people.read`; writes what is within reach.
///
/// # Errors
/// `Forbidden`.
pub async fn export(app: &App, actor: &Actor, filter: AgentFilter, page: PageRequest) -> Result<Page<String>> {
    let reach = actor.reach(Action::PeopleRead)?;
    app.read(move |conn| {
        let agents = db::agents::page(conn, &reach, &filter, &page)?;
        let codes: HashMap<_, _> = db::teams::all(conn)?.into_iter().map(|team| (team.id, team.code)).collect();
        let ids: Vec<_> = agents.items.iter().map(|agent| agent.id).collect();
        let histories = db::agents::histories(conn, &ids)?;
        Ok(agents.map(|agent| {
            let stay = histories.get(&agent.id).and_then(|history| history.last());
            let team = stay.and_then(|stay| codes.get(&stay.team)).map_or("", String::as_str);
            let from = stay.map(|stay| stay.from.to_string()).unwrap_or_default();
            let left = agent.left_on.map(|day| day.to_string()).unwrap_or_default();
            let email = agent.email.as_deref().unwrap_or("");
            let mut row = String::new();
            push_row(&mut row, [agent.employee_no.as_str(), agent.name.as_str(), email, agent.language.as_str(), team, &from, &left]);
            row
        }))
    })
    .await
}
