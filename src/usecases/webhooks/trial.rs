//! Sends a webhook a trial event.

use serde_json::json;

use crate::app::App;
use crate::db::{self, Error, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::{OutboxId, WebhookId};
use crate::domain::outbox::Message;
use crate::domain::webhook::{Announcement, Event};

/// Writes the event `ping` to the outbox for this webhook alone, whether or not it asked for it. The outbox tells what came of it.
///
/// # Permissions
/// `mail.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Conflict` with code `webhook_off` where it is not active.
pub async fn trial(app: &App, actor: &Actor, id: WebhookId) -> Result<Message> {
    actor.may_everywhere(Action::MailWrite)?;
    app.write_once(actor, "webhooks.trial", &id, move |tx| {
        let webhook = db::webhooks::get(tx.conn, id)?;
        if !webhook.active {
            return Err(Refusal::conflict("webhook_off", "the webhook is not active; turn it on first").into());
        }
        let dedupe = tx.id::<OutboxId>().to_string();
        let announcement = Announcement { event: Event::Ping, data: json!({ "webhook_id": id }), dedupe, about: Vec::new() };
        let message = db::outbox::announce_to(tx, id, &announcement)?;
        let message = message.ok_or_else(|| Error::Damaged("a trial event was there before it was made".into()))?;
        tx.audit_event("webhook.tried", ("webhook", &id), &json!({ "message_id": message }))?;
        db::views::outbox::get(tx.conn, message)
    })
    .await
}
