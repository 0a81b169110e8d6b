//! Makes a webhook.

use super::secret;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::webhook::{NewWebhook, Webhook, WebhookInput};

/// Makes a webhook and gives the secret that signs its deliveries, this once.
///
/// # Permissions
/// `mail.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; `Invalid` with every field at fault; `Conflict` with code `secret_shown_once` where a repeated request made it before.
pub async fn create(app: &App, actor: &Actor, input: WebhookInput) -> Result<NewWebhook> {
    actor.may_everywhere(Action::MailWrite)?;
    let checked = input.checked()?;
    let secret = secret(app.chance.bytes());
    let kept = secret.clone();
    let fresh = hex::encode(app.chance.bytes());
    let expected = fresh.clone();
    let (webhook, made_by): (Webhook, String) = app
        .write_once(actor, "webhooks.create", &input, move |tx| {
            let webhook = db::webhooks::insert(tx, &checked, &kept)?;
            tx.audit_new("webhook.created", ("webhook", &webhook.id), &webhook)?;
            Ok((webhook, fresh.clone()))
        })
        .await?;
    if made_by != expected {
        let message = format!(
            "this webhook ({}) was made by an earlier request with the same key, and its secret is shown only once; ask for a new secret",
            webhook.id
        );
        return Err(Refusal::conflict("secret_shown_once", message).into());
    }
    Ok(NewWebhook { webhook, secret })
}
