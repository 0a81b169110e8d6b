//! Users with their roles, as lists and edits know them. Log-ins as such are in [`super::users`].

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::{AnyConnection, MultiBackend};
use super::error::Result;
use super::schema::{grants, users};
use super::scope;
use super::sql_types::At;
use super::tx::Tx;
use super::users::{agent_taken, insert_grant};
use crate::domain::Refusal;
use crate::domain::access::{Reach, ReachKind, Role};
use crate::domain::grant::GrantInput;
use crate::domain::id::{AgentId, TeamId, UserId, VendorId};
use crate::domain::language::Language;
use crate::domain::page::{Page, PageRequest};
use crate::domain::user::{User, UserFilter};

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct Row {
    id: UserId,
    username: String,
    name: String,
    email: Option<String>,
    language: Language,
    agent_id: Option<AgentId>,
    active: bool,
    #[diesel(deserialize_as = At)]
    created_at: DateTime<Utc>,
    version: i32,
}

type Visible =
    Box<dyn diesel::BoxableExpression<users::table, MultiBackend, SqlType = diesel::sql_types::Nullable<diesel::sql_types::Bool>>>;

/// The users within reach: those who are an agent within reach, those who hold a role over a team or vendor within reach, and oneself.
fn visible(reach: &Reach) -> Visible {
    let lead = grants::table
        .filter(scope::teams(grants::team_id, reach).or(grants::vendor_id.eq_any(reach.vendors.clone())))
        .select(grants::user_id);
    let oneself = users::id.eq_any(reach.user).or(users::id.eq_any(lead));
    Box::new(scope::agents(users::agent_id, reach).or(oneself).nullable())
}

fn with_grants(conn: &mut AnyConnection, rows: Vec<Row>) -> Result<Vec<User>> {
    let ids: Vec<UserId> = rows.iter().map(|row| row.id).collect();
    let found = grants::table
        .filter(grants::user_id.eq_any(&ids))
        .order(grants::id)
        .select((grants::user_id, grants::role, grants::reach, grants::vendor_id, grants::team_id))
        .load::<(UserId, Role, ReachKind, Option<VendorId>, Option<TeamId>)>(conn)?;
    let mut held: HashMap<UserId, Vec<GrantInput>> = HashMap::new();
    for (user, role, reach, vendor_id, team_id) in found {
        held.entry(user).or_default().push(GrantInput { role, reach: Some(reach), vendor_id, team_id });
    }
    Ok(rows
        .into_iter()
        .map(|row| User {
            grants: held.remove(&row.id).unwrap_or_default(),
            id: row.id,
            username: row.username,
            name: row.name,
            email: row.email,
            language: row.language,
            agent_id: row.agent_id,
            active: row.active,
            created_at: row.created_at,
            version: row.version,
        })
        .collect())
}

/// The user with this id.
///
/// # Errors
/// `NotFound` where there is none within reach.
pub fn find(conn: &mut AnyConnection, id: UserId, reach: &Reach) -> Result<User> {
    let rows = users::table.filter(users::id.eq(id)).filter(visible(reach)).select(Row::as_select()).load::<Row>(conn)?;
    with_grants(conn, rows)?.pop().ok_or_else(|| Refusal::not_found("user", id).into())
}

/// The users with these names to log in with, at most a few thousand, whatever the reach.
///
/// # Errors
/// What the database says.
pub fn with_usernames(conn: &mut AnyConnection, names: &[String]) -> Result<HashMap<String, User>> {
    let rows = users::table.filter(users::username.eq_any(names)).select(Row::as_select()).load::<Row>(conn)?;
    Ok(with_grants(conn, rows)?.into_iter().map(|user| (user.username.clone(), user)).collect())
}

/// A page of the users within reach, by username.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, reach: &Reach, filter: &UserFilter, page: &PageRequest) -> Result<Page<User>> {
    let mut query = users::table.filter(visible(reach)).select(Row::as_select()).into_boxed();
    query = query.order((users::username, users::id)).limit(page.fetch());
    if let Some(username) = &filter.username {
        query = query.filter(users::username.eq(username.clone()));
    }
    if let Some(text) = &filter.text {
        let pattern = format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        query = query.filter(users::username.like(pattern.clone()).escape('\\').or(users::name.like(pattern).escape('\\')));
    }
    if let Some(role) = filter.role {
        query = query.filter(users::id.eq_any(grants::table.filter(grants::role.eq(role)).select(grants::user_id)));
    }
    if let Some(active) = filter.active {
        query = query.filter(users::active.eq(active));
    }
    if let Some(after) = &page.after {
        let name = after.key.clone();
        query = query.filter(users::username.gt(name.clone()).or(users::username.eq(name).and(users::id.gt(UserId(after.id)))));
    }
    let rows = query.load::<Row>(conn)?;
    let users = with_grants(conn, rows)?;
    Ok(page.page(users, |user: &User| (user.username.clone(), user.id.0)))
}

/// Stores what has changed in a user, with the new version and all roles.
///
/// # Errors
/// `Conflict` with code `agent_taken`.
pub fn update(tx: &mut Tx<'_>, user: &User) -> Result<()> {
    diesel::update(users::table.find(user.id))
        .set((
            users::name.eq(&user.name),
            users::email.eq(user.email.as_deref()),
            users::language.eq(user.language),
            users::agent_id.eq(user.agent_id),
            users::active.eq(user.active),
            users::version.eq(user.version),
        ))
        .execute(tx.conn)
        .map_err(super::Error::from)
        .map_err(agent_taken)?;
    store_grants(tx, user)
}

/// Stores a user's roles in place of those held before.
///
/// # Errors
/// What the database says.
pub fn store_grants(tx: &mut Tx<'_>, user: &User) -> Result<()> {
    diesel::delete(grants::table.filter(grants::user_id.eq(user.id))).execute(tx.conn)?;
    for grant in &user.grants {
        insert_grant(tx, user.id, &grant.checked()?)?;
    }
    Ok(())
}

/// Whether anybody but this user can administer the whole centre.
///
/// # Errors
/// What the database says.
pub fn others_administer(conn: &mut AnyConnection, id: UserId) -> Result<bool> {
    let others = users::table
        .inner_join(grants::table)
        .filter(users::id.ne(id))
        .filter(users::active.eq(true))
        .filter(grants::role.eq(Role::Admin))
        .filter(grants::reach.eq(ReachKind::All))
        .select(users::id);
    Ok(others.first::<UserId>(conn).optional()?.is_some())
}

/// The usernames of the users who are these agents, at most a few thousand.
///
/// # Errors
/// What the database says.
pub fn usernames_of(conn: &mut AnyConnection, agents: &[AgentId]) -> Result<HashMap<AgentId, String>> {
    let rows = users::table
        .filter(users::agent_id.eq_any(agents))
        .select((users::agent_id, users::username))
        .load::<(Option<AgentId>, String)>(conn)?;
    Ok(rows.into_iter().filter_map(|(agent, name)| Some((agent?, name))).collect())
}
