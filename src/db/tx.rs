//! What a writing closure works with.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::sql_types::At;
use crate::chance::Chance;
use crate::domain::access::Actor;
use crate::domain::masking::{mask, mask_document};

/// An open transaction, with the time, the ids and the actor of what happens in it.
pub struct Tx<'a> {
    /// The connection; pass it to a query as `tx.conn`.
    pub conn: &'a mut AnyConnection,
    /// The moment of everything in this transaction.
    pub now: DateTime<Utc>,
    /// Who is acting.
    pub actor: &'a Actor,
    chance: &'a Chance,
}

impl<'a> Tx<'a> {
    /// A transaction on a connection that has begun one.
    pub fn new(conn: &'a mut AnyConnection, now: DateTime<Utc>, actor: &'a Actor, chance: &'a Chance) -> Self {
        Self { conn, now, actor, chance }
    }

    /// The moment of everything in this transaction, as a column's value.
    pub fn at(&self) -> At {
        At(self.now)
    }

    /// A new id of any kind.
    pub fn id<I: From<Uuid>>(&self) -> I {
        I::from(self.chance.id(self.now))
    }

    /// 32 random bytes. They differ when the closure runs again.
    pub fn random(&self) -> [u8; 32] {
        self.chance.bytes()
    }

    /// Writes a line of the audit log: who did `action` (such as `team.created`) to what, and what it was before and after. What people said in their
    /// own words is kept with customers' data masked: the log is never deleted.
    ///
    /// # Errors
    /// What the database says.
    pub fn audit<B: Serialize, A: Serialize>(
        &mut self,
        action: &str,
        object: (&str, &dyn std::fmt::Display),
        before: Option<&B>,
        after: Option<&A>,
        reason: Option<&str>,
    ) -> Result<()> {
        let before = before.map(without_customers).transpose()?;
        let after = after.map(without_customers).transpose()?;
        super::audit::insert(self, action, object, before, after, reason.map(mask).as_deref())
    }

    /// [`Self::audit`] of something new.
    ///
    /// # Errors
    /// What the database says.
    pub fn audit_new<A: Serialize>(&mut self, action: &str, object: (&str, &dyn std::fmt::Display), after: &A) -> Result<()> {
        self.audit::<(), A>(action, object, None, Some(after), None)
    }

    /// [`Self::audit`] of an event that has no before, with a description.
    ///
    /// # Errors
    /// What the database says.
    pub fn audit_event(&mut self, action: &str, object: (&str, &dyn std::fmt::Display), details: &serde_json::Value) -> Result<()> {
        self.audit::<(), _>(action, object, None, Some(details), None)
    }
}

/// JSON for the audit log, with customers' data masked.
fn without_customers<T: Serialize>(value: &T) -> Result<String> {
    let damaged = |e: serde_json::Error| Error::Damaged(format!("cannot be written as JSON: {e}"));
    let mut document = serde_json::to_value(value).map_err(damaged)?;
    if mask_document(&mut document, false) { to_json(&document) } else { to_json(value) }
}

/// JSON for a column.
///
/// # Errors
/// `Damaged` for what JSON cannot hold.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Damaged(format!("cannot be written as JSON: {e}")))
}

/// Reads a JSON column.
///
/// # Errors
/// `Damaged` naming what was to be read.
pub fn from_json<T: serde::de::DeserializeOwned>(what: &str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| Error::Damaged(format!("{what}: {e}")))
}
