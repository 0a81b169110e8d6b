//! Lists what is in the outbox, with its failures and their reasons.

use crate::app::App;
use crate::db::Result;
use crate::db::views::outbox;
use crate::domain::access::{Action, Actor};
use crate::domain::outbox::{Message, MessageFilter};
use crate::domain::page::{Page, PageRequest};

/// A page of the messages that fit, the latest first.
///
/// # Permissions
/// `mail.read` for the whole centre.
///
/// # Errors
/// `Forbidden`.
pub async fn list(app: &App, actor: &Actor, filter: MessageFilter, page: PageRequest) -> Result<Page<Message>> {
    actor.may_everywhere(Action::MailRead)?;
    app.read(move |conn| outbox::page(conn, &filter, &page)).await
}
