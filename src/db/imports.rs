//! Runs of an import.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::imports;
use super::tx::Tx;
use crate::domain::id::ImportId;

/// What a run has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// New.
    pub inserted: i64,
    /// Changed.
    pub updated: i64,
    /// There before, and the same.
    pub unchanged: i64,
    /// Refused.
    pub refused: i64,
}

/// From here to the end of its transaction PostgreSQL looks rows up by their indexes. Of a table that is just being filled it has no statistics, and
/// would read all of it for each chunk.
///
/// # Errors
/// What the database says.
pub fn look_up_by_index(conn: &mut AnyConnection) -> Result<()> {
    if let AnyConnection::Postgres(postgres) = conn {
        postgres.batch_execute("SET LOCAL enable_seqscan = off")?;
    }
    Ok(())
}

/// Notes that a run of an import of some kind (such as `conversations`) has begun.
///
/// # Errors
/// What the database says.
pub fn begin(tx: &mut Tx<'_>, kind: &str) -> Result<ImportId> {
    let id = tx.id::<ImportId>();
    diesel::insert_into(imports::table)
        .values((
            imports::id.eq(id),
            imports::kind.eq(kind),
            imports::user_id.eq(tx.actor.user),
            imports::started_at.eq(tx.at()),
            imports::inserted.eq(0_i64),
            imports::updated.eq(0_i64),
            imports::unchanged.eq(0_i64),
            imports::refused.eq(0_i64),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

/// Notes that the run came to its end.
///
/// # Errors
/// What the database says.
pub fn finish(tx: &mut Tx<'_>, id: ImportId, counts: Counts, report: &str) -> Result<()> {
    diesel::update(imports::table.filter(imports::id.eq(id)))
        .set((
            imports::finished_at.eq(tx.at()),
            imports::inserted.eq(counts.inserted),
            imports::updated.eq(counts.updated),
            imports::unchanged.eq(counts.unchanged),
            imports::refused.eq(counts.refused),
            imports::report.eq(report),
        ))
        .execute(tx.conn)?;
    Ok(())
}
