//! Bearer tokens, stored as a hash.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{tokens, users};
use super::sql_types::{At, OptionalAt};
use super::tx::Tx;
use crate::domain::id::{AgentId, TokenId, UserId};

/// A token that somebody showed, with its user.
#[derive(Debug, Clone, Queryable)]
pub struct ShownToken {
    /// The token.
    pub id: TokenId,
    /// What it may do: words of [`crate::domain::access::TokenScope`], separated by blanks.
    pub scopes: String,
    /// When it ends.
    #[diesel(deserialize_as = OptionalAt)]
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    #[diesel(deserialize_as = OptionalAt)]
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used.
    #[diesel(deserialize_as = OptionalAt)]
    pub last_used_at: Option<DateTime<Utc>>,
    /// Its user.
    pub user: UserId,
    /// The agent that the user is.
    pub agent: Option<AgentId>,
    /// Whether the user may log in.
    pub active: bool,
}

/// The token with this hash.
///
/// # Errors
/// What the database says.
pub fn find_by_hash(conn: &mut AnyConnection, hash: &str) -> Result<Option<ShownToken>> {
    let found = tokens::table
        .inner_join(users::table)
        .filter(tokens::hash.eq(hash))
        .select((
            tokens::id,
            tokens::scopes,
            tokens::expires_at,
            tokens::revoked_at,
            tokens::last_used_at,
            users::id,
            users::agent_id,
            users::active,
        ))
        .first::<ShownToken>(conn)
        .optional()?;
    Ok(found)
}

/// Stores a new token. `scopes` are words separated by blanks.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, user: UserId, name: &str, hash: &str, scopes: &str, expires_at: Option<DateTime<Utc>>) -> Result<TokenId> {
    let id = tx.id::<TokenId>();
    diesel::insert_into(tokens::table)
        .values((
            tokens::id.eq(id),
            tokens::user_id.eq(user),
            tokens::name.eq(name),
            tokens::hash.eq(hash),
            tokens::scopes.eq(scopes),
            tokens::created_at.eq(tx.at()),
            tokens::expires_at.eq(expires_at.map(At)),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

/// Notes that a token was used.
///
/// # Errors
/// What the database says.
pub fn touch(tx: &mut Tx<'_>, id: TokenId) -> Result<()> {
    diesel::update(tokens::table.find(id)).set(tokens::last_used_at.eq(tx.at())).execute(tx.conn)?;
    Ok(())
}
