//! What managers set as a whole: the working calendar, the escalation policy, the terms of appeals, retention. Without a row the defaults hold.

use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::settings;
use super::tx::{Tx, from_json, to_json};
use crate::domain::access::Action;
use crate::domain::appeal::AppealTerms;
use crate::domain::calendar::{Calendar, CalendarInput};
use crate::domain::escalation::EscalationPolicy;
use crate::domain::retention::RetentionPolicy;

/// Something that is set as a whole.
pub trait Setting: Default + Serialize + DeserializeOwned {
    /// The name under which it is stored.
    const NAME: &'static str;
    /// Who may see it.
    const READ: Action = Action::PolicyRead;
    /// Who may set it, for the whole centre.
    const WRITE: Action = Action::PolicyWrite;
}

impl Setting for CalendarInput {
    const NAME: &'static str = "calendar";
}

impl Setting for EscalationPolicy {
    const NAME: &'static str = "escalation_policy";
}

impl Setting for AppealTerms {
    const NAME: &'static str = "appeal_terms";
}

impl Setting for RetentionPolicy {
    const NAME: &'static str = "retention";
    const READ: Action = Action::RetentionRead;
    const WRITE: Action = Action::RetentionWrite;
}

/// What is set, and its version; the default, version 0, where nobody has set it yet.
///
/// # Errors
/// What the database says.
pub fn load<S: Setting>(conn: &mut AnyConnection) -> Result<(S, i32)> {
    let row: Option<(String, i32)> = settings::table.find(S::NAME).select((settings::content, settings::version)).first(conn).optional()?;
    match row {
        Some((content, version)) => Ok((from_json(S::NAME, &content)?, version)),
        None => Ok((S::default(), 0)),
    }
}

/// Stores what is set, as the version after `version`.
///
/// # Errors
/// What the database says.
pub fn store<S: Setting>(tx: &mut Tx<'_>, setting: &S, version: i32) -> Result<i32> {
    let next = version.saturating_add(1);
    let content = to_json(setting)?;
    if version == 0 {
        diesel::insert_into(settings::table)
            .values((
                settings::name.eq(S::NAME),
                settings::content.eq(content),
                settings::version.eq(next),
                settings::changed_by.eq(tx.actor.user),
                settings::changed_at.eq(tx.at()),
            ))
            .execute(tx.conn)?;
    } else {
        diesel::update(settings::table.find(S::NAME))
            .set((
                settings::content.eq(content),
                settings::version.eq(next),
                settings::changed_by.eq(tx.actor.user),
                settings::changed_at.eq(tx.at()),
            ))
            .execute(tx.conn)?;
    }
    Ok(next)
}

/// The working calendar in the organisation's time zone.
///
/// # Errors
/// What the database says.
pub fn calendar(conn: &mut AnyConnection) -> Result<Calendar> {
    let (input, _) = load::<CalendarInput>(conn)?;
    Ok(Calendar::new(&input, super::organisation::load(conn)?.zone))
}
