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

pub mod api;
pub mod app;
pub mod auth;
pub mod chance;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod domain;
pub mod http;
pub mod jobs;
pub mod metrics;
pub mod recordings;
pub mod reports;
pub mod server;
pub mod usecases;
pub mod web;
