//! Complaints (投诉): recorded and adjudicated by the complaint desk, fined by liability level (handbook 3.9).

pub mod adjudicate;
pub mod import;
pub mod list;
pub mod record;
pub mod show;

pub use crate::db::complaints::{Complaint, ComplaintFilter};
use crate::db::{AnyConnection, Result, Tx};
use crate::domain::access::Reach;
use crate::domain::fine_policy::FineTerms;
use crate::domain::ledger::EntryKind;
use crate::domain::masking::mask;
use crate::domain::money::Money;
use crate::usecases::fines::post_for_source::{Source, post_for_source};

/// The complaint as it is shown: the customer's words with their data masked, where the actor has no need of it.
pub(super) fn shown(conn: &mut AnyConnection, plain: Option<&Reach>, mut row: Complaint) -> Result<Complaint> {
    let whole = match plain {
        Some(plain) => plain.all || crate::db::ledger::agent_is_within(conn, plain, row.agent_id)?,
        None => false,
    };
    if !whole {
        row.body = mask(&row.body);
    }
    Ok(row)
}

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
