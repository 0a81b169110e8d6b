//! Leases: what only one process does at a time, with an end in case it dies over it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::leases;
use super::sql_types::At;
use super::tx::Tx;

/// Takes or renews a lease. `false` where another holder has it until later than now.
///
/// # Errors
/// What the database says.
pub fn take(tx: &mut Tx<'_>, name: &str, holder: &str, until: DateTime<Utc>) -> Result<bool> {
    let mine = leases::holder.eq(holder).or(leases::until_at.le(tx.at()));
    let changed = diesel::update(leases::table.find(name).filter(mine))
        .set((leases::holder.eq(holder), leases::until_at.eq(At(until))))
        .execute(tx.conn)?;
    if changed == 1 {
        return Ok(true);
    }
    let held: i64 = leases::table.find(name).count().get_result(tx.conn)?;
    if held > 0 {
        return Ok(false);
    }
    diesel::insert_into(leases::table)
        .values((leases::name.eq(name), leases::holder.eq(holder), leases::until_at.eq(At(until))))
        .execute(tx.conn)?;
    Ok(true)
}

/// Gives a lease back.
///
/// # Errors
/// What the database says.
pub fn give_back(tx: &mut Tx<'_>, name: &str, holder: &str) -> Result<()> {
    diesel::delete(leases::table.find(name).filter(leases::holder.eq(holder))).execute(tx.conn)?;
    Ok(())
}

/// Whether anybody holds a lease.
///
/// # Errors
/// What the database says.
pub fn held(conn: &mut AnyConnection, name: &str, now: DateTime<Utc>) -> Result<bool> {
    let held: i64 = leases::table.filter(leases::name.eq(name)).filter(leases::until_at.gt(At(now))).count().get_result(conn)?;
    Ok(held > 0)
}
