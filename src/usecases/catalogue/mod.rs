//! The default catalogue, scorecards and policies of a new centre.

pub mod load_defaults;
