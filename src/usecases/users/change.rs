//! Changes a user and the roles.

use super::create::check_references;
use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::UserId;
use crate::domain::user::{User, UserChange, UserFacts};
use crate::domain::version;

/// Changes what the caller names, on the version that the caller last saw. Roles that are given replace all that were held.
///
/// # Permissions
/// `users.write` for the whole centre.
///
/// # Errors
/// `NotFound`, `Stale`, `Invalid` with the fields at fault; `Conflict` with code `agent_taken` or `last_admin`.
pub async fn change(app: &App, actor: &Actor, id: UserId, seen: i32, change: UserChange) -> Result<User> {
    actor.may_everywhere(Action::UserWrite)?;
    let reach = actor.reach(Action::UserWrite)?;
    app.write(actor, move |tx| {
        let before = db::user_list::find(tx.conn, id, &reach)?;
        version::check(seen, before.version)?;
        let after = before.facts().changed(change.clone())?;
        check_references(tx.conn, after.agent_id, &after.grants)?;
        store(tx, before, after)
    })
    .await
}

/// Stores what has changed with its audit line, within a transaction; nothing where nothing has. Somebody must be left who administers the
/// centre.
pub(super) fn store(tx: &mut Tx<'_>, before: User, after: UserFacts) -> Result<User> {
    let was = before.facts();
    if was == after {
        return Ok(before);
    }
    if was.administers() && !after.administers() && !db::user_list::others_administer(tx.conn, before.id)? {
        return Err(Refusal::conflict("last_admin", "nobody else administers the centre; give somebody the role admin first").into());
    }
    let user = User {
        name: after.name,
        email: after.email,
        language: after.language,
        agent_id: after.agent_id,
        active: after.active,
        grants: after.grants,
        version: before.version.saturating_add(1),
        ..before.clone()
    };
    db::user_list::update(tx, &user)?;
    tx.audit("user.changed", ("user", &user.id), Some(&before), Some(&user), None)?;
    Ok(user)
}
