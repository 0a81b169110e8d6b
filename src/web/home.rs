//! Where each role begins, and where it can go.

use actix_web::{HttpResponse, web};

use super::page::{Visitor, go};
use crate::domain::access::{Action, Actor};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/", web::get().to(begin));
}

/// `(address, English, Chinese)` of each place that this person can go to; the first one is where the person begins.
pub(super) fn places(actor: &Actor) -> Vec<(&'static str, &'static str, &'static str)> {
    let all = [
        (Action::Grade, ("/queue", "Queue", "质检队列")),
        (Action::ResultRead, ("/results", "Results", "质检结果")),
        (Action::LedgerRead, ("/months", "Months", "月度关账")),
    ];
    let open = all.into_iter().filter(|(action, _)| actor.may(*action).is_ok()).map(|(_, place)| place);
    open.chain([("/account", "Account", "我的账户")]).collect()
}

async fn begin(visitor: Visitor) -> HttpResponse {
    go(places(visitor.actor()).first().map_or("/account", |(href, _, _)| href))
}
