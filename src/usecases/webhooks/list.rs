//! Lists the webhooks.

use crate::app::App;
use crate::db::{self, Result};
use crate::domain::access::{Action, Actor};
use crate::domain::page::{Page, PageRequest};
use crate::domain::webhook::Webhook;

/// A page of the webhooks, the oldest first, without their secrets.
///
/// # Permissions
/// `mail.read` for the whole centre.
///
/// # Errors
/// `Forbidden`.
pub async fn list(app: &App, actor: &Actor, page: PageRequest) -> Result<Page<Webhook>> {
    actor.may_everywhere(Action::MailRead)?;
    app.read(move |conn| db::webhooks::page(conn, &page)).await
}
