//! Turns roles as files and commands write them, with codes, into roles as they are stored, with ids.

use std::collections::HashMap;

use crate::app::App;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::{Action, Actor, Reach, ReachKind};
use crate::domain::grant::{GrantCell, GrantInput};
use crate::domain::id::{TeamId, VendorId};
use crate::domain::{Refusal, Refused};

/// The codes of all vendors and teams.
pub(super) struct Codes {
    teams: HashMap<String, TeamId>,
    vendors: HashMap<String, VendorId>,
}

impl Codes {
    /// Reads them.
    pub(super) fn load(conn: &mut AnyConnection) -> Result<Self> {
        let everything = Reach::everything();
        Ok(Self {
            teams: db::teams::all(conn)?.into_iter().map(|team| (team.code, team.id)).collect(),
            vendors: db::vendors::all(conn, &everything)?.into_iter().map(|vendor| (vendor.code, vendor.id)).collect(),
        })
    }

    /// The role that a cell means; `Invalid` on `roles` where a code is unknown.
    pub(super) fn grant(&self, cell: &GrantCell) -> Refused<GrantInput> {
        let none = |what: &str, code: &str| Refusal::invalid("roles", format!("there is no {what} with the code `{code}`"));
        let (mut vendor_id, mut team_id) = (None, None);
        match (cell.reach, &cell.code) {
            (Some(ReachKind::Vendor), Some(code)) => vendor_id = Some(*self.vendors.get(code).ok_or_else(|| none("vendor", code))?),
            (Some(ReachKind::Team), Some(code)) => team_id = Some(*self.teams.get(code).ok_or_else(|| none("team", code))?),
            _ => {}
        }
        Ok(GrantInput { role: cell.role, reach: cell.reach, vendor_id, team_id })
    }
}

/// The roles that these cells mean.
///
/// # Permissions
/// `users.write` for the whole centre.
///
/// # Errors
/// `Invalid` on `roles` where a code is unknown or a role lacks its reach.
pub async fn grants(app: &App, actor: &Actor, cells: Vec<GrantCell>) -> Result<Vec<GrantInput>> {
    actor.may_everywhere(Action::UserWrite)?;
    app.read(move |conn| {
        let codes = Codes::load(conn)?;
        let grants = cells.iter().map(|cell| Ok(GrantInput::of(&codes.grant(cell)?.checked()?))).collect::<Refused<_>>()?;
        Ok(grants)
    })
    .await
}
