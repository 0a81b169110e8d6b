//! The default catalogue, scorecards and pass policy of a new centre.

pub mod load_defaults;
