//! Shows versions of the fine policy.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::fine_policy::FinePolicy;
use crate::domain::id::FinePolicyId;
use crate::domain::period::Period;

/// One version.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub async fn show(app: &App, actor: &Actor, id: FinePolicyId) -> Result<FinePolicy> {
    actor.may(Action::PolicyRead)?;
    app.read(move |conn| db::fine_policies::find(conn, id)?.ok_or_else(|| Refusal::not_found("fine policy", id).into())).await
}

/// The version in force for a period, if the first one does not begin later.
///
/// # Errors
/// `Forbidden`.
pub async fn in_force(app: &App, actor: &Actor, period: Period) -> Result<Option<FinePolicy>> {
    actor.may(Action::PolicyRead)?;
    app.read(move |conn| db::fine_policies::find_in_force(conn, period)).await
}
