//! Turns a session's cookie into the person who acts.

use crate::app::App;
use crate::auth;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Actor, ActorKind, Origin};
use crate::domain::id::SessionId;
use crate::domain::language::Language;
use crate::domain::session::{IDLE, NOTED_EVERY};
use crate::domain::theme::Theme;

/// A person at a browser.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who acts.
    pub actor: Actor,
    /// The session.
    pub session: SessionId,
    /// What forms and scripts must show to change something.
    pub csrf: String,
    /// The person's name.
    pub name: String,
    /// The language that the person reads.
    pub language: Language,
    /// How pages look to the person.
    pub theme: Theme,
}

/// The person behind a session's secret.
///
/// # Errors
/// `Unauthenticated` where the session is unknown, ended or expired, or the person may no longer log in.
pub async fn resume(app: &App, secret: &str, origin: Origin) -> Result<Person> {
    let hash = auth::token_hash(secret);
    let now = app.clock.now();
    let found = app
        .read(move |conn| {
            let Some(session) = db::sessions::find_by_secret(conn, &hash)? else { return Ok(None) };
            let grants = db::users::grants_of(conn, session.user)?;
            Ok(Some((session, grants)))
        })
        .await?;
    let idle_since = |seen: chrono::DateTime<chrono::Utc>| now.signed_duration_since(seen);
    let (session, grants) = found
        .filter(|(s, _)| s.active && s.ended_at.is_none() && s.expires_at > now && idle_since(s.seen_at) < IDLE)
        .ok_or_else(|| Refusal::unauthenticated("the session has ended; log in again"))?;
    let actor = Actor {
        kind: ActorKind::User,
        user: Some(session.user),
        agent: session.agent,
        grants: grants.into_iter().map(|(_, grant)| grant).collect(),
        token: None,
        origin,
    };
    if idle_since(session.seen_at) >= NOTED_EVERY {
        let id = session.id;
        // Only a note: whoever reads need not be kept out because nothing can be written.
        if let Err(error) = app.write(&actor, move |tx| db::sessions::touch(tx, id)).await {
            tracing::warn!(%error, "the last use of a session could not be noted");
        }
    }
    Ok(Person {
        actor,
        session: session.id,
        csrf: session.csrf,
        name: session.name,
        language: session.language,
        theme: session.theme.unwrap_or(Theme::Auto),
    })
}

/// Whether two secrets are the same, in a time that does not depend on where they differ.
pub fn same_secret(one: &str, other: &str) -> bool {
    auth::token_hash(one) == auth::token_hash(other)
}
