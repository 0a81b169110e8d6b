//! The verbs: one folder per noun, one file per verb. Each file tells the whole story of one thing that a user does.
//!
//! A use case asks the permission table first, then loads the facts, lets the domain decide, and stores the state, the audit line and
//! whatever follows in the same transaction.

pub mod catalogue;
pub mod drafts;
pub mod evaluations;
pub mod fines;
pub mod organisation;
pub mod pass_policies;
pub mod results;
pub mod scorecards;
pub mod sessions;
pub mod violation_types;
pub mod violations;

pub use crate::db::{Error, Result};
