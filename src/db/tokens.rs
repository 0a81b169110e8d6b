//! Bearer tokens, stored as a hash.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::both::natively;
use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{tokens, users};
use super::sql_types::{At, OptionalAt};
use super::tx::Tx;
use crate::domain::Refusal;
use crate::domain::id::{AgentId, TokenId, UserId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::token::Token;

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
    let found = natively!(
        conn,
        first,
        tokens::table.inner_join(users::table).filter(tokens::hash.eq(hash)).select((
            tokens::id,
            tokens::scopes,
            tokens::expires_at,
            tokens::revoked_at,
            tokens::last_used_at,
            users::id,
            users::agent_id,
            users::active,
        ))
    );
    Ok(found.optional()?)
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

/// A token as its list shows it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens)]
struct TokenRow {
    id: TokenId,
    user_id: UserId,
    name: String,
    scopes: String,
    #[diesel(deserialize_as = At)]
    created_at: DateTime<Utc>,
    #[diesel(deserialize_as = OptionalAt)]
    expires_at: Option<DateTime<Utc>>,
    #[diesel(deserialize_as = OptionalAt)]
    last_used_at: Option<DateTime<Utc>>,
    #[diesel(deserialize_as = OptionalAt)]
    revoked_at: Option<DateTime<Utc>>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id,
            name: row.name,
            scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// The token with this id.
///
/// # Errors
/// `NotFound`.
pub fn find(conn: &mut AnyConnection, id: TokenId) -> Result<Token> {
    let row = tokens::table.find(id).select(TokenRow::as_select()).first::<TokenRow>(conn).optional()?;
    row.map(Token::from).ok_or_else(|| Refusal::not_found("token", id).into())
}

/// A page of a user's tokens, the oldest first.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, user: UserId, page: &PageRequest) -> Result<Page<Token>> {
    let mut query =
        tokens::table.filter(tokens::user_id.eq(user)).select(TokenRow::as_select()).order(tokens::id).limit(page.fetch()).into_boxed();
    if let Some(after) = &page.after {
        query = query.filter(tokens::id.gt(TokenId(after.id)));
    }
    let rows = query.load::<TokenRow>(conn)?.into_iter().map(Token::from).collect();
    Ok(page.page(rows, |token: &Token| (String::new(), token.id.0)))
}

/// Ends a token for good.
///
/// # Errors
/// What the database says.
pub fn revoke(tx: &mut Tx<'_>, id: TokenId) -> Result<()> {
    diesel::update(tokens::table.find(id)).set(tokens::revoked_at.eq(tx.at())).execute(tx.conn)?;
    Ok(())
}
