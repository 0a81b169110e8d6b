//! Gives a file attached to an appeal.

use super::{Attachment, found};
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::{AppealId, AttachmentId};

/// An attachment with its bytes.
///
/// # Errors
/// `Forbidden`; `NotFound`, also where the appeal is out of reach.
pub async fn attachment(app: &App, actor: &Actor, appeal: AppealId, id: AttachmentId) -> Result<(Attachment, Vec<u8>)> {
    let reach = actor.reach(Action::AppealRead)?;
    app.read(move |conn| {
        found(conn, &reach, appeal)?;
        let kept = db::appeal_attachments::find(conn, appeal, id)?;
        let (row, content) = kept.ok_or_else(|| Refusal::not_found("attachment", id))?;
        Ok((Attachment::from(row), content))
    })
    .await
}
