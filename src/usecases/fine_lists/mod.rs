//! Fine lists: of an open period as of now, of a closed one as they were frozen.

pub mod export;
pub mod exports;
pub(super) mod lines;
pub(super) mod render;
pub mod select;
pub mod show;
