//! Users: who logs in, and with which roles.

pub mod change;
pub mod create;
pub mod export;
pub mod grants;
pub mod import;
pub mod introduce;
pub mod list;
pub mod names;
pub mod set_password;
pub mod show;
