//! The seals of the audit log: each is the hash of a block of lines and of the seal before.

use chrono::{DateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{audit, audit_seals};
use super::sql_types::At;
use super::tx::Tx;
use crate::domain::audit::{Seal, SealedLine};
use crate::domain::id::{AuditId, TokenId, UserId};

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit)]
struct LineRow {
    seq: i64,
    id: AuditId,
    #[diesel(deserialize_as = At)]
    at: DateTime<Utc>,
    actor_kind: String,
    user_id: Option<UserId>,
    token_id: Option<TokenId>,
    action: String,
    object_kind: String,
    object_id: String,
    address: Option<String>,
    request_id: Option<String>,
    before: Option<String>,
    after: Option<String>,
    reason: Option<String>,
}

/// The next lines after one, up to one, in the order of their writing.
///
/// # Errors
/// What the database says.
pub fn lines(conn: &mut AnyConnection, after: i64, upto: i64, limit: i64) -> Result<Vec<SealedLine>> {
    let rows: Vec<LineRow> = audit::table
        .filter(audit::seq.gt(after).and(audit::seq.le(upto)))
        .order(audit::seq)
        .limit(limit)
        .select(LineRow::as_select())
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| SealedLine {
            seq: row.seq,
            id: row.id,
            at_us: row.at.timestamp_micros(),
            actor_kind: row.actor_kind,
            user_id: row.user_id,
            token_id: row.token_id,
            action: row.action,
            object_kind: row.object_kind,
            object_id: row.object_id,
            address: row.address,
            request_id: row.request_id,
            before: row.before,
            after: row.after,
            reason: row.reason,
        })
        .collect())
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
