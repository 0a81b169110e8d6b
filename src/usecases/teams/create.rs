//! Notes a new team.

use super::check_place;
use crate::app::App;
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::team::{Team, TeamInput, TeamTree};

/// Stores a new team in its place.
///
/// # Permissions
/// `people.write`; the team above, or the vendor of a team at the top, must be within reach.
///
/// # Errors
/// `Invalid` with the fields at fault; `Conflict` with code `code_taken`.
pub async fn create(app: &App, actor: &Actor, input: TeamInput) -> Result<Team> {
    let reach = actor.reach(Action::PeopleWrite)?;
    let input = input.checked()?;
    let command = input.clone();
    app.write_once(actor, "teams.create", &command, move |tx| {
        let within = db::teams::ids_within(tx.conn, &reach)?;
        check_place(&reach, within.as_ref(), input.parent_id, input.vendor_id)?;
        if let Some(vendor) = input.vendor_id {
            db::vendors::check_exists(tx.conn, vendor)?;
        }
        let mut tree = db::teams::tree_of(&db::teams::all(tx.conn)?);
        let team = store(tx, &mut tree, &input)?;
        db::teams::store_places(tx, &tree, &[team.id])?;
        Ok(team)
    })
    .await
}

/// Stores a new team with its audit line, within a transaction; its place goes into the tree only.
pub(super) fn store(tx: &mut Tx<'_>, tree: &mut TeamTree, input: &TeamInput) -> Result<Team> {
    let id = tx.id();
    let vendor_id = tree.place(id, input.parent_id, input.vendor_id)?;
    let team = Team {
        id,
        code: input.code.clone(),
        name: input.name.clone(),
        parent_id: input.parent_id,
        vendor_id,
        archived_at: input.archived.then_some(tx.now),
        created_at: tx.now,
        version: 1,
    };
    db::teams::insert(tx, &team)?;
    tx.audit_new("team.created", ("team", &team.id), &team)?;
    Ok(team)
}
