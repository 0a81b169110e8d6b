//! Who is there: turns what a request shows into an actor, and lets people in and out at a browser.

pub mod authenticate;
pub mod change_password;
pub mod list;
pub mod log_in;
pub mod log_out;
pub mod note_refusal;
pub mod resume;
pub mod set_looks;
