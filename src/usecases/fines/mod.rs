//! Fines: what violations cost.

pub mod post;
