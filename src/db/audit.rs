//! The audit log: it only grows.

use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::expression::AppearsOnTable;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::BigInt;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::audit;
use super::sql_types::At;
use super::tx::{Tx, from_json};
use crate::domain::access::{Actor, ActorKind};
use crate::domain::audit::{AuditEntry, AuditFilter, SealedLine};
use crate::domain::id::{AuditId, TokenId, UserId};
use crate::domain::page::{Page, PageRequest};

/// The number of a new line, as SQL: one type for each text, by which the prepared statement is found again.
macro_rules! next_number {
    ($(#[$doc:meta])* $name:ident = $sql:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, QueryId)]
        struct $name;

        impl<DB: Backend> QueryFragment<DB> for $name {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
                out.push_sql($sql);
                Ok(())
            }
        }

        impl Expression for $name {
            type SqlType = BigInt;
        }

        impl<QS> AppearsOnTable<QS> for $name {}
    };
}
next_number!(
    /// Embedded there is one writer, and no number is left out.
    NextOfOneWriter = "(SELECT COALESCE(MAX(seq), 0) + 1 FROM audit)"
);
next_number!(
    /// PostgreSQL gives numbers that may stay unused.
    NextOfSequence = "nextval('audit_seq')"
);

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
    let (id, at) = (tx.id::<AuditId>(), tx.at());
    macro_rules! line {
        ($next:expr) => {
            diesel::insert_into(audit::table).values((
                audit::id.eq(id),
                audit::at.eq(at),
                audit::actor_kind.eq(kind.as_str()),
                audit::user_id.eq(*user),
                audit::token_id.eq(token.as_ref().map(|(id, _)| *id)),
                audit::action.eq(action),
                audit::object_kind.eq(object_kind),
                audit::object_id.eq(object_id.to_string()),
                audit::address.eq(origin.address.as_deref()),
                audit::request_id.eq(origin.request_id.as_deref()),
                audit::before.eq(&before),
                audit::after.eq(&after),
                audit::reason.eq(reason),
                audit::seq.eq($next),
            ))
        };
    }
    match tx.conn {
        AnyConnection::Sqlite(conn) => line!(NextOfOneWriter).execute(conn)?,
        AnyConnection::Postgres(conn) => line!(NextOfSequence).execute(conn)?,
    };
    Ok(())
}

/// A page of the lines that fit, the latest first.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEntry>> {
    let mut query = audit::table.select(AuditRow::as_select()).order(audit::id.desc()).limit(page.fetch()).into_boxed();
    if let Some(user) = filter.user {
        query = query.filter(audit::user_id.eq(user));
    }
    if let Some(kind) = filter.actor_kind {
        query = query.filter(audit::actor_kind.eq(kind.as_str()));
    }
    if let Some(action) = &filter.action {
        query = query.filter(audit::action.eq(action.clone()));
    }
    if let Some(kind) = &filter.object_kind {
        query = query.filter(audit::object_kind.eq(kind.clone()));
    }
    if let Some(id) = &filter.object_id {
        query = query.filter(audit::object_id.eq(id.clone()));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit::at.ge(At(from)));
    }
    if let Some(until) = filter.until {
        query = query.filter(audit::at.lt(At(until)));
    }
    if let Some(after) = &page.after {
        query = query.filter(audit::id.lt(AuditId(after.id)));
    }
    let rows = query.load::<AuditRow>(conn)?.into_iter().map(AuditRow::entry).collect::<Result<Vec<_>>>()?;
    Ok(page.page(rows, |entry: &AuditEntry| (String::new(), entry.id.0)))
}

/// The latest line that says one of these of an object.
///
/// # Errors
/// What the database says.
pub fn last_of(conn: &mut AnyConnection, (kind, id): (&str, &str), actions: &[&str]) -> Result<Option<AuditEntry>> {
    let lines = audit::table.filter(audit::object_kind.eq(kind)).filter(audit::object_id.eq(id)).filter(audit::action.eq_any(actions));
    lines.order(audit::id.desc()).select(AuditRow::as_select()).first(conn).optional()?.map(AuditRow::entry).transpose()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit)]
pub(super) struct AuditRow {
    seq: i64,
    id: AuditId,
    #[diesel(deserialize_as = At)]
    at: DateTime<Utc>,
    actor_kind: String,
    user_id: Option<UserId>,
    token_id: Option<TokenId>,
    action: String,
    object_kind: String,
    object_id: String,
    address: Option<String>,
    request_id: Option<String>,
    before: Option<String>,
    after: Option<String>,
    reason: Option<String>,
}

impl AuditRow {
    /// As its seal sees it.
    pub(super) fn sealed(self) -> SealedLine {
        SealedLine {
            seq: self.seq,
            id: self.id,
            at_us: self.at.timestamp_micros(),
            actor_kind: self.actor_kind,
            user_id: self.user_id,
            token_id: self.token_id,
            action: self.action,
            object_kind: self.object_kind,
            object_id: self.object_id,
            address: self.address,
            request_id: self.request_id,
            before: self.before,
            after: self.after,
            reason: self.reason,
        }
    }

    fn entry(self) -> Result<AuditEntry> {
        let json = |text: Option<String>| text.map(|text| from_json("audit", &text)).transpose();
        Ok(AuditEntry {
            id: self.id,
            at: self.at,
            actor_kind: self.actor_kind.parse().map_err(|_| super::Error::Damaged(format!("audit {}: actor_kind", self.id)))?,
            user_id: self.user_id,
            token_id: self.token_id,
            action: self.action,
            object_kind: self.object_kind,
            object_id: self.object_id,
            address: self.address,
            request_id: self.request_id,
            before: json(self.before)?,
            after: json(self.after)?,
            reason: self.reason,
        })
    }
}
