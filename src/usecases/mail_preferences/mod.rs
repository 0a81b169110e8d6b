//! How often people hear of what.

pub mod set;
pub mod show;
