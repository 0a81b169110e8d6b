//! Revokes a token.

use super::check_owner;
use crate::app::App;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor};
use crate::domain::id::TokenId;

/// Ends a token for good; one that has been revoked stays as it is.
///
/// # Permissions
/// `tokens.own` for one's own, `users.write` for the whole centre for those of others.
///
/// # Errors
/// `NotFound` where there is none that the actor may revoke.
pub async fn revoke(app: &App, actor: &Actor, id: TokenId) -> Result<()> {
    actor.may(Action::TokenOwn).or_else(|refusal| actor.may_everywhere(Action::UserWrite).map_err(|_| refusal))?;
    let asking = actor.clone();
    app.write(actor, move |tx| {
        let token = db::tokens::find(tx.conn, id)?;
        check_owner(&asking, token.user_id, Action::UserWrite).map_err(|_| Refusal::not_found("token", id))?;
        if token.revoked_at.is_none() {
            db::tokens::revoke(tx, id)?;
            let after = db::tokens::find(tx.conn, id)?;
            tx.audit("token.revoked", ("token", &id), Some(&token), Some(&after), None)?;
        }
        Ok(())
    })
    .await
}
