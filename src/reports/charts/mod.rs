//! Charts as SVG, made on the server: pure functions of what they show.
//!
//! Every meaning is carried by a pattern, a shape or a word as well as by a colour, so that a print in black and white says the same.
//! Colours come from classes of the style sheet; there is no inline style, which the pages' policy forbids.

pub mod heat_map;
pub mod lines;
pub mod pareto;
mod picture;

/// What a chart is called and what it says in a sentence, for those who do not see it.
#[derive(Debug, Clone)]
pub struct About {
    /// The id of the picture in its page, a short word.
    pub id: &'static str,
    /// What it is.
    pub title: String,
    /// What it says.
    pub description: String,
}
