//! The audit log: it only grows.

use diesel::prelude::*;

use super::error::Result;
use super::schema::audit;
use super::tx::Tx;
use crate::domain::access::{Actor, ActorKind};
use crate::domain::id::AuditId;

/// Writes one line. Use [`Tx::audit`].
pub(super) fn insert(
    tx: &mut Tx<'_>,
    action: &str,
    (object_kind, object_id): (&str, &dyn std::fmt::Display),
    before: Option<String>,
    after: Option<String>,
    reason: Option<&str>,
) -> Result<()> {
    let Actor { kind, user, token, origin, .. } = tx.actor;
    let kind: ActorKind = *kind;
    diesel::insert_into(audit::table)
        .values((
            audit::id.eq(tx.id::<AuditId>()),
            audit::at.eq(tx.at()),
            audit::actor_kind.eq(kind.as_str()),
            audit::user_id.eq(*user),
            audit::token_id.eq(token.as_ref().map(|(id, _)| *id)),
            audit::action.eq(action),
            audit::object_kind.eq(object_kind),
            audit::object_id.eq(object_id.to_string()),
            audit::address.eq(origin.address.as_deref()),
            audit::request_id.eq(origin.request_id.as_deref()),
            audit::before.eq(before),
            audit::after.eq(after),
            audit::reason.eq(reason),
        ))
        .execute(tx.conn)?;
    Ok(())
}
