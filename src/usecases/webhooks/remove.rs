//! Removes a webhook.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::WebhookId;

/// Removes a webhook: nothing more goes to it, and what waits is given up.
///
/// # Permissions
/// `mail.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn remove(app: &App, actor: &Actor, id: WebhookId) -> Result<()> {
    actor.may_everywhere(Action::MailWrite)?;
    app.write(actor, move |tx| {
        let before = db::webhooks::get(tx.conn, id)?;
        db::webhooks::archive(tx, id)?;
        tx.audit::<_, ()>("webhook.removed", ("webhook", &id), Some(&before), None, None)
    })
    .await
}
