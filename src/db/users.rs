//! Log-ins and the roles that they hold.

use diesel::prelude::*;

use super::both::natively;
use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{grants, users};
use super::tx::Tx;
use crate::domain::Refusal;
use crate::domain::access::{Grant, GrantReach, ReachKind, Role};
use crate::domain::id::{AgentId, GrantId, TeamId, UserId, VendorId};
use crate::domain::language::Language;

/// A log-in as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct UserRow {
    /// The id.
    pub id: UserId,
    /// The name typed to log in.
    pub username: String,
    /// The person's name.
    pub name: String,
    /// Where mail goes.
    pub email: Option<String>,
    /// The language that the person reads.
    pub language: Language,
    /// The agent that the person is.
    pub agent_id: Option<AgentId>,
    /// Whether the person may log in.
    pub active: bool,
    /// Rises with each change.
    pub version: i32,
}

/// Stores a new log-in.
///
/// # Errors
/// `Conflict` with code `username_taken` or `agent_taken`.
pub fn insert(tx: &mut Tx<'_>, user: &UserRow, password_hash: Option<&str>) -> Result<()> {
    diesel::insert_into(users::table)
        .values((
            users::id.eq(user.id),
            users::username.eq(&user.username),
            users::name.eq(&user.name),
            users::email.eq(user.email.as_deref()),
            users::language.eq(user.language),
            users::password_hash.eq(password_hash),
            users::agent_id.eq(user.agent_id),
            users::active.eq(user.active),
            users::version.eq(user.version),
            users::created_at.eq(tx.at()),
        ))
        .execute(tx.conn)
        .map_err(super::Error::from)
        .map_err(|e| {
            e.or_unique("users_username_unique", "users.username", || {
                Refusal::conflict("username_taken", format!("there is already a user `{}`", user.username))
            })
        })
        .map_err(agent_taken)?;
    Ok(())
}

/// Turns the violation of "one log-in for each agent" into a refusal.
pub(super) fn agent_taken(error: super::Error) -> super::Error {
    error.or_unique("users_agent_unique", "users.agent_id", || Refusal::conflict("agent_taken", "this agent already has a log-in"))
}

/// Gives a user one more role.
///
/// # Errors
/// What the database says.
pub fn insert_grant(tx: &mut Tx<'_>, user: UserId, grant: &Grant) -> Result<GrantId> {
    let id = tx.id::<GrantId>();
    let (kind, vendor, team) = match grant.reach {
        GrantReach::All => (ReachKind::All, None, None),
        GrantReach::Vendor(vendor) => (ReachKind::Vendor, Some(vendor), None),
        GrantReach::Team(team) => (ReachKind::Team, None, Some(team)),
        GrantReach::Own => (ReachKind::Own, None, None),
    };
    diesel::insert_into(grants::table)
        .values((
            grants::id.eq(id),
            grants::user_id.eq(user),
            grants::role.eq(grant.role),
            grants::reach.eq(kind),
            grants::vendor_id.eq(vendor),
            grants::team_id.eq(team),
            grants::created_at.eq(tx.at()),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

/// The roles that a user holds.
///
/// # Errors
/// `Damaged` where a grant names no vendor or team and should.
pub fn grants_of(conn: &mut AnyConnection, user: UserId) -> Result<Vec<(GrantId, Grant)>> {
    type Row = (GrantId, Role, ReachKind, Option<VendorId>, Option<TeamId>);
    let columns = (grants::id, grants::role, grants::reach, grants::vendor_id, grants::team_id);
    let rows: Vec<Row> = natively!(conn, load, grants::table.filter(grants::user_id.eq(user)).order(grants::id).select(columns))?;
    rows.into_iter()
        .map(|(id, role, kind, vendor, team)| {
            let damaged = || super::Error::Damaged(format!("grant {id} says {kind} but names none"));
            let reach = match kind {
                ReachKind::All => GrantReach::All,
                ReachKind::Vendor => GrantReach::Vendor(vendor.ok_or_else(damaged)?),
                ReachKind::Team => GrantReach::Team(team.ok_or_else(damaged)?),
                ReachKind::Own => GrantReach::Own,
            };
            Ok((id, Grant { role, reach }))
        })
        .collect()
}

/// Whether there is any log-in at all.
///
/// # Errors
/// What the database says.
pub fn any(conn: &mut AnyConnection) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(users::table.select(users::id))).get_result(conn)?)
}

/// What a letter or a page says of a person.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Named {
    /// The person's name.
    pub name: String,
    /// The language that the person reads.
    pub language: Language,
}

/// A person's name and language.
///
/// # Errors
/// What the database says.
pub fn named(conn: &mut AnyConnection, id: UserId) -> Result<Option<Named>> {
    Ok(users::table.find(id).select((users::name, users::language)).first(conn).optional()?)
}
