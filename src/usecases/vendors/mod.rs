//! Vendors (乙方).

pub mod change;
pub mod create;
pub mod export;
pub mod import;
pub mod list;
pub mod show;
