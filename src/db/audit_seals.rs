//! The seals of the audit log: each is the hash of a block of lines and of the seal before.

use diesel::dsl::max;
use diesel::prelude::*;

use super::audit::AuditRow;
use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{audit, audit_seals};
use super::tx::Tx;
use crate::domain::audit::{Seal, SealedLine};

/// The next lines after one, up to one, in the order of their writing.
///
/// # Errors
/// What the database says.
pub fn lines(conn: &mut AnyConnection, after: i64, upto: i64, limit: i64) -> Result<Vec<SealedLine>> {
    let rows: Vec<AuditRow> = audit::table
        .filter(audit::seq.gt(after).and(audit::seq.le(upto)))
        .order(audit::seq)
        .limit(limit)
        .select(AuditRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(AuditRow::sealed).collect())
}

/// The number of the latest line, 0 where there is none.
///
/// # Errors
/// What the database says.
pub fn latest_line(conn: &mut AnyConnection) -> Result<i64> {
    Ok(audit::table.select(max(audit::seq)).first::<Option<i64>>(conn)?.unwrap_or(0))
}

fn seal((number, upto, lines, hash): (i64, i64, i64, String)) -> Seal {
    Seal { number, upto, lines, hash }
}

/// The last seal.
///
/// # Errors
/// What the database says.
pub fn last(conn: &mut AnyConnection) -> Result<Option<Seal>> {
    let columns = (audit_seals::number, audit_seals::upto, audit_seals::lines, audit_seals::hash);
    Ok(audit_seals::table.order(audit_seals::number.desc()).select(columns).first(conn).optional()?.map(seal))
}

/// The next seals after one.
///
/// # Errors
/// What the database says.
pub fn after(conn: &mut AnyConnection, number: i64, limit: i64) -> Result<Vec<Seal>> {
    let columns = (audit_seals::number, audit_seals::upto, audit_seals::lines, audit_seals::hash);
    let query = audit_seals::table.filter(audit_seals::number.gt(number)).order(audit_seals::number).limit(limit);
    Ok(query.select(columns).load(conn)?.into_iter().map(seal).collect())
}

/// Stores a seal, unless another instance has stored one with its number; whether it did.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, seal: &Seal) -> Result<bool> {
    if last(tx.conn)?.map_or(0, |last| last.number) >= seal.number {
        return Ok(false);
    }
    diesel::insert_into(audit_seals::table)
        .values((
            audit_seals::number.eq(seal.number),
            audit_seals::upto.eq(seal.upto),
            audit_seals::lines.eq(seal.lines),
            audit_seals::hash.eq(&seal.hash),
            audit_seals::sealed_at.eq(tx.at()),
        ))
        .execute(tx.conn)?;
    Ok(true)
}
