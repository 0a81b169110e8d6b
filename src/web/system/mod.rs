//! The service itself, as an administrator sees it: its health, what it sends, what was done in it, and which programs may speak to it, and how long what was said is kept.

pub mod audit;
pub mod health;
pub mod outbox;
pub mod retention;
pub mod tokens;
pub mod webhooks;

use actix_web::web;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    audit::routes(config);
    health::routes(config);
    outbox::routes(config);
    retention::routes(config);
    tokens::routes(config);
    webhooks::routes(config);
}
