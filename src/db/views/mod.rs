//! Read models: what lists and files show, in one place each.

pub mod fine_lines;
