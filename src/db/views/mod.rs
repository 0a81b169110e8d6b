//! Read models: what lists, queues and dashboards show, each in one query.

pub mod conversations;
pub mod evaluations;
pub mod grading;
pub mod violations;
