//! The organisation: one row with what everything depends on.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::schema::organisation;
use crate::domain::language::Language;
use crate::domain::money::Currency;
use crate::domain::period::Period;
use crate::domain::{Refusal, Refused};

/// The organisation. Set once by `assay init`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// The time zone in which periods and days are reckoned.
    pub zone: Tz,
    /// The currency of fines.
    pub currency: Currency,
    /// The language of those who have not chosen one.
    pub language: Language,
}

impl Organisation {
    /// The period that a moment belongs to.
    ///
    /// # Errors
    /// `Invalid` for years outside 2000 to 2999.
    pub fn period_of(&self, at: DateTime<Utc>) -> Refused<Period> {
        Period::of_moment(at, self.zone)
    }
}

/// The organisation.
///
/// # Errors
/// `Conflict` with code `not_initialised` before `assay init`.
pub fn load(conn: &mut AnyConnection) -> Result<Organisation> {
    find(conn)?.ok_or_else(|| Refusal::conflict("not_initialised", "the centre is not set up yet; run `assay init` first").into())
}

/// The organisation, if there is one yet.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection) -> Result<Option<Organisation>> {
    let row = organisation::table
        .select((organisation::name, organisation::time_zone, organisation::currency, organisation::language))
        .first::<(String, String, Currency, Language)>(conn)
        .optional()?;
    row.map(|(name, zone, currency, language)| {
        let zone = zone.parse().map_err(|_| Error::Damaged(format!("organisation.time_zone: `{zone}`")))?;
        Ok(Organisation { name, zone, currency, language })
    })
    .transpose()
}

/// Stores the organisation.
///
/// # Errors
/// What the database says, among it a second row.
pub fn insert(conn: &mut AnyConnection, organisation: &Organisation, now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(organisation::table)
        .values((
            organisation::id.eq(1),
            organisation::name.eq(&organisation.name),
            organisation::time_zone.eq(organisation.zone.name()),
            organisation::currency.eq(organisation.currency),
            organisation::language.eq(organisation.language),
            organisation::created_at.eq(super::sql_types::At(now)),
        ))
        .execute(conn)?;
    Ok(())
}
