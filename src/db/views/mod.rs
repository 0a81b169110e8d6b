//! Read models: what lists, queues and dashboards show, each in one query.

pub mod conversations;
