//! Read models: lists and queues, each one query.

pub mod conversations;
pub mod error_sources;
pub mod evaluations;
pub mod fine_lines;
pub mod grading;
pub mod health;
pub mod mail;
pub mod mail_month;
pub mod names;
pub mod outbox;
pub mod progress;
pub mod samples;
pub mod violations;
