//! Conversations: how they come in, and who reads them.

pub mod import;
pub mod list;
pub(crate) mod plain;
pub mod show;
pub mod upload;
