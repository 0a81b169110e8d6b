//! Sessions, log-in attempts and what each person likes to see.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{login_attempts, sessions, user_settings, users};
use super::sql_types::{At, OptionalAt};
use super::tx::Tx;
use crate::domain::id::{AgentId, SessionId, UserId};
use crate::domain::language::Language;
use crate::domain::session::Attempts;
use crate::domain::theme::Theme;

/// A session with its person.
#[derive(Debug, Clone, Queryable)]
pub struct SessionRow {
    /// The session.
    pub id: SessionId,
    /// What forms and scripts must show to change something.
    pub csrf: String,
    /// The last request that was noted.
    #[diesel(deserialize_as = At)]
    pub seen_at: DateTime<Utc>,
    /// When it ends in any case.
    #[diesel(deserialize_as = At)]
    pub expires_at: DateTime<Utc>,
    /// When it was ended.
    #[diesel(deserialize_as = OptionalAt)]
    pub ended_at: Option<DateTime<Utc>>,
    /// The person.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// The agent that the person is.
    pub agent: Option<AgentId>,
    /// Whether the person may log in.
    pub active: bool,
    /// The language that the person reads.
    pub language: Language,
    /// How pages look to the person.
    pub theme: Option<Theme>,
}

/// The session with this secret's hash.
///
/// # Errors
/// What the database says.
pub fn find_by_secret(conn: &mut AnyConnection, hash: &str) -> Result<Option<SessionRow>> {
    let found = sessions::table
        .inner_join(users::table.left_join(user_settings::table))
        .filter(sessions::secret_hash.eq(hash))
        .select((
            sessions::id,
            sessions::csrf,
            sessions::seen_at,
            sessions::expires_at,
            sessions::ended_at,
            users::id,
            users::name,
            users::agent_id,
            users::active,
            users::language,
            user_settings::theme.nullable(),
        ))
        .first::<SessionRow>(conn)
        .optional()?;
    Ok(found)
}

/// A new session.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    /// The person.
    pub user: UserId,
    /// The hash of the cookie's secret.
    pub secret_hash: &'a str,
    /// What forms and scripts must show.
    pub csrf: &'a str,
    /// When it ends in any case.
    pub expires_at: DateTime<Utc>,
    /// The browser as it names itself.
    pub browser: Option<&'a str>,
}

/// Stores a new session.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, session: &NewSession<'_>) -> Result<SessionId> {
    let id = tx.id::<SessionId>();
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::user_id.eq(session.user),
            sessions::secret_hash.eq(session.secret_hash),
            sessions::csrf.eq(session.csrf),
            sessions::address.eq(tx.actor.origin.address.as_deref()),
            sessions::browser.eq(session.browser),
            sessions::created_at.eq(tx.at()),
            sessions::seen_at.eq(tx.at()),
            sessions::expires_at.eq(At(session.expires_at)),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

/// Notes a session's last request.
///
/// # Errors
/// What the database says.
pub fn touch(tx: &mut Tx<'_>, id: SessionId) -> Result<()> {
    diesel::update(sessions::table.find(id)).set(sessions::seen_at.eq(tx.at())).execute(tx.conn)?;
    Ok(())
}

/// Ends a person's sessions: one of them, or all but one. Gives how many ended.
///
/// # Errors
/// What the database says.
pub fn end(tx: &mut Tx<'_>, user: UserId, only: Option<SessionId>, but: Option<SessionId>) -> Result<usize> {
    let mut open = sessions::table
        .filter(sessions::user_id.eq(user).and(sessions::ended_at.is_null()))
        .select(sessions::id)
        .load::<SessionId>(tx.conn)?;
    open.retain(|id| only.is_none_or(|only| only == *id) && but != Some(*id));
    for id in &open {
        diesel::update(sessions::table.find(*id)).set(sessions::ended_at.eq(tx.at())).execute(tx.conn)?;
    }
    Ok(open.len())
}

/// A person's open session, as the person sees it.
#[derive(Debug, Clone, Queryable)]
pub struct OpenSession {
    /// The session.
    pub id: SessionId,
    /// Where it was begun from.
    pub address: Option<String>,
    /// The browser as it named itself.
    pub browser: Option<String>,
    /// When it was begun.
    #[diesel(deserialize_as = At)]
    pub created_at: DateTime<Utc>,
    /// The last request that was noted.
    #[diesel(deserialize_as = At)]
    pub seen_at: DateTime<Utc>,
}

/// A person's open sessions, the latest first.
///
/// # Errors
/// What the database says.
pub fn open_of(conn: &mut AnyConnection, user: UserId, now: DateTime<Utc>) -> Result<Vec<OpenSession>> {
    Ok(sessions::table
        .filter(sessions::user_id.eq(user).and(sessions::ended_at.is_null()).and(sessions::expires_at.gt(At(now))))
        .order(sessions::id.desc())
        .limit(100)
        .select((sessions::id, sessions::address, sessions::browser, sessions::created_at, sessions::seen_at))
        .load(conn)?)
}

/// Who logs in with this name: id, password's hash, whether the person may.
///
/// # Errors
/// What the database says.
pub fn credentials(conn: &mut AnyConnection, username: &str) -> Result<Option<(UserId, Option<String>, bool)>> {
    Ok(users::table.filter(users::username.eq(username)).select((users::id, users::password_hash, users::active)).first(conn).optional()?)
}

/// Whether a person has begun a session from an address since then.
///
/// # Errors
/// What the database says.
pub fn was_here(conn: &mut AnyConnection, user: UserId, address: &str, since: DateTime<Utc>) -> Result<bool> {
    let here =
        sessions::table.filter(sessions::user_id.eq(user)).filter(sessions::address.eq(address)).filter(sessions::created_at.gt(At(since)));
    Ok(diesel::select(diesel::dsl::exists(here.select(sessions::id))).get_result(conn)?)
}

/// A person's stored password hash.
///
/// # Errors
/// What the database says, among it that there is no such person.
pub fn password_hash(conn: &mut AnyConnection, user: UserId) -> Result<Option<String>> {
    Ok(users::table.find(user).select(users::password_hash).first(conn)?)
}

/// Stores a new password hash.
///
/// # Errors
/// What the database says.
pub fn set_password_hash(tx: &mut Tx<'_>, user: UserId, hash: &str) -> Result<()> {
    diesel::update(users::table.find(user)).set(users::password_hash.eq(hash)).execute(tx.conn)?;
    Ok(())
}

/// Stores what a person likes to see.
///
/// # Errors
/// What the database says.
pub fn set_looks(tx: &mut Tx<'_>, user: UserId, language: Language, theme: Theme) -> Result<()> {
    diesel::update(users::table.find(user)).set(users::language.eq(language)).execute(tx.conn)?;
    let changed = diesel::update(user_settings::table.find(user)).set(user_settings::theme.eq(theme)).execute(tx.conn)?;
    if changed == 0 {
        diesel::insert_into(user_settings::table)
            .values((user_settings::user_id.eq(user), user_settings::theme.eq(theme)))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// The failed attempts counted under a name.
///
/// # Errors
/// What the database says.
pub fn attempts(conn: &mut AnyConnection, name: &str) -> Result<Option<Attempts>> {
    let found = login_attempts::table
        .find(name)
        .select((login_attempts::failures, login_attempts::last_at, login_attempts::blocked_until))
        .first::<(i32, At, Option<At>)>(conn)
        .optional()?;
    Ok(found.map(|(failures, last, blocked)| Attempts { failures, last_at: last.0, blocked_until: blocked.map(|b| b.0) }))
}

/// Stores the failed attempts counted under a name; `None` forgets them.
///
/// # Errors
/// What the database says.
pub fn set_attempts(tx: &mut Tx<'_>, name: &str, attempts: Option<Attempts>) -> Result<()> {
    diesel::delete(login_attempts::table.find(name)).execute(tx.conn)?;
    if let Some(attempts) = attempts {
        diesel::insert_into(login_attempts::table)
            .values((
                login_attempts::name.eq(name),
                login_attempts::failures.eq(attempts.failures),
                login_attempts::last_at.eq(At(attempts.last_at)),
                login_attempts::blocked_until.eq(attempts.blocked_until.map(At)),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}
