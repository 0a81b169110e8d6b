//! Versions of the pass policy.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::schema::pass_policies;
use super::sql_types::At;
use super::tx::{Tx, from_json, to_json};
use crate::domain::Refusal;
use crate::domain::id::{PassPolicyId, UserId};
use crate::domain::pass_policy::PassPolicy;
use crate::domain::period::Period;

/// A version of the pass policy as it is stored.
#[derive(Debug, Clone)]
pub struct PassPolicyRow {
    /// The id.
    pub id: PassPolicyId,
    /// Number of the version, from 1.
    pub number: i32,
    /// The thresholds.
    pub policy: PassPolicy,
    /// Who made it; absent for the first one.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Stores a new version.
///
/// # Errors
/// `Conflict` with code `made_meanwhile`.
pub fn insert(tx: &mut Tx<'_>, row: &PassPolicyRow) -> Result<()> {
    diesel::insert_into(pass_policies::table)
        .values((
            pass_policies::id.eq(row.id),
            pass_policies::number.eq(row.number),
            pass_policies::first_period.eq(row.policy.first_period),
            pass_policies::content.eq(to_json(&row.policy)?),
            pass_policies::created_by.eq(row.created_by),
            pass_policies::created_at.eq(At(row.created_at)),
        ))
        .execute(tx.conn)
        .map_err(|e| {
            Error::from(e).or_unique("pass_policies_number_unique", "pass_policies.number", || {
                Refusal::conflict("made_meanwhile", "somebody made another version at the same moment; look at it and try again")
            })
        })?;
    Ok(())
}

type Stored = (PassPolicyId, i32, String, Option<UserId>, At);

fn read((id, number, content, created_by, At(created_at)): Stored) -> Result<PassPolicyRow> {
    Ok(PassPolicyRow { id, number, policy: from_json("pass_policies.content", &content)?, created_by, created_at })
}

/// Every version, newest first. There are few: one for each time that the method changed.
///
/// # Errors
/// What the database says.
pub fn all(conn: &mut AnyConnection) -> Result<Vec<PassPolicyRow>> {
    let rows: Vec<Stored> = pass_policies::table
        .order(pass_policies::number.desc())
        .select((pass_policies::id, pass_policies::number, pass_policies::content, pass_policies::created_by, pass_policies::created_at))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// The version in force for a period.
///
/// # Errors
/// `Conflict` with code `no_pass_policy` where the first one begins later.
pub fn in_force(conn: &mut AnyConnection, period: Period) -> Result<PassPolicyRow> {
    let none = || Refusal::conflict("no_pass_policy", format!("no pass policy is in force for {period}"));
    find_in_force(conn, period)?.ok_or_else(|| none().into())
}

/// The version in force for a period, if the first one does not begin later.
///
/// # Errors
/// What the database says.
pub fn find_in_force(conn: &mut AnyConnection, period: Period) -> Result<Option<PassPolicyRow>> {
    let found: Option<Stored> = pass_policies::table
        .filter(pass_policies::first_period.le(period))
        .order((pass_policies::first_period.desc(), pass_policies::number.desc()))
        .select((pass_policies::id, pass_policies::number, pass_policies::content, pass_policies::created_by, pass_policies::created_at))
        .first(conn)
        .optional()?;
    found.map(read).transpose()
}
