//! Fines: what violations cost.

pub mod post;
pub mod post_for_source;
