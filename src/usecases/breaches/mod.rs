//! Operating breaches (违规操作): fined by occurrence (handbook 3.6).

pub mod import;
pub mod list;
pub mod record;
pub mod show;
pub mod withdraw;

pub use crate::db::breaches::{Breach, BreachFilter};
use crate::db::{Result, Tx};
use crate::domain::Refused;
use crate::domain::fine_policy::FineTerms;
use crate::domain::ledger::EntryKind;
use crate::domain::money::Money;
use crate::usecases::fines::post_for_source::{Source, post_for_source};

/// Brings the ledger in line with what a breach has become.
pub(super) fn charge(tx: &mut Tx<'_>, row: &Breach) -> Result<()> {
    post_for_source(tx, &source(row), |terms| price(row, terms))
}

/// What is charged.
pub(super) fn source(row: &Breach) -> Source<'_> {
    Source {
        key: format!("breach/{}", row.id),
        kind: EntryKind::OperatingBreach,
        agent_id: row.agent_id,
        period: row.period,
        occurrences: Some(row.status().occurrences),
        reason: Some(&row.reference),
    }
}

/// What the breach costs now.
pub(super) fn price(row: &Breach, terms: &FineTerms) -> Refused<Money> {
    terms.operating_breach(row.status().charged())
}
