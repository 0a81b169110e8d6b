//! Writes the worked days as CSV, in the form that an import reads.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::attendance::AttendanceFilter;
use crate::domain::csv_table::push_row;
use crate::domain::page::{Page, PageRequest};

/// A page of `attendance.csv` as text, without the header row.
///
/// # Permissions
/// `attendance.read`; writes what is within reach.
///
/// # Errors
/// `Forbidden`.
pub async fn export(app: &App, actor: &Actor, filter: AttendanceFilter, page: PageRequest) -> Result<Page<String>> {
    let reach = actor.reach(Action::AttendanceRead)?;
    let lines = app.read(move |conn| db::attendance::page(conn, &reach, &filter, &page)).await?;
    Ok(lines.map(|(employee_no, line)| {
        let mut row = String::new();
        push_row(&mut row, [employee_no.as_str(), &line.period.to_string(), &line.worked_days.to_string()]);
        row
    }))
}
