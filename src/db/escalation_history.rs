//! What happened to escalation cases, who was told of them, and the links in those mails.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::both::Both;
use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{escalation_events, escalation_links, escalation_told};
use super::sql_types::{At, OptionalAt};
use super::tx::Tx;
use crate::domain::escalation::EventKind;
use crate::domain::id::{EscalationEventId, EscalationId, UserId};

/// Something that happened to a case.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = escalation_events)]
pub struct EventRow {
    /// Its id, which rises with time.
    pub id: EscalationEventId,
    /// When.
    #[diesel(deserialize_as = At)]
    pub at: DateTime<Utc>,
    /// What.
    pub kind: EventKind,
    /// The level at that time, from 1.
    pub level: i32,
    /// Who did it; absent where the service did by itself.
    pub user_id: Option<UserId>,
    /// What was said to it.
    pub details: Option<String>,
}

/// Adds an event.
///
/// # Errors
/// What the database says.
pub fn add(tx: &mut Tx<'_>, case: EscalationId, kind: EventKind, level: i32, details: Option<&str>) -> Result<()> {
    let user = tx.actor.user;
    add_by(tx, case, kind, level, user, details)
}

/// Adds an event that somebody else than the actor brought about.
///
/// # Errors
/// What the database says.
pub fn add_by(tx: &mut Tx<'_>, case: EscalationId, kind: EventKind, level: i32, user: Option<UserId>, details: Option<&str>) -> Result<()> {
    diesel::insert_into(escalation_events::table)
        .values((
            escalation_events::id.eq(tx.id::<EscalationEventId>()),
            escalation_events::escalation_id.eq(case),
            escalation_events::at.eq(tx.at()),
            escalation_events::kind.eq(kind),
            escalation_events::level.eq(level),
            escalation_events::user_id.eq(user),
            escalation_events::details.eq(details),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// What happened to a case, the earliest first.
///
/// # Errors
/// What the database says.
pub fn of_case(conn: &mut AnyConnection, case: EscalationId) -> Result<Vec<EventRow>> {
    Ok(escalation_events::table
        .filter(escalation_events::escalation_id.eq(case))
        .order(escalation_events::id)
        .select(EventRow::as_select())
        .load(conn)?)
}

/// Notes that somebody was told of a case at a level; the first level stays.
///
/// # Errors
/// What the database says.
pub fn tell(tx: &mut Tx<'_>, case: EscalationId, user: UserId, level: i32) -> Result<()> {
    Both(
        diesel::insert_into(escalation_told::table)
            .values((
                escalation_told::escalation_id.eq(case),
                escalation_told::user_id.eq(user),
                escalation_told::level.eq(level),
                escalation_told::told_at.eq(tx.at()),
            ))
            .on_conflict((escalation_told::escalation_id, escalation_told::user_id))
            .do_nothing(),
    )
    .execute(tx.conn)?;
    Ok(())
}

/// Who was told of a case so far.
///
/// # Errors
/// What the database says.
pub fn told(conn: &mut AnyConnection, case: EscalationId) -> Result<BTreeSet<UserId>> {
    let rows: Vec<UserId> =
        escalation_told::table.filter(escalation_told::escalation_id.eq(case)).select(escalation_told::user_id).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// A link in a mail.
#[derive(Debug, Clone, Queryable)]
pub struct LinkRow {
    /// The case that it acknowledges.
    pub escalation_id: EscalationId,
    /// Whom it was sent to.
    pub user_id: UserId,
    /// Until when it works.
    #[diesel(deserialize_as = At)]
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    #[diesel(deserialize_as = OptionalAt)]
    pub used_at: Option<DateTime<Utc>>,
}

/// Stores a link by the hash of its secret.
///
/// # Errors
/// What the database says.
pub fn add_link(tx: &mut Tx<'_>, hash: &str, case: EscalationId, user: UserId, expires_at: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(escalation_links::table)
        .values((
            escalation_links::hash.eq(hash),
            escalation_links::escalation_id.eq(case),
            escalation_links::user_id.eq(user),
            escalation_links::expires_at.eq(At(expires_at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The link with this hash.
///
/// # Errors
/// What the database says.
pub fn find_link(conn: &mut AnyConnection, hash: &str) -> Result<Option<LinkRow>> {
    Ok(escalation_links::table
        .find(hash)
        .select((escalation_links::escalation_id, escalation_links::user_id, escalation_links::expires_at, escalation_links::used_at))
        .first(conn)
        .optional()?)
}

/// Notes that a link was used.
///
/// # Errors
/// What the database says.
pub fn use_link(tx: &mut Tx<'_>, hash: &str) -> Result<()> {
    diesel::update(escalation_links::table.find(hash)).set(escalation_links::used_at.eq(tx.at())).execute(tx.conn)?;
    Ok(())
}
