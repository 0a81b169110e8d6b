//! Attaches a file to an appeal.

use sha2::{Digest, Sha256};

use super::{Attachment, found};
use crate::app::App;
use crate::db::appeal_attachments::AttachmentRow;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::appeal::attachment::{AttachmentLimits, check};
use crate::domain::id::AppealId;

/// Attaches a file while the appeal waits for a decision. Its type is what its content says.
///
/// # Errors
/// `Forbidden`; `NotFound`; `TooLarge`; `Unsupported`; `Invalid` on `name`; `Conflict` with code `too_many_attachments` or
/// `appeal_not_pending`.
pub async fn attach(app: &App, actor: &Actor, id: AppealId, name: &str, content: Vec<u8>) -> Result<Attachment> {
    let reach = actor.reach(Action::AppealSubmit)?;
    let who = actor.person()?;
    let limits = AttachmentLimits { bytes: app.config.limits.attachment_bytes, files: app.config.limits.attachments };
    // What does not depend on the database is refused before it is asked.
    check(name, &content, 0, AttachmentLimits { files: limits.files.max(1), ..limits })?;
    let sha256 = hex::encode(Sha256::digest(&content));
    let name = name.to_owned();
    app.write(actor, move |tx| {
        let row = found(tx.conn, &reach, id)?;
        if !row.state.is_pending() {
            let message = format!("this appeal is {}; files are attached while it waits for a decision", row.state);
            return Err(Refusal::conflict("appeal_not_pending", message).into());
        }
        let attached = db::appeal_attachments::of_appeal(tx.conn, id)?.len();
        let (name, media_type) = check(&name, &content, attached, limits)?;
        let row = AttachmentRow {
            id: tx.id(),
            appeal_id: id,
            name,
            media_type: media_type.to_owned(),
            bytes: i64::try_from(content.len()).unwrap_or(i64::MAX),
            sha256: sha256.clone(),
            created_by: who,
            created_at: tx.now,
        };
        db::appeal_attachments::insert(tx, &row, &content)?;
        let attachment = Attachment::from(row);
        tx.audit_new("appeal.attached", ("appeal", &id), &attachment)?;
        Ok(attachment)
    })
    .await
}
