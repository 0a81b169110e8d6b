//! Lists the worked days.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::attendance::{Attendance, AttendanceFilter};
use crate::domain::page::{Page, PageRequest};

/// A page of the worked days within reach, by period and agent.
///
/// # Permissions
/// `attendance.read`; shows what is within reach, and to agents their own.
///
/// # Errors
/// `Forbidden`.
pub async fn list(app: &App, actor: &Actor, filter: AttendanceFilter, page: PageRequest) -> Result<Page<Attendance>> {
    let reach = actor.reach(Action::AttendanceRead)?;
    let lines = app.read(move |conn| db::attendance::page(conn, &reach, &filter, &page)).await?;
    Ok(lines.map(|(_, line)| line))
}
