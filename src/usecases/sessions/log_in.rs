//! Lets a person in at a browser.

use chrono::Duration;
use serde_json::json;

use crate::app::App;
use crate::auth;
use crate::db::sessions::NewSession;
use crate::db::{self, Result};
use crate::domain::Refusal;
use crate::domain::access::{Actor, ActorKind, Origin};
use crate::domain::session::{Attempts, Counted, LONGEST};

/// What a person types, and where from.
#[derive(Debug, Clone)]
pub struct LogIn {
    /// The user name.
    pub username: String,
    /// The password.
    pub password: String,
    /// The browser as it names itself.
    pub browser: Option<String>,
    /// The secret of the session that the browser still shows: it ends.
    pub before: Option<String>,
    /// Where the request came from.
    pub origin: Origin,
}

/// A hash that no password fits, so that an unknown name takes as long to refuse as a wrong password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Begins a session and gives the secret of its cookie.
///
/// # Errors
/// `Unauthenticated` where name and password do not fit, whichever it is; `TooMany` after too many failures.
pub async fn log_in(app: &App, command: LogIn) -> Result<String> {
    let now = app.clock.now();
    let (username, asked) = (command.username.trim().to_owned(), command.clone());
    let (found, counted) = app
        .read(move |conn| {
            let found = db::sessions::credentials(conn, &username)?;
            let known = match (&found, &asked.origin.address) {
                (Some((user, _, _)), Some(address)) => {
                    db::sessions::was_here(conn, *user, address, now.checked_sub_signed(KNOWN_FOR).unwrap_or(now))?
                }
                _ => false,
            };
            let counted = counted_by(&asked, known);
            for (name, _) in &counted {
                if let Some(attempts) = db::sessions::attempts(conn, name)? {
                    attempts.check(now)?;
                }
            }
            Ok((found, counted))
        })
        .await?;
    let (user, hash, active) = found.map_or((None, None, false), |(user, hash, active)| (Some(user), hash, active));
    let password = command.password.clone();
    let verified = tokio::task::spawn_blocking(move || auth::verify_password(&password, hash.as_deref().unwrap_or(NOBODY)));
    let fits = verified.await.map_err(|e| db::Error::Panicked(e.to_string()))?;
    let actor = Actor { kind: ActorKind::User, user, agent: None, grants: Vec::new(), token: None, origin: command.origin };
    match user.filter(|_| fits && active) {
        Some(user) => {
            let (secret, csrf) = (auth::new_token(app.chance.bytes()), hex::encode(app.chance.bytes()));
            let before = command.before.as_deref().map(auth::token_hash);
            let (hash, browser) = (auth::token_hash(&secret), command.browser.map(|b| b.chars().take(300).collect::<String>()));
            app.write(&actor, move |tx| {
                for (name, _) in &counted {
                    db::sessions::set_attempts(tx, name, None)?;
                }
                if let Some(before) = &before
                    && let Some(session) = db::sessions::find_by_secret(tx.conn, before)?
                    && db::sessions::end(tx, session.user, Some(session.id), None)? > 0
                {
                    tx.audit_event("session.ended", ("session", &session.id), &json!({ "replaced": true }))?;
                }
                let expires_at = tx.now.checked_add_signed(LONGEST).unwrap_or(tx.now);
                let session = NewSession { user, secret_hash: &hash, csrf: &csrf, expires_at, browser: browser.as_deref() };
                let id = db::sessions::insert(tx, &session)?;
                tx.audit_event("session.begun", ("session", &id), &json!({}))
            })
            .await?;
            Ok(secret)
        }
        None => {
            let typed: String = command.username.chars().take(64).collect();
            app.write(&actor, move |tx| {
                for (name, by) in &counted {
                    let before = db::sessions::attempts(tx.conn, name)?;
                    db::sessions::set_attempts(tx, name, Some(Attempts::failed(before, *by, tx.now)))?;
                }
                tx.audit_event("session.refused", ("username", &typed), &json!({}))
            })
            .await?;
            Err(Refusal::unauthenticated("the user name or the password is wrong").into())
        }
    }
}

/// How long an address at which somebody has logged in is known as theirs.
const KNOWN_FOR: Duration = Duration::days(30);

/// What failures are counted by: the user name, or for who has logged in from this address before that person at this address, so that nobody can lock
/// somebody else out by guessing; and the address.
fn counted_by(command: &LogIn, known: bool) -> Vec<(String, Counted)> {
    let user: String = command.username.trim().to_lowercase().chars().take(64).collect();
    let address = command.origin.address.as_ref();
    let person = match address {
        Some(address) if known => format!("user:{user}|{address}"),
        _ => format!("user:{user}"),
    };
    std::iter::once((person, Counted::User)).chain(address.map(|a| (format!("address:{a}"), Counted::Address))).collect()
}
