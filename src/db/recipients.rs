//! Who is to hear of something: the active users who hold a role, everywhere or for a team.

use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{grants, team_ancestors, teams, users};
use crate::domain::access::{ReachKind, Role};
use crate::domain::id::{AgentId, TeamId, UserId, VendorId};

/// Those who hold a role that reaches the whole centre.
///
/// # Errors
/// What the database says.
pub fn everywhere(conn: &mut AnyConnection, role: Role) -> Result<Vec<UserId>> {
    let mut found: Vec<UserId> = grants::table
        .inner_join(users::table)
        .filter(users::active.eq(true).and(grants::role.eq(role)).and(grants::reach.eq(ReachKind::All)))
        .select(users::id)
        .load(conn)?;
    found.sort();
    found.dedup();
    Ok(found)
}

/// Those who hold a role for a team: granted for the team itself, one above it, or its vendor. Not those who hold it for the whole centre.
///
/// # Errors
/// What the database says.
pub fn of_team(conn: &mut AnyConnection, role: Role, team: TeamId) -> Result<Vec<UserId>> {
    let above: Vec<TeamId> =
        team_ancestors::table.filter(team_ancestors::team_id.eq(team)).select(team_ancestors::ancestor_id).load(conn)?;
    let vendor: Option<VendorId> = teams::table.find(team).select(teams::vendor_id).first(conn).optional()?.flatten();
    let holders = grants::table.inner_join(users::table).filter(users::active.eq(true).and(grants::role.eq(role)));
    let mut found: Vec<UserId> = holders
        .clone()
        .filter(grants::reach.eq(ReachKind::Team).and(grants::team_id.eq_any(above)))
        .select(users::id)
        .load(conn)?;
    if let Some(vendor) = vendor {
        let mut of_vendor: Vec<UserId> =
            holders.filter(grants::reach.eq(ReachKind::Vendor).and(grants::vendor_id.eq(vendor))).select(users::id).load(conn)?;
        found.append(&mut of_vendor);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// The user that an agent logs in as.
///
/// # Errors
/// What the database says.
pub fn user_of_agent(conn: &mut AnyConnection, agent: AgentId) -> Result<Option<UserId>> {
    Ok(users::table.filter(users::agent_id.eq(agent).and(users::active.eq(true))).select(users::id).first(conn).optional()?)
}
