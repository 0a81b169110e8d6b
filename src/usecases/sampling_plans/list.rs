//! Lists sampling plans.

use super::{Plan, may_read};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::Actor;
use crate::domain::page::{Page, PageRequest};
use crate::domain::sampling::sample::PlanState;

/// The plans, in the order of their making.
///
/// # Permissions
/// `sampling.read` beyond one's own samples.
///
/// # Errors
/// `Forbidden`; `Invalid` on a cursor of another list.
pub async fn list(app: &App, actor: &Actor, state: Option<PlanState>, page: PageRequest) -> Result<Page<Plan>> {
    may_read(actor)?;
    app.read(move |conn| Ok(db::sampling_plans::page(conn, state, &page)?.map(Plan::of))).await
}
