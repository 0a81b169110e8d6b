//! The answers of requests that came with an `Idempotency-Key`, stored in the transaction of their effect.

use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::answers;
use super::tx::Tx;
use crate::domain::Refusal;
use crate::domain::id::UserId;

/// The stored answer of an earlier request with this key, as JSON.
///
/// # Errors
/// `Conflict` with code `idempotency_key_reused` where the key came with another operation or another body.
pub fn find(conn: &mut AnyConnection, user: UserId, key: &str, operation: &str, fingerprint: &str) -> Result<Option<String>> {
    let found = answers::table
        .find((user, key))
        .select((answers::operation, answers::fingerprint, answers::answer))
        .first::<(String, String, String)>(conn)
        .optional()?;
    match found {
        None => Ok(None),
        Some((o, f, answer)) if o == operation && f == fingerprint => Ok(Some(answer)),
        Some(_) => Err(Refusal::conflict(
            "idempotency_key_reused",
            "this Idempotency-Key came with another request before; use a new key for each new request",
        )
        .into()),
    }
}

/// Stores an answer.
///
/// # Errors
/// What the database says.
pub fn store(tx: &mut Tx<'_>, user: UserId, key: &str, operation: &str, fingerprint: &str, answer: &str) -> Result<()> {
    diesel::insert_into(answers::table)
        .values((
            answers::user_id.eq(user),
            answers::key.eq(key),
            answers::operation.eq(operation),
            answers::fingerprint.eq(fingerprint),
            answers::answer.eq(answer),
            answers::created_at.eq(tx.at()),
        ))
        .execute(tx.conn)?;
    Ok(())
}
