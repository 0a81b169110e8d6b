//! Sends a message again that was sent, given up, or of which nobody knows whether it was taken.

use crate::app::App;
use crate::db::Result;
use crate::db::views::outbox;
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::OutboxId;
use crate::domain::mail::OutboxState;
use crate::domain::outbox::Message;

/// Puts a message back into the queue, under the same Message-ID.
///
/// # Permissions
/// `mail.write` for the whole centre.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Conflict` with code `still_on_its_way` while it is queued, held or being handed over.
pub async fn send_again(app: &App, actor: &Actor, id: OutboxId) -> Result<Message> {
    actor.may_everywhere(Action::MailWrite)?;
    app.write_once(actor, "outbox.send_again", &id, move |tx| {
        let before = outbox::get(tx.conn, id)?;
        match before.state {
            OutboxState::Sent | OutboxState::Unsure | OutboxState::Dead => {}
            OutboxState::Held | OutboxState::Gathered | OutboxState::Queued | OutboxState::Claimed | OutboxState::Sending => {
                let message = format!("the message is `{}`; only what was sent, given up or is unsure is sent again", before.state);
                return Err(Refusal::conflict("still_on_its_way", message).into());
            }
        }
        outbox::queue_again(tx, id)?;
        let after = outbox::get(tx.conn, id)?;
        tx.audit("outbox.sent_again", ("message", &id), Some(&before), Some(&after), None)?;
        Ok(after)
    })
    .await
}
