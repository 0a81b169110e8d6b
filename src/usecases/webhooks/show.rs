//! Shows a webhook.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::id::WebhookId;
use crate::domain::webhook::Webhook;

/// A webhook, without its secret.
///
/// # Permissions
/// `mail.read` for the whole centre.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub async fn show(app: &App, actor: &Actor, id: WebhookId) -> Result<Webhook> {
    actor.may_everywhere(Action::MailRead)?;
    app.read(move |conn| db::webhooks::get(conn, id)).await
}
