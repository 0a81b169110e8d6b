//! Lists the ledger.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::ledger::LedgerEntry;
use crate::domain::ledger::LedgerFilter;
use crate::domain::page::{Page, PageRequest};

/// A page of the lines within reach, in the order of posting.
///
/// # Errors
/// `Forbidden`; `Invalid` on `cursor`.
pub async fn list(app: &App, actor: &Actor, filter: LedgerFilter, page: PageRequest) -> Result<Page<LedgerEntry>> {
    let reach = actor.reach(Action::LedgerRead)?;
    app.read(move |conn| db::ledger::page(conn, &reach, &filter, &page)).await
}
