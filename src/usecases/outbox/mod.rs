//! What leaves the service by mail and webhook.

pub mod list;
pub mod send_again;
