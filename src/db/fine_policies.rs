//! Versions of the fine policy.

use std::collections::BTreeSet;

use diesel::dsl::max;
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{fine_policies, ledger, violation_types};
use super::sql_types::At;
use super::tx::{Tx, from_json, to_json};
use crate::domain::Refusal;
use crate::domain::fine_policy::{FinePolicy, FineTerms};
use crate::domain::id::{FinePolicyId, UserId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;

type Row = (FinePolicyId, i32, String, Option<UserId>, At);

fn policy((id, version, content, created_by, created_at): Row) -> Result<FinePolicy> {
    Ok(FinePolicy { id, version, terms: from_json("fine_policies.content", &content)?, created_by, created_at: created_at.0 })
}

fn columns() -> (fine_policies::id, fine_policies::number, fine_policies::content, fine_policies::created_by, fine_policies::created_at) {
    (fine_policies::id, fine_policies::number, fine_policies::content, fine_policies::created_by, fine_policies::created_at)
}

/// The version in force for a period: of those that have begun the one that began last, and of two that begin together the later one.
///
/// # Errors
/// What the database says.
pub fn find_in_force(conn: &mut AnyConnection, period: Period) -> Result<Option<FinePolicy>> {
    fine_policies::table
        .filter(fine_policies::first_period.le(period))
        .order((fine_policies::first_period.desc(), fine_policies::number.desc()))
        .select(columns())
        .first::<Row>(conn)
        .optional()?
        .map(policy)
        .transpose()
}

/// [`find_in_force`] for what cannot be priced without.
///
/// # Errors
/// `Conflict` with code `no_fine_policy` where none has begun.
pub fn in_force(conn: &mut AnyConnection, period: Period) -> Result<FinePolicy> {
    let none = || Refusal::conflict("no_fine_policy", format!("no fine policy is in force for {period}; make a version that covers it"));
    find_in_force(conn, period)?.ok_or_else(|| none().into())
}

/// One version.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, id: FinePolicyId) -> Result<Option<FinePolicy>> {
    fine_policies::table.find(id).select(columns()).first::<Row>(conn).optional()?.map(policy).transpose()
}

/// A page of the versions, the latest first.
///
/// # Errors
/// `Invalid` on `cursor`, or what the database says.
pub fn page(conn: &mut AnyConnection, page: &PageRequest) -> Result<Page<FinePolicy>> {
    let mut query = fine_policies::table.select(columns()).into_boxed();
    if let Some(after) = &page.after {
        let number: i32 = after.key.parse().map_err(|_| Refusal::invalid("cursor", "is not a cursor of this list"))?;
        query = query.filter(fine_policies::number.lt(number));
    }
    let rows = query.order(fine_policies::number.desc()).limit(page.fetch()).load::<Row>(conn)?;
    let versions = rows.into_iter().map(policy).collect::<Result<Vec<_>>>()?;
    Ok(page.page(versions, |version| (version.version.to_string(), version.id.0)))
}

/// Stores a new version under the next number.
///
/// # Errors
/// What the database says.
pub fn insert(tx: &mut Tx<'_>, terms: &FineTerms) -> Result<FinePolicy> {
    let last: Option<i32> = fine_policies::table.select(max(fine_policies::number)).first(tx.conn)?;
    let policy = FinePolicy {
        id: tx.id(),
        version: last.unwrap_or(0).saturating_add(1),
        terms: terms.clone(),
        created_by: tx.actor.user,
        created_at: tx.now,
    };
    diesel::insert_into(fine_policies::table)
        .values((
            fine_policies::id.eq(policy.id),
            fine_policies::number.eq(policy.version),
            fine_policies::first_period.eq(terms.first_period),
            fine_policies::content.eq(to_json(terms)?),
            fine_policies::created_by.eq(policy.created_by),
            fine_policies::created_at.eq(tx.at()),
        ))
        .execute(tx.conn)?;
    Ok(policy)
}

/// The last period for which something was priced by a policy.
///
/// # Errors
/// What the database says.
pub fn last_charged(conn: &mut AnyConnection) -> Result<Option<Period>> {
    Ok(ledger::table
        .filter(ledger::policy_number.is_not_null())
        .select(ledger::origin_period)
        .order(ledger::origin_period.desc())
        .first(conn)
        .optional()?)
}

/// The codes of the violation types in the catalogue.
///
/// # Errors
/// What the database says.
pub fn violation_type_codes(conn: &mut AnyConnection) -> Result<BTreeSet<String>> {
    Ok(violation_types::table.select(violation_types::code).load::<String>(conn)?.into_iter().collect())
}
