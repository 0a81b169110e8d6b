//! Violations (违规) of evaluations.

pub mod list;

pub use crate::db::views::violations::{ViolationFilter, ViolationSummary};
