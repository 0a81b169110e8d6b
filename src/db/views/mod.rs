//! Read models: lists and queues, each one query.

pub mod conversations;
pub mod fine_lines;
pub mod mail;
pub mod mail_month;
pub mod outbox;
