//! Notes a new user.

use crate::app::App;
use crate::db::users::UserRow;
use crate::db::{self, AnyConnection, Result, Tx};
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::grant::GrantInput;
use crate::domain::id::AgentId;
use crate::domain::user::{User, UserFacts, UserInput};

/// Stores a new user, who cannot log in with a password until one is set.
///
/// # Permissions
/// `users.write` for the whole centre.
///
/// # Errors
/// `Invalid` with the fields at fault; `Conflict` with code `username_taken` or `agent_taken`.
pub async fn create(app: &App, actor: &Actor, input: UserInput) -> Result<User> {
    actor.may_everywhere(Action::UserWrite)?;
    let facts = input.clone().checked()?;
    app.write_once(actor, "users.create", &input, move |tx| {
        check_references(tx.conn, facts.agent_id, &facts.grants)?;
        store(tx, &facts)
    })
    .await
}

/// Makes sure that the agent, the vendors and the teams that a user names are there.
pub(super) fn check_references(conn: &mut AnyConnection, agent: Option<AgentId>, grants: &[GrantInput]) -> Result<()> {
    let everything = Reach::everything();
    if let Some(agent) = agent {
        db::agents::find(conn, agent, &everything).map_err(|e| db::teams::or_invalid(e, "agent_id", "there is no such agent"))?;
    }
    for grant in grants {
        if let Some(vendor) = grant.vendor_id {
            db::vendors::find(conn, vendor, &everything)
                .map_err(|e| db::teams::or_invalid(e, "grants", &format!("there is no vendor {vendor}")))?;
        }
        if let Some(team) = grant.team_id {
            db::teams::find(conn, team, &everything)
                .map_err(|e| db::teams::or_invalid(e, "grants", &format!("there is no team {team}")))?;
        }
    }
    Ok(())
}

/// Stores a new user with the roles and the audit line, within a transaction.
pub(super) fn store(tx: &mut Tx<'_>, facts: &UserFacts) -> Result<User> {
    let row = UserRow {
        id: tx.id(),
        username: facts.username.clone(),
        name: facts.name.clone(),
        email: facts.email.clone(),
        language: facts.language,
        agent_id: facts.agent_id,
        active: facts.active,
        version: 1,
    };
    db::users::insert(tx, &row, None)?;
    let user = User {
        id: row.id,
        username: row.username,
        name: row.name,
        email: row.email,
        language: row.language,
        agent_id: row.agent_id,
        active: row.active,
        grants: facts.grants.clone(),
        created_at: tx.now,
        version: row.version,
    };
    db::user_list::store_grants(tx, &user)?;
    tx.audit_new("user.created", ("user", &user.id), &user)?;
    Ok(user)
}
