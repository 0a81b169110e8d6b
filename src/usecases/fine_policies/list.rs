//! Lists the versions of the fine policy.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::fine_policy::FinePolicy;
use crate::domain::page::{Page, PageRequest};

/// A page of the versions, the latest first.
///
/// # Errors
/// `Forbidden`; `Invalid` on `cursor`.
pub async fn list(app: &App, actor: &Actor, page: PageRequest) -> Result<Page<FinePolicy>> {
    actor.may(Action::PolicyRead)?;
    app.read(move |conn| db::fine_policies::page(conn, &page)).await
}
