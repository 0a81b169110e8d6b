//! Makes a bearer token.

use super::check_owner;
use crate::app::App;
use crate::auth;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Action, Actor, Reach, TokenScope};
use crate::domain::token::{NewToken, Token, TokenInput, check_no_wider};

/// Makes a token and gives it, this once. Only its hash is stored, also in the answer that an `Idempotency-Key` keeps.
///
/// # Permissions
/// `tokens.own` for oneself, `users.write` for the whole centre for others; no more scopes than the token in use has.
///
/// # Errors
/// `Invalid` with every field at fault; `Forbidden`; `Conflict` with code `token_shown_once` where a repeated request made it before.
pub async fn create(app: &App, actor: &Actor, input: TokenInput) -> Result<NewToken> {
    let owner = match input.user_id {
        Some(user) => user,
        None => actor.person()?,
    };
    check_owner(actor, owner, Action::UserWrite)?;
    let (name, scopes) = input.checked(app.clock.now())?;
    if let Some((_, held)) = &actor.token {
        check_no_wider(held, &scopes)?;
    }
    let secret = auth::new_token(app.chance.bytes());
    let hash = auth::token_hash(&secret);
    let expected = hash.clone();
    let words = scopes.iter().map(TokenScope::as_str).collect::<Vec<_>>().join(" ");
    let expires_at = input.expires_at;
    let (token, stored): (Token, String) = app
        .write_once(actor, "tokens.create", &input, move |tx| {
            let everything = Reach::everything();
            db::user_list::find(tx.conn, owner, &everything).map_err(|e| db::teams::or_invalid(e, "user_id", "there is no such user"))?;
            let id = db::tokens::insert(tx, owner, &name, &hash, &words, expires_at)?;
            let token = db::tokens::find(tx.conn, id)?;
            tx.audit_new("token.created", ("token", &id), &token)?;
            Ok((token, hash.clone()))
        })
        .await?;
    if stored != expected {
        let message =
            format!("this token ({}) was made by an earlier request with the same key and is shown only once; make another", token.id);
        return Err(Refusal::conflict("token_shown_once", message).into());
    }
    Ok(NewToken { token, secret })
}
