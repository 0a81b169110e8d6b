//! Read models: lists and queues, each one query.

pub mod conversations;
pub mod evaluations;
pub mod fine_lines;
pub mod grading;
pub mod samples;
pub mod violations;
