//! What runs by itself. Every job may run in several instances at the same time.

pub mod scheduled_draws;
