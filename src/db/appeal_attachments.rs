//! Files attached to appeals.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::appeal_attachments;
use super::sql_types::At;
use super::tx::Tx;
use crate::domain::id::{AppealId, AttachmentId, UserId};

/// An attachment without its bytes.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = appeal_attachments)]
pub struct AttachmentRow {
    /// The id.
    pub id: AttachmentId,
    /// The appeal.
    pub appeal_id: AppealId,
    /// The name of the file.
    pub name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// How long.
    pub bytes: i64,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// Who attached it.
    pub created_by: UserId,
    /// When.
    #[diesel(deserialize_as = At)]
    pub created_at: DateTime<Utc>,
}

/// Stores an attachment.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, row: &AttachmentRow, content: &[u8]) -> Result<()> {
    diesel::insert_into(appeal_attachments::table)
        .values((
            appeal_attachments::id.eq(row.id),
            appeal_attachments::appeal_id.eq(row.appeal_id),
            appeal_attachments::name.eq(&row.name),
            appeal_attachments::media_type.eq(&row.media_type),
            appeal_attachments::bytes.eq(row.bytes),
            appeal_attachments::sha256.eq(&row.sha256),
            appeal_attachments::content.eq(content),
            appeal_attachments::created_by.eq(row.created_by),
            appeal_attachments::created_at.eq(At(row.created_at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The attachments of an appeal, in the order in which they came.
///
/// # Errors
/// What the database says.
pub fn of_appeal(conn: &mut AnyConnection, appeal: AppealId) -> Result<Vec<AttachmentRow>> {
    Ok(appeal_attachments::table
        .filter(appeal_attachments::appeal_id.eq(appeal))
        .order(appeal_attachments::id)
        .select(AttachmentRow::as_select())
        .load(conn)?)
}

/// One attachment of an appeal with its bytes.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, appeal: AppealId, id: AttachmentId) -> Result<Option<(AttachmentRow, Vec<u8>)>> {
    Ok(appeal_attachments::table
        .filter(appeal_attachments::appeal_id.eq(appeal).and(appeal_attachments::id.eq(id)))
        .select((AttachmentRow::as_select(), appeal_attachments::content))
        .first(conn)
        .optional()?)
}
