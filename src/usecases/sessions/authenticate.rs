//! Turns a bearer token into the person who acts.

use chrono::Duration;

use crate::app::App;
use crate::auth;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Actor, ActorKind, Origin, TokenScope};

/// A token's last use is noted at most this often.
const NOTED_EVERY: Duration = Duration::minutes(1);

/// The actor behind a bearer token.
///
/// # Errors
/// `Unauthenticated` where the token is unknown, expired or revoked, or its user may no longer log in; the message says which.
pub async fn authenticate(app: &App, token: &str, origin: Origin) -> Result<Actor> {
    let hash = auth::token_hash(token);
    let now = app.clock.now();
    let found = app
        .read(move |conn| {
            let Some(shown) = db::tokens::find_by_hash(conn, &hash)? else { return Ok(None) };
            let grants = db::users::grants_of(conn, shown.user)?;
            Ok(Some((shown, grants)))
        })
        .await?;
    let Some((shown, grants)) = found else {
        return Err(Refusal::unauthenticated("the token is not known; make one with `assay token create`").into());
    };
    if shown.revoked_at.is_some() {
        return Err(Refusal::unauthenticated("the token was revoked; use another one").into());
    }
    if let Some(end) = shown.expires_at.filter(|end| *end <= now) {
        return Err(Refusal::unauthenticated(format!("the token expired at {}; use another one", end.to_rfc3339())).into());
    }
    if !shown.active {
        return Err(Refusal::unauthenticated("the token's user may no longer log in").into());
    }
    let scopes = shown.scopes.split_whitespace().map(TokenScope::parse).collect::<std::result::Result<Vec<_>, _>>();
    let scopes = scopes.map_err(|e| db::Error::Damaged(format!("token {}: {e}", shown.id)))?;
    let actor = Actor {
        kind: ActorKind::User,
        user: Some(shown.user),
        agent: shown.agent,
        grants: grants.into_iter().map(|(_, grant)| grant).collect(),
        token: Some((shown.id, scopes)),
        origin,
    };
    if shown.last_used_at.is_none_or(|last| now.signed_duration_since(last) >= NOTED_EVERY) {
        let id = shown.id;
        // Only a note: whoever reads need not be kept out because nothing can be written.
        if let Err(error) = app.write(&actor, move |tx| db::tokens::touch(tx, id)).await {
            tracing::warn!(%error, "the last use of a token could not be noted");
        }
    }
    Ok(actor)
}
