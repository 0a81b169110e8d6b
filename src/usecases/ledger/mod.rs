//! The ledger.

pub mod export;
pub mod list;
pub mod post_manual;
pub mod show;
