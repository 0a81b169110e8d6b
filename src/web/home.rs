//! Where each role begins, and where it can go.

use actix_web::{HttpResponse, web};

use super::page::{Visitor, go};
use crate::domain::access::Actor;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/", web::get().to(begin));
}

/// `(address, English, Chinese)` of each place that this person can go to; the first one is where the person begins.
pub(super) fn places(_: &Actor) -> Vec<(&'static str, &'static str, &'static str)> {
    vec![("/account", "Account", "我的账户")]
}

async fn begin(visitor: Visitor) -> HttpResponse {
    go(places(visitor.actor()).first().map_or("/account", |(href, _, _)| href))
}
