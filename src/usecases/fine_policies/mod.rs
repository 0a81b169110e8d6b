//! The fine policy and its versions.

pub mod create;
pub mod list;
pub mod show;
