//! Operating breaches (违规操作): fined by occurrence (handbook 3.6).

pub mod import;
pub mod list;
pub mod record;
pub mod show;
pub mod withdraw;

pub use crate::db::breaches::{Breach, BreachFilter};
use crate::db::{Result, Tx};
use crate::domain::ledger::EntryKind;
use crate::usecases::fines::post_for_source::{Source, post_for_source};

/// Brings the ledger in line with what a breach has become.
pub(super) fn charge(tx: &mut Tx<'_>, row: &Breach) -> Result<()> {
    let status = row.status();
    let source = Source {
        key: format!("breach/{}", row.id),
        kind: EntryKind::OperatingBreach,
        agent_id: row.agent_id,
        period: row.period,
        occurrences: Some(status.occurrences),
        reason: Some(&row.reference),
    };
    post_for_source(tx, &source, |terms| terms.operating_breach(status.charged()))
}
