//! How often people want to hear of what.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::mail_preferences;
use super::tx::Tx;
use crate::domain::id::UserId;
use crate::domain::mail::{Frequency, Topic};

/// What a user has chosen.
///
/// # Errors
/// What the database says.
pub fn of(conn: &mut AnyConnection, user: UserId) -> Result<BTreeMap<Topic, Frequency>> {
    let rows: Vec<(Topic, Frequency)> = mail_preferences::table
        .filter(mail_preferences::user_id.eq(user))
        .select((mail_preferences::topic, mail_preferences::frequency))
        .order(mail_preferences::topic)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Stores a choice over the one before.
///
/// # Errors
/// What the database says.
pub fn set(tx: &mut Tx<'_>, user: UserId, topic: Topic, frequency: Frequency) -> Result<()> {
    let changed = diesel::update(mail_preferences::table.find((user, topic)))
        .set((mail_preferences::frequency.eq(frequency), mail_preferences::updated_at.eq(tx.at())))
        .execute(tx.conn)?;
    if changed == 0 {
        diesel::insert_into(mail_preferences::table)
            .values((
                mail_preferences::user_id.eq(user),
                mail_preferences::topic.eq(topic),
                mail_preferences::frequency.eq(frequency),
                mail_preferences::updated_at.eq(tx.at()),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}
