//! Lists appeals.

use std::collections::HashMap;

use super::{AppealFilter, AppealSummary, summary};
use crate::app::App;
use crate::db::appeals::PointRow;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::AppealId;
use crate::domain::page::{Page, PageRequest};

/// The appeals within reach, in the order that is asked for: agents see their own, inspectors those about what they graded.
///
/// # Errors
/// `Forbidden`; `Invalid` on `cursor`.
pub async fn list(app: &App, actor: &Actor, filter: AppealFilter, page: PageRequest) -> Result<Page<AppealSummary>> {
    let reach = actor.reach(Action::AppealRead)?;
    app.read(move |conn| {
        let rows = db::appeals::page(conn, &reach, &filter, &page)?;
        let ids: Vec<AppealId> = rows.iter().map(|row| row.id).collect();
        let mut points: HashMap<AppealId, Vec<PointRow>> = HashMap::new();
        for point in db::appeals::points(conn, &ids)? {
            points.entry(point.appeal_id).or_default().push(point);
        }
        let summaries = rows.into_iter().map(|row| {
            let of_appeal = points.remove(&row.id).unwrap_or_default();
            summary(row, of_appeal)
        });
        Ok(page.page(summaries.collect::<Result<Vec<_>>>()?, |appeal| (String::new(), appeal.id.0)))
    })
    .await
}
