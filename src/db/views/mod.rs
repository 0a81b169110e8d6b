//! Read models: lists and queues, each one query.

pub mod samples;
