//! One evaluation's submission measured against a bare `write()` of the same rows.

fn main() {}
