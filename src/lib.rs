//! Assay: quality inspection (质检) for customer-service centres.
//!
//! The way of the data: conversations → population → draw → samples → evaluations → results, violations → fines → ledger → month close →
//! export. One direction: a later stage reads an earlier one and never writes to it.
//!
//! - [`domain`]: the rules, pure. Everything else is there to bring them facts and to keep their decisions.
//! - [`usecases`]: the verbs. Read these to learn what the service does.
//! - [`db`]: where facts are kept. [`api`]: how programs ask. [`cli`]: how operators ask.
//!
//! Imports go one way: `api → usecases → db → domain`; `tests/architecture.rs` holds the whole table.
//!
//! Where it is compiled for fuzzing (fuzz/README.md), what those targets do not need is left out: it would take most of the time.

#[cfg(not(fuzzing))]
pub mod api;
#[cfg(not(fuzzing))]
pub mod app;
#[cfg(not(fuzzing))]
pub mod auth;
#[cfg(not(fuzzing))]
pub mod chance;
#[cfg(not(fuzzing))]
pub mod cli;
#[cfg(not(fuzzing))]
pub mod clock;
pub mod config;
#[cfg(not(fuzzing))]
pub mod db;
pub mod domain;
#[cfg(not(fuzzing))]
pub mod http;
#[cfg(not(fuzzing))]
pub mod jobs;
#[cfg(not(fuzzing))]
pub mod mail;
#[cfg(not(fuzzing))]
pub mod metrics;
pub mod recordings;
#[cfg(not(fuzzing))]
pub mod reports;
#[cfg(not(fuzzing))]
pub mod server;
#[cfg(not(fuzzing))]
pub mod usecases;
#[cfg(not(fuzzing))]
pub mod web;
