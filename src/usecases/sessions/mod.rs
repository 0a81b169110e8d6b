//! Who is there: turns what a request shows into an actor.

pub mod authenticate;
pub mod note_refusal;
