//! Letters to so many people that they are written in steps: how far a closed month's have come.

use diesel::prelude::*;

use super::both::Both;
use super::connection::AnyConnection;
use super::error::Result;
use super::schema::bulk_letters;
use super::tx::Tx;
use crate::domain::id::AgentId;
use crate::domain::period::Period;

/// How far a month's letters have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Progress {
    /// The month.
    pub period: Period,
    /// Whether managers and leads have theirs.
    pub begun: bool,
    /// The last agent who has one.
    pub after: Option<AgentId>,
}

/// Notes that a month's letters are to be written.
///
/// # Errors
/// What the database says.
pub fn begin(tx: &mut Tx<'_>, period: Period) -> Result<()> {
    let at = tx.at();
    Both(
        diesel::insert_into(bulk_letters::table)
            .values((bulk_letters::period.eq(period), bulk_letters::begun.eq(false), bulk_letters::created_at.eq(at)))
            .on_conflict_do_nothing(),
    )
    .execute(tx.conn)?;
    Ok(())
}

/// The first month whose letters are not all written.
///
/// # Errors
/// What the database says.
pub fn next(conn: &mut AnyConnection) -> Result<Option<Progress>> {
    let columns = (bulk_letters::period, bulk_letters::begun, bulk_letters::after_agent_id);
    Ok(bulk_letters::table.order(bulk_letters::period).select(columns).first(conn).optional()?)
}

/// Notes that managers and leads have theirs, and the last agent who has one.
///
/// # Errors
/// What the database says.
pub fn advance(tx: &mut Tx<'_>, period: Period, after: Option<AgentId>) -> Result<()> {
    diesel::update(bulk_letters::table.find(period))
        .set((bulk_letters::begun.eq(true), bulk_letters::after_agent_id.eq(after)))
        .execute(tx.conn)?;
    Ok(())
}

/// Notes that all are written.
///
/// # Errors
/// What the database says.
pub fn finish(tx: &mut Tx<'_>, period: Period) -> Result<()> {
    diesel::delete(bulk_letters::table.find(period)).execute(tx.conn)?;
    Ok(())
}
