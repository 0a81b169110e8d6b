//! Changes a webhook.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::WebhookId;
use crate::domain::version;
use crate::domain::webhook::{Webhook, WebhookInput};

/// Changes a webhook; its secret stays. What waits goes to the new address.
///
/// # Permissions
/// `mail.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid` with every field at fault; `Stale`.
pub async fn change(app: &App, actor: &Actor, id: WebhookId, seen: i32, input: WebhookInput) -> Result<Webhook> {
    actor.may_everywhere(Action::MailWrite)?;
    let input = input.checked()?;
    app.write(actor, move |tx| {
        let before = db::webhooks::get(tx.conn, id)?;
        version::check(seen, before.version)?;
        let after = db::webhooks::update(tx, id, before.version, &input)?;
        tx.audit("webhook.changed", ("webhook", &id), Some(&before), Some(&after), None)?;
        Ok(after)
    })
    .await
}
