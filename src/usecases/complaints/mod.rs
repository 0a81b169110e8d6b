//! Complaints (投诉): recorded and adjudicated by the complaint desk, fined by liability level (handbook 3.9).

pub mod adjudicate;
pub mod import;
pub mod list;
pub mod record;
pub mod show;

pub use crate::db::complaints::{Complaint, ComplaintFilter};
use crate::db::{Result, Tx};
use crate::domain::fine_policy::FineTerms;
use crate::domain::ledger::EntryKind;
use crate::domain::money::Money;
use crate::usecases::fines::post_for_source::{Source, post_for_source};

/// Brings the ledger in line with what a complaint has become.
pub(super) fn charge(tx: &mut Tx<'_>, row: &Complaint) -> Result<()> {
    post_for_source(tx, &source(row), |terms| Ok(price(row, terms)))
}

/// What is charged.
pub(super) fn source(row: &Complaint) -> Source<'_> {
    Source {
        key: format!("complaint/{}", row.id),
        kind: EntryKind::Complaint,
        agent_id: row.agent_id,
        period: row.period,
        occurrences: None,
        reason: Some(&row.reference),
    }
}

/// What the complaint costs now.
pub(super) fn price(row: &Complaint, terms: &FineTerms) -> Money {
    row.status().charged().map_or_else(|| terms.money(0), |level| terms.complaint(level))
}
