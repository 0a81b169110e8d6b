//! Conversations: how they come in, and who reads them.

pub mod import;
pub mod list;
pub mod show;
pub mod upload;
