//! Gives a webhook another secret.

use super::secret;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::WebhookId;
use crate::domain::webhook::NewWebhook;

/// Gives a webhook another secret, shown this once; the one before is void at once.
///
/// # Permissions
/// `mail.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn new_secret(app: &App, actor: &Actor, id: WebhookId) -> Result<NewWebhook> {
    actor.may_everywhere(Action::MailWrite)?;
    let secret = secret(app.chance.bytes());
    let kept = secret.clone();
    let webhook = app
        .write(actor, move |tx| {
            let webhook = db::webhooks::get(tx.conn, id)?;
            db::webhooks::set_secret(tx, id, &kept)?;
            tx.audit_event("webhook.secret_changed", ("webhook", &id), &serde_json::Value::Null)?;
            Ok(webhook)
        })
        .await?;
    Ok(NewWebhook { webhook, secret })
}
