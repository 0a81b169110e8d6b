//! Writes the teams as CSV, in the form that an import reads.

use std::collections::HashMap;

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::csv_table::push_row;
use crate::domain::page::{Page, PageRequest};
use crate::domain::team::TeamFilter;

/// A page of `teams.csv` as text, without the header row. Teams and vendors are named by their codes, also where those are out of reach.
///
/// # Permissions
/// `people.read`; writes what is within reach.
///
/// # Errors
/// `Forbidden`.
pub async fn export(app: &App, actor: &Actor, filter: TeamFilter, page: PageRequest) -> Result<Page<String>> {
    let reach = actor.reach(Action::PeopleRead)?;
    app.read(move |conn| {
        let teams = db::teams::page(conn, &reach, &filter, &page)?;
        let codes: HashMap<_, _> = db::teams::all(conn)?.into_iter().map(|team| (team.id, team.code)).collect();
        let everything = Reach::everything();
        let vendors: HashMap<_, _> = db::vendors::all(conn, &everything)?.into_iter().map(|vendor| (vendor.id, vendor.code)).collect();
        Ok(teams.map(|team| {
            let parent = team.parent_id.and_then(|id| codes.get(&id)).map_or("", String::as_str);
            let vendor = team.vendor_id.and_then(|id| vendors.get(&id)).map_or("", String::as_str);
            let archived = if team.archived_at.is_some() { "true" } else { "false" };
            let mut row = String::new();
            push_row(&mut row, [team.code.as_str(), team.name.as_str(), parent, vendor, archived]);
            row
        }))
    })
    .await
}
