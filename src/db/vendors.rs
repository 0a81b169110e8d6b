//! Vendors.

use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{agents, teams, vendors};
use super::scope;
use super::sql_types::{At, OptionalAt};
use super::tx::Tx;
use crate::domain::Refusal;
use crate::domain::access::Reach;
use crate::domain::id::VendorId;
use crate::domain::page::{Page, PageRequest};
use crate::domain::vendor::Vendor;

type Row = (VendorId, String, String, OptionalAt, At, i32);
type Columns = (vendors::id, vendors::code, vendors::name, vendors::archived_at, vendors::created_at, vendors::version);
const COLUMNS: Columns = (vendors::id, vendors::code, vendors::name, vendors::archived_at, vendors::created_at, vendors::version);

fn vendor((id, code, name, archived_at, created_at, version): Row) -> Vendor {
    Vendor { id, code, name, archived_at: archived_at.0, created_at: created_at.0, version }
}

/// Stores a new vendor.
///
/// # Errors
/// `Conflict` with code `code_taken`.
pub fn insert(tx: &mut Tx<'_>, vendor: &Vendor) -> Result<()> {
    diesel::insert_into(vendors::table)
        .values((
            vendors::id.eq(vendor.id),
            vendors::code.eq(&vendor.code),
            vendors::name.eq(&vendor.name),
            vendors::version.eq(vendor.version),
            vendors::created_at.eq(At(vendor.created_at)),
            vendors::archived_at.eq(vendor.archived_at.map(At)),
        ))
        .execute(tx.conn)
        .map_err(super::Error::from)
        .map_err(|e| e.or_unique("vendors_code_unique", "vendors.code", || code_taken(&vendor.code)))?;
    Ok(())
}

fn code_taken(code: &str) -> Refusal {
    Refusal::conflict("code_taken", format!("there is already a vendor with the code {code}; every code is unique"))
}

/// Stores what has changed in a vendor, with its new version.
///
/// # Errors
/// What the database says.
pub fn update(tx: &mut Tx<'_>, vendor: &Vendor) -> Result<()> {
    diesel::update(vendors::table.find(vendor.id))
        .set((vendors::name.eq(&vendor.name), vendors::version.eq(vendor.version), vendors::archived_at.eq(vendor.archived_at.map(At))))
        .execute(tx.conn)?;
    Ok(())
}

/// All vendors within reach, by code. There are few.
///
/// # Errors
/// What the database says.
pub fn all(conn: &mut AnyConnection, reach: &Reach) -> Result<Vec<Vendor>> {
    let rows = within(reach).order((vendors::code, vendors::id)).load::<Row>(conn)?;
    Ok(rows.into_iter().map(vendor).collect())
}

/// The vendor with this id.
///
/// # Errors
/// `NotFound` where there is none within reach.
pub fn find(conn: &mut AnyConnection, id: VendorId, reach: &Reach) -> Result<Vendor> {
    let row = within(reach).filter(vendors::id.eq(id)).first::<Row>(conn).optional()?;
    row.map(vendor).ok_or_else(|| Refusal::not_found("vendor", id).into())
}

/// Makes sure that there is a vendor that somebody names.
///
/// # Errors
/// `Invalid` on `vendor_id`.
pub fn check_exists(conn: &mut AnyConnection, id: VendorId) -> Result<()> {
    let found = vendors::table.find(id).select(vendors::id).first::<VendorId>(conn).optional()?;
    found.map(drop).ok_or_else(|| Refusal::invalid("vendor_id", format!("there is no vendor {id}")).into())
}

/// A page of the vendors within reach, by code.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, reach: &Reach, page: &PageRequest) -> Result<Page<Vendor>> {
    let mut query = within(reach).order((vendors::code, vendors::id)).limit(page.fetch());
    if let Some(after) = &page.after {
        let code = after.key.clone();
        query = query.filter(vendors::code.gt(code.clone()).or(vendors::code.eq(code).and(vendors::id.gt(VendorId(after.id)))));
    }
    let rows = query.load::<Row>(conn)?.into_iter().map(vendor).collect();
    Ok(page.page(rows, |vendor: &Vendor| (vendor.code.clone(), vendor.id.0)))
}

/// The vendors of a reach: those that it names, and those whose teams it names; for somebody's own, the vendor of the own team.
fn within(reach: &Reach) -> diesel::helper_types::IntoBoxed<'static, diesel::dsl::Select<vendors::table, Columns>, super::MultiBackend> {
    let mut query = vendors::table.select(COLUMNS).into_boxed();
    if !reach.all {
        let of_teams = teams::table.filter(scope::teams(teams::id, reach)).select(teams::vendor_id);
        let own = agents::table.filter(agents::id.eq_any(reach.agent.filter(|_| reach.own))).select(agents::team_id);
        let of_own_team = teams::table.filter(teams::id.eq_any(own)).select(teams::vendor_id);
        query = query.filter(
            vendors::id
                .eq_any(reach.vendors.clone())
                .or(vendors::id.nullable().eq_any(of_teams))
                .or(vendors::id.nullable().eq_any(of_own_team)),
        );
    }
    query
}
