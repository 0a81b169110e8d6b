//! Changes an agent, but for the team.

use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::agent::{Agent, AgentChange, AgentFacts};
use crate::domain::id::AgentId;
use crate::domain::version;

/// Changes what the caller names, on the version that the caller last saw.
///
/// # Permissions
/// `people.write`, within reach.
///
/// # Errors
/// `NotFound`, `Stale`, or `Invalid` with every field at fault.
pub async fn change(app: &App, actor: &Actor, id: AgentId, seen: i32, change: AgentChange) -> Result<Agent> {
    let reach = actor.reach(Action::PeopleWrite)?;
    app.write(actor, move |tx| {
        let before = db::agents::find(tx.conn, id, &reach)?;
        version::check(seen, before.version)?;
        let after = before.facts().changed(change.clone())?;
        store(tx, before, after)
    })
    .await
}

/// Stores what has changed with its audit line, within a transaction; nothing where nothing has.
pub(super) fn store(tx: &mut Tx<'_>, before: Agent, after: AgentFacts) -> Result<Agent> {
    if before.facts() == after {
        return Ok(before);
    }
    let agent = Agent {
        name: after.name,
        email: after.email,
        language: after.language,
        left_on: after.left_on,
        version: before.version.saturating_add(1),
        ..before.clone()
    };
    db::agents::update(tx, &agent)?;
    tx.audit("agent.changed", ("agent", &agent.id), Some(&before), Some(&agent), None)?;
    Ok(agent)
}
