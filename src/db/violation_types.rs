//! Violation types: the catalogue.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::both::natively;
use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::schema::violation_types;
use super::tx::Tx;
use crate::domain::Refusal;
use crate::domain::catalogue::ViolationType;
use crate::domain::id::ViolationTypeId;
use crate::domain::page::PageRequest;
use crate::domain::violation::{ErrorKind, ViolationClass};

/// A violation type as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = violation_types)]
pub struct ViolationTypeRow {
    /// The id.
    pub id: ViolationTypeId,
    /// Stable code.
    pub code: String,
    /// Class A to E.
    pub class: ViolationClass,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// The error it counts as.
    pub error_kind: ErrorKind,
    /// Whether it always opens an escalation case.
    pub red_line: bool,
    /// Its class where the customer lost money.
    pub class_if_money_lost: Option<ViolationClass>,
    /// Whether it can be tagged.
    pub active: bool,
    /// Place in lists.
    pub position: i32,
    /// Rises with each change.
    pub version: i32,
}

impl ViolationTypeRow {
    /// The type as the rules know it.
    pub fn rules(&self) -> ViolationType {
        ViolationType {
            code: self.code.clone(),
            class: self.class,
            name_zh: self.name_zh.clone(),
            name_en: self.name_en.clone(),
            kind: self.error_kind,
            red_line: self.red_line,
            class_if_money_lost: self.class_if_money_lost,
            active: self.active,
            order: self.position,
        }
    }

    /// The row of a type.
    pub fn of(id: ViolationTypeId, version: i32, rules: &ViolationType) -> Self {
        Self {
            id,
            code: rules.code.clone(),
            class: rules.class,
            name_zh: rules.name_zh.clone(),
            name_en: rules.name_en.clone(),
            error_kind: rules.kind,
            red_line: rules.red_line,
            class_if_money_lost: rules.class_if_money_lost,
            active: rules.active,
            position: rules.order,
            version,
        }
    }
}

/// Stores a new type.
///
/// # Errors
/// `Conflict` with code `violation_type_code_taken`.
pub fn insert(tx: &mut Tx<'_>, row: &ViolationTypeRow) -> Result<()> {
    diesel::insert_into(violation_types::table)
        .values((
            violation_types::id.eq(row.id),
            violation_types::code.eq(&row.code),
            violation_types::class.eq(row.class),
            violation_types::name_zh.eq(&row.name_zh),
            violation_types::name_en.eq(&row.name_en),
            violation_types::error_kind.eq(row.error_kind),
            violation_types::red_line.eq(row.red_line),
            violation_types::class_if_money_lost.eq(row.class_if_money_lost),
            violation_types::active.eq(row.active),
            violation_types::position.eq(row.position),
            violation_types::version.eq(row.version),
            violation_types::created_at.eq(tx.at()),
        ))
        .execute(tx.conn)
        .map_err(|e| {
            Error::from(e).or_unique("violation_types_code_unique", "violation_types.code", || {
                Refusal::conflict("violation_type_code_taken", format!("there is already a violation type `{}`", row.code))
            })
        })?;
    Ok(())
}

/// Stores a changed type. Its code stays.
///
/// # Errors
/// What the database says.
pub fn update(tx: &mut Tx<'_>, row: &ViolationTypeRow) -> Result<()> {
    diesel::update(violation_types::table.find(row.id))
        .set((
            violation_types::class.eq(row.class),
            violation_types::name_zh.eq(&row.name_zh),
            violation_types::name_en.eq(&row.name_en),
            violation_types::error_kind.eq(row.error_kind),
            violation_types::red_line.eq(row.red_line),
            violation_types::class_if_money_lost.eq(row.class_if_money_lost),
            violation_types::active.eq(row.active),
            violation_types::position.eq(row.position),
            violation_types::version.eq(row.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The type with this id.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut AnyConnection, id: ViolationTypeId) -> Result<ViolationTypeRow> {
    violation_types::table
        .find(id)
        .select(ViolationTypeRow::as_select())
        .first(conn)
        .optional()?
        .ok_or_else(|| Refusal::not_found("violation type", id).into())
}

/// Every type by its code.
///
/// # Errors
/// What the database says.
pub fn all(conn: &mut AnyConnection) -> Result<BTreeMap<String, ViolationTypeRow>> {
    let rows: Vec<ViolationTypeRow> = natively!(conn, load, violation_types::table.select(ViolationTypeRow::as_select()))?;
    Ok(rows.into_iter().map(|row| (row.code.clone(), row)).collect())
}

/// The types with these codes, as far as there are such.
///
/// # Errors
/// What the database says.
pub fn with_codes(conn: &mut AnyConnection, codes: &BTreeSet<&str>) -> Result<BTreeMap<String, ViolationTypeRow>> {
    let rows: Vec<ViolationTypeRow> = match conn {
        // A list would be a statement of its own for each length, prepared anew each time.
        AnyConnection::Sqlite(conn) => {
            let one = |code: &&str| {
                violation_types::table.filter(violation_types::code.eq(code)).select(ViolationTypeRow::as_select()).first(conn)
            };
            codes.iter().map(one).filter_map(|row| row.optional().transpose()).collect::<QueryResult<_>>()?
        }
        AnyConnection::Postgres(conn) => {
            violation_types::table.filter(violation_types::code.eq_any(codes)).select(ViolationTypeRow::as_select()).load(conn)?
        }
    };
    Ok(rows.into_iter().map(|row| (row.code.clone(), row)).collect())
}

/// Types by code, one page, with one row more where there is a next page.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, active: Option<bool>, page: &PageRequest) -> Result<Vec<ViolationTypeRow>> {
    let mut query = violation_types::table
        .select(ViolationTypeRow::as_select())
        .order((violation_types::position, violation_types::id))
        .limit(page.fetch())
        .into_boxed();
    if let Some(active) = active {
        query = query.filter(violation_types::active.eq(active));
    }
    if let Some(after) = &page.after {
        let position: i32 = after.key.parse().map_err(|_| Refusal::invalid("cursor", "is not a cursor of this list"))?;
        let id = ViolationTypeId(after.id);
        query =
            query.filter(violation_types::position.gt(position).or(violation_types::position.eq(position).and(violation_types::id.gt(id))));
    }
    Ok(query.load(conn)?)
}
