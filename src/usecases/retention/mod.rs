//! Retention: recordings and transcripts are deleted when they have had their time.

pub mod held;
mod pass;
pub mod run;
