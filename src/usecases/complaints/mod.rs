//! Complaints (投诉): recorded and adjudicated by the complaint desk, fined by liability level (handbook 3.9).

pub mod adjudicate;
pub mod import;
pub mod list;
pub mod record;
pub mod show;

pub use crate::db::complaints::{Complaint, ComplaintFilter};
use crate::db::{Result, Tx};
use crate::domain::ledger::EntryKind;
use crate::usecases::fines::post_for_source::{Source, post_for_source};

/// Brings the ledger in line with what a complaint has become.
pub(super) fn charge(tx: &mut Tx<'_>, row: &Complaint) -> Result<()> {
    let source = Source {
        key: format!("complaint/{}", row.id),
        kind: EntryKind::Complaint,
        agent_id: row.agent_id,
        period: row.period,
        occurrences: None,
        reason: Some(&row.reference),
    };
    let level = row.status().charged();
    post_for_source(tx, &source, |terms| Ok(level.map_or_else(|| terms.money(0), |level| terms.complaint(level))))
}
