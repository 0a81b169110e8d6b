//! Writes the users as CSV, in the form that an import reads.

use std::collections::HashMap;

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor, Reach, ReachKind};
use crate::domain::csv_table::push_row;
use crate::domain::grant::{GrantCell, GrantInput};
use crate::domain::id::{TeamId, VendorId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::user::UserFilter;

/// A page of `users.csv` as text, without the header row and without passwords.
///
/// # Permissions
/// `users.read`; writes who is within reach.
///
/// # Errors
/// `Forbidden`.
pub async fn export(app: &App, actor: &Actor, filter: UserFilter, page: PageRequest) -> Result<Page<String>> {
    let reach = actor.reach(Action::UserRead)?;
    app.read(move |conn| {
        let users = db::user_list::page(conn, &reach, &filter, &page)?;
        let everything = Reach::everything();
        let teams: HashMap<_, _> = db::teams::all(conn)?.into_iter().map(|team| (team.id, team.code)).collect();
        let vendors: HashMap<_, _> = db::vendors::all(conn, &everything)?.into_iter().map(|vendor| (vendor.id, vendor.code)).collect();
        let agents: Vec<_> = users.items.iter().filter_map(|user| user.agent_id).collect();
        let numbers = db::agents::numbers_of(conn, &agents)?;
        Ok(users.map(|user| {
            let roles: Vec<_> = user.grants.iter().map(|grant| cell(grant, &vendors, &teams).to_string()).collect();
            let agent = user.agent_id.and_then(|id| numbers.get(&id)).map_or("", String::as_str);
            let email = user.email.as_deref().unwrap_or("");
            let active = if user.active { "true" } else { "false" };
            let mut row = String::new();
            push_row(&mut row, [user.username.as_str(), &user.name, email, user.language.as_str(), agent, active, &roles.join("; ")]);
            row
        }))
    })
    .await
}

/// How a file writes a role.
fn cell(grant: &GrantInput, vendors: &HashMap<VendorId, String>, teams: &HashMap<TeamId, String>) -> GrantCell {
    let code = match grant.reach {
        Some(ReachKind::Vendor) => grant.vendor_id.and_then(|id| vendors.get(&id)).cloned(),
        Some(ReachKind::Team) => grant.team_id.and_then(|id| teams.get(&id)).cloned(),
        Some(ReachKind::All | ReachKind::Own) | None => None,
    };
    GrantCell { role: grant.role, reach: grant.reach, code }
}
