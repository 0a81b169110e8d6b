//! Changes a team.

use super::check_place;
use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::id::TeamId;
use crate::domain::team::{Team, TeamChange, TeamInput, TeamTree};
use crate::domain::version;

/// Changes what the caller names, on the version that the caller last saw.
///
/// # Permissions
/// `people.write`; the team must be within reach, and so must the new place of one that moves.
///
/// # Errors
/// `NotFound`, `Stale`, or `Invalid` with the fields at fault.
pub async fn change(app: &App, actor: &Actor, id: TeamId, seen: i32, change: TeamChange) -> Result<Team> {
    let reach = actor.reach(Action::PeopleWrite)?;
    app.write(actor, move |tx| {
        let before = db::teams::find(tx.conn, id, &reach)?;
        version::check(seen, before.version)?;
        let after = before.input().changed(change.clone())?;
        if (after.parent_id, after.vendor_id) != (before.parent_id, before.vendor_id) {
            let within = db::teams::ids_within(tx.conn, &reach)?;
            check_place(&reach, within.as_ref(), after.parent_id, after.vendor_id)?;
            if let Some(vendor) = after.vendor_id {
                db::vendors::check_exists(tx.conn, vendor)?;
            }
        }
        let mut tree = db::teams::tree_of(&db::teams::all(tx.conn)?);
        let team = store(tx, &mut tree, before.clone(), after)?;
        if team.parent_id != before.parent_id {
            db::teams::store_places(tx, &tree, &[id])?;
        }
        Ok(team)
    })
    .await
}

/// Stores what has changed with its audit line, within a transaction; its place goes into the tree only. Nothing where nothing has changed.
pub(super) fn store(tx: &mut Tx<'_>, tree: &mut TeamTree, before: Team, after: TeamInput) -> Result<Team> {
    let vendor_id = tree.place(before.id, after.parent_id, after.vendor_id)?;
    let after = TeamInput { vendor_id, ..after };
    if before.input() == after {
        return Ok(before);
    }
    let team = Team {
        name: after.name,
        parent_id: after.parent_id,
        vendor_id,
        archived_at: after.archived.then(|| before.archived_at.unwrap_or(tx.now)),
        version: before.version.saturating_add(1),
        ..before.clone()
    };
    db::teams::update(tx, &team)?;
    tx.audit("team.changed", ("team", &team.id), Some(&before), Some(&team), None)?;
    Ok(team)
}
