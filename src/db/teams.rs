//! Teams, and which lies above which.

use std::collections::{BTreeSet, HashSet};

use diesel::prelude::*;

use super::connection::{AnyConnection, MultiBackend};
use super::error::Result;
use super::schema::{agents, team_ancestors, teams};
use super::scope;
use super::sql_types::{At, OptionalAt};
use super::tx::Tx;
use crate::domain::Refusal;
use crate::domain::access::Reach;
use crate::domain::id::{TeamId, VendorId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::team::{Team, TeamFilter, TeamTree};

type Row = (TeamId, String, String, Option<TeamId>, Option<VendorId>, OptionalAt, At, i32);
type Columns =
    (teams::id, teams::code, teams::name, teams::parent_id, teams::vendor_id, teams::archived_at, teams::created_at, teams::version);
const COLUMNS: Columns =
    (teams::id, teams::code, teams::name, teams::parent_id, teams::vendor_id, teams::archived_at, teams::created_at, teams::version);
type Boxed = diesel::helper_types::IntoBoxed<'static, diesel::dsl::Select<teams::table, Columns>, MultiBackend>;

fn team((id, code, name, parent_id, vendor_id, archived_at, created_at, version): Row) -> Team {
    Team { id, code, name, parent_id, vendor_id, archived_at: archived_at.0, created_at: created_at.0, version }
}

/// Stores a new team. Its place among the others is stored by [`store_places`].
///
/// # Errors
/// `Conflict` with code `code_taken`.
pub fn insert(tx: &mut Tx<'_>, team: &Team) -> Result<()> {
    diesel::insert_into(teams::table)
        .values((
            teams::id.eq(team.id),
            teams::code.eq(&team.code),
            teams::name.eq(&team.name),
            teams::parent_id.eq(team.parent_id),
            teams::vendor_id.eq(team.vendor_id),
            teams::version.eq(team.version),
            teams::created_at.eq(At(team.created_at)),
            teams::archived_at.eq(team.archived_at.map(At)),
        ))
        .execute(tx.conn)
        .map_err(super::Error::from)
        .map_err(|e| {
            e.or_unique("teams_code_unique", "teams.code", || {
                Refusal::conflict("code_taken", format!("there is already a team with the code {}; every code is unique", team.code))
            })
        })?;
    Ok(())
}

/// Stores what has changed in a team, with its new version. Its place among the others is stored by [`store_places`].
///
/// # Errors
/// What the database says.
pub fn update(tx: &mut Tx<'_>, team: &Team) -> Result<()> {
    diesel::update(teams::table.find(team.id))
        .set((
            teams::name.eq(&team.name),
            teams::parent_id.eq(team.parent_id),
            teams::vendor_id.eq(team.vendor_id),
            teams::version.eq(team.version),
            teams::archived_at.eq(team.archived_at.map(At)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Stores anew which teams lie above these and above everything below these.
///
/// # Errors
/// What the database says.
pub fn store_places(tx: &mut Tx<'_>, tree: &TeamTree, moved: &[TeamId]) -> Result<()> {
    let touched: BTreeSet<TeamId> = moved.iter().flat_map(|id| tree.below(*id)).collect();
    for team in touched {
        diesel::delete(team_ancestors::table.filter(team_ancestors::team_id.eq(team))).execute(tx.conn)?;
        for (depth, ancestor) in (0_i32..).zip(std::iter::once(team).chain(tree.above(team))) {
            diesel::insert_into(team_ancestors::table)
                .values((team_ancestors::team_id.eq(team), team_ancestors::ancestor_id.eq(ancestor), team_ancestors::depth.eq(depth)))
                .execute(tx.conn)?;
        }
    }
    Ok(())
}

/// Every team, by code. A centre has at most some thousands.
///
/// # Errors
/// What the database says.
pub fn all(conn: &mut AnyConnection) -> Result<Vec<Team>> {
    Ok(teams::table.select(COLUMNS).order((teams::code, teams::id)).load::<Row>(conn)?.into_iter().map(team).collect())
}

/// Where every one of these teams stands.
pub fn tree_of(teams: &[Team]) -> TeamTree {
    TeamTree::new(teams.iter().map(|team| (team.id, team.parent_id, team.vendor_id)))
}

type Visible = Box<dyn diesel::BoxableExpression<teams::table, MultiBackend, SqlType = diesel::sql_types::Bool>>;

/// The teams within reach, and for what is somebody's own the team that the person is in.
fn visible(reach: &Reach) -> Visible {
    let own = agents::table.filter(agents::id.eq_any(reach.agent.filter(|_| reach.own))).select(agents::team_id);
    Box::new(scope::teams(teams::id, reach).or(teams::id.eq_any(own)))
}

/// The teams within reach that somebody may put people and teams into; `None` stands for all.
///
/// # Errors
/// What the database says.
pub fn ids_within(conn: &mut AnyConnection, reach: &Reach) -> Result<Option<HashSet<TeamId>>> {
    if reach.all {
        return Ok(None);
    }
    let ids = teams::table.filter(scope::teams(teams::id, reach)).select(teams::id).load::<TeamId>(conn)?;
    Ok(Some(ids.into_iter().collect()))
}

fn within(reach: &Reach) -> Boxed {
    teams::table.select(COLUMNS).into_boxed().filter(visible(reach))
}

/// The team with this id.
///
/// # Errors
/// `NotFound` where there is none within reach.
pub fn find(conn: &mut AnyConnection, id: TeamId, reach: &Reach) -> Result<Team> {
    let row = within(reach).filter(teams::id.eq(id)).first::<Row>(conn).optional()?;
    row.map(team).ok_or_else(|| Refusal::not_found("team", id).into())
}

/// The refusal of a team that a field names and that is not there, as a fault of that field.
pub fn or_invalid(error: super::Error, field: &str, message: &str) -> super::Error {
    match error {
        super::Error::Refused(refusal) if refusal.kind == crate::domain::refusal::RefusalKind::NotFound => {
            Refusal::invalid(field, message).into()
        }
        other => other,
    }
}

/// A page of the teams within reach, by code.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, reach: &Reach, filter: &TeamFilter, page: &PageRequest) -> Result<Page<Team>> {
    let mut query = within(reach).order((teams::code, teams::id)).limit(page.fetch());
    if let Some(above) = filter.below {
        let below = team_ancestors::table.filter(team_ancestors::ancestor_id.eq(above)).select(team_ancestors::team_id);
        query = query.filter(teams::id.eq_any(below));
    }
    if let Some(vendor) = filter.vendor {
        query = query.filter(teams::vendor_id.eq(vendor));
    }
    if let Some(after) = &page.after {
        let code = after.key.clone();
        query = query.filter(teams::code.gt(code.clone()).or(teams::code.eq(code).and(teams::id.gt(TeamId(after.id)))));
    }
    let rows = query.load::<Row>(conn)?.into_iter().map(team).collect();
    Ok(page.page(rows, |team: &Team| (team.code.clone(), team.id.0)))
}
