//! Teams (组) and how they nest.

pub mod change;
pub mod create;
pub mod export;
pub mod import;
pub mod list;
pub mod show;

use std::collections::HashSet;

use crate::domain::access::Reach;
use crate::domain::id::{TeamId, VendorId};
use crate::domain::{Refusal, Refused};

/// Refuses a place that lies outside of what the actor may change: below a team out of reach, or at the top of somebody else.
fn check_place(reach: &Reach, within: Option<&HashSet<TeamId>>, parent: Option<TeamId>, vendor: Option<VendorId>) -> Refused<()> {
    let Some(within) = within else { return Ok(()) };
    match parent {
        Some(parent) if within.contains(&parent) => Ok(()),
        None if vendor.is_some_and(|vendor| reach.vendors.contains(&vendor)) => Ok(()),
        Some(_) | None => Err(Refusal::invalid("parent_id", "must be a team within your reach")),
    }
}
