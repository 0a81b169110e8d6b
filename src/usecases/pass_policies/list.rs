//! Lists the versions of the pass policy.

use super::PassPolicyVersion;
use crate::app::App;
use crate::db::pass_policies::PassPolicyRow;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;

/// Versions of the pass policy, newest first; only the one in force where a period is given.
///
/// # Errors
/// `Forbidden`; `Invalid` on a cursor of another list; `Conflict` with code `no_pass_policy` where none is in force for the period.
pub async fn list(app: &App, actor: &Actor, in_force_for: Option<Period>, page: PageRequest) -> Result<Page<PassPolicyVersion>> {
    actor.may(Action::PolicyRead)?;
    app.read(move |conn| {
        let mut rows = match in_force_for {
            Some(period) => vec![db::pass_policies::in_force(conn, period)?],
            None => db::pass_policies::all(conn)?,
        };
        if let Some(after) = &page.after {
            let position = |row: &PassPolicyRow| row.id.0 == after.id;
            let seen = rows.iter().position(position).map_or(rows.len(), |at| at.saturating_add(1));
            rows.drain(..seen);
        }
        Ok(page.page(rows, |row| (row.number.to_string(), row.id.0)).map(PassPolicyVersion::from))
    })
    .await
}
