//! Shows a line of the ledger.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::LedgerEntryId;
use crate::domain::ledger::LedgerEntry;

/// One line.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where the line is out of reach.
pub async fn show(app: &App, actor: &Actor, id: LedgerEntryId) -> Result<LedgerEntry> {
    let reach = actor.reach(Action::LedgerRead)?;
    app.read(move |conn| db::ledger::find(conn, &reach, id)?.ok_or_else(|| Refusal::not_found("ledger entry", id).into())).await
}
