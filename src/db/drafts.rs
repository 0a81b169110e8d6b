//! Drafts: what inspectors have filled in and not submitted yet.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::both::{kept_update, natively};
use super::connection::AnyConnection;
use super::error::Result;
use super::schema::drafts;
use super::sql_types::At;
use super::tx::{Tx, from_json, to_json};
use crate::domain::evaluation::AnswerSheet;
use crate::domain::id::{SampleId, UserId};

/// A draft as it is stored.
#[derive(Debug, Clone)]
pub struct DraftRow {
    /// The sample.
    pub sample_id: SampleId,
    /// Who filled it in.
    pub inspector_id: UserId,
    /// What is filled in.
    pub sheet: AnswerSheet,
    /// Rises with each save, from 1.
    pub version: i32,
    /// Seconds spent on it so far.
    pub seconds: i64,
    /// When it was saved last.
    pub saved_at: DateTime<Utc>,
}

/// The draft of a sample, if there is one.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, sample: SampleId) -> Result<Option<DraftRow>> {
    let row: Option<(UserId, String, i32, i64, At)> = drafts::table
        .find(sample)
        .select((drafts::inspector_id, drafts::content, drafts::version, drafts::seconds, drafts::saved_at))
        .first(conn)
        .optional()?;
    row.map(|(inspector_id, content, version, seconds, At(saved_at))| {
        let sheet = from_json("drafts.content", &content)?;
        Ok(DraftRow { sample_id: sample, inspector_id, sheet, version, seconds, saved_at })
    })
    .transpose()
}

/// The seconds that an inspector has spent on a sample so far, as the draft says; 0 without one.
///
/// # Errors
/// What the database says.
pub fn seconds(conn: &mut AnyConnection, sample: SampleId, inspector: UserId) -> Result<i64> {
    let own = drafts::table.find(sample).filter(drafts::inspector_id.eq(inspector));
    Ok(own.select(drafts::seconds).first(conn).optional()?.unwrap_or(0))
}

/// Stores a draft: the first one of its sample or the next version of it.
///
/// # Errors
/// What the database says.
pub fn store(tx: &mut Tx<'_>, row: &DraftRow, is_first: bool) -> Result<()> {
    let content = to_json(&row.sheet)?;
    if is_first {
        natively!(
            tx.conn,
            execute,
            diesel::insert_into(drafts::table).values((
                drafts::sample_id.eq(row.sample_id),
                drafts::inspector_id.eq(row.inspector_id),
                drafts::content.eq(&content),
                drafts::version.eq(row.version),
                drafts::seconds.eq(row.seconds),
                drafts::saved_at.eq(At(row.saved_at)),
            ))
        )?;
        return Ok(());
    }
    natively!(
        tx.conn,
        execute,
        kept_update(
            drafts::table,
            (
                drafts::inspector_id.eq(row.inspector_id),
                drafts::content.eq(&content),
                drafts::version.eq(row.version),
                drafts::seconds.eq(row.seconds),
                drafts::saved_at.eq(At(row.saved_at)),
            ),
            drafts::sample_id.eq(row.sample_id)
        )
    )?;
    Ok(())
}

/// Forgets the draft of a sample, once it is submitted.
///
/// # Errors
/// What the database says.
pub fn delete(tx: &mut Tx<'_>, sample: SampleId) -> Result<()> {
    natively!(tx.conn, execute, diesel::delete(drafts::table.find(sample)))?;
    Ok(())
}
