//! How the service itself is.

pub mod show;
