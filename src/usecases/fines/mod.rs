//! Fines.

pub mod post;
