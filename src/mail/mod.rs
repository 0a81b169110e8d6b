//! Mail and webhooks: what letters look like, and how messages leave the machine.
//!
//! A letter becomes a [`document::Document`], the one template from which both the HTML and the plain text are made; the document knows
//! no markup, so nothing that anybody typed can become any.

pub mod document;
pub mod envelope;
pub mod folder;
pub mod hook;
pub mod memory;
pub mod smtp;
pub mod transport;
pub mod wording;

pub use document::Document;
pub use envelope::{Envelope, envelope};
pub use transport::Transport;
pub use wording::{Setting, compose};
