//! Shows a sampling plan.

use super::{Plan, may_read};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::Actor;
use crate::domain::id::SamplingPlanId;

/// One plan.
///
/// # Permissions
/// `sampling.read` beyond one's own samples.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn show(app: &App, actor: &Actor, id: SamplingPlanId) -> Result<Plan> {
    may_read(actor)?;
    app.read(move |conn| db::sampling_plans::load(conn, id).map(Plan::of)).await
}

/// The plan with this id or this name.
///
/// # Permissions
/// `sampling.read` beyond one's own samples.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn show_named(app: &App, actor: &Actor, id_or_name: &str) -> Result<Plan> {
    may_read(actor)?;
    let wanted = id_or_name.to_owned();
    app.read(move |conn| {
        let row = match wanted.parse::<SamplingPlanId>() {
            Ok(id) => db::sampling_plans::load(conn, id)?,
            Err(_) => db::sampling_plans::load_by_name(conn, &wanted)?,
        };
        Ok(Plan::of(row))
    })
    .await
}
