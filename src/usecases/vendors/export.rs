//! Writes the vendors as CSV, in the form that an import reads.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::csv_table::push_row;
use crate::domain::page::{Page, PageRequest};

/// A page of `vendors.csv` as text, without the header row.
///
/// # Permissions
/// `people.read`; writes what is within reach.
///
/// # Errors
/// `Forbidden`.
pub async fn export(app: &App, actor: &Actor, page: PageRequest) -> Result<Page<String>> {
    let reach = actor.reach(Action::PeopleRead)?;
    let vendors = app.read(move |conn| db::vendors::page(conn, &reach, &page)).await?;
    Ok(vendors.map(|vendor| {
        let mut row = String::new();
        let archived = if vendor.archived_at.is_some() { "true" } else { "false" };
        push_row(&mut row, [vendor.code.as_str(), vendor.name.as_str(), archived]);
        row
    }))
}
