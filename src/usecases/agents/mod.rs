//! Agents (客服) and the teams that they are in over time.

pub mod change;
pub mod create;
pub mod export;
pub mod history;
pub mod import;
pub mod list;
pub mod move_team;
pub mod names;
pub mod show;
