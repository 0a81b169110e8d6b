//! The outbox: what leaves by mail and webhook, what failed and why, and the order to send it again.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};

use crate::app::App;
use crate::domain::access::Action;
use crate::domain::id::{OutboxId, UserId};
use crate::domain::mail::letter::Kind;
use crate::domain::mail::{OutboxChannel, OutboxState};
use crate::domain::outbox::{Message, MessageFilter};
use crate::domain::page::PageRequest;
use crate::domain::period::start_of_day;
use crate::domain::webhook::Event;
use crate::usecases::{agents, organisation, outbox, users, webhooks};
use crate::web::address::{Address, Pager};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render};
use crate::web::pieces::{Choice, OrTrouble};
use crate::web::refusals::written;
use crate::web::trouble::Trouble;
use crate::web::words::{Badge, moment, moment_or_none};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/system/outbox", web::get().to(list)).route("/system/outbox/{id}/again", web::post().to(again));
}

/// Where a message is on its way.
pub(super) fn state(f: &Frame, state: OutboxState) -> Badge {
    match state {
        OutboxState::Held => f.badge("plain", "held for the digest", "待汇总"),
        OutboxState::Gathered => f.badge("plain", "in a digest", "已汇总"),
        OutboxState::Queued => f.badge("warn", "queued", "排队中"),
        OutboxState::Claimed => f.badge("warn", "taken", "处理中"),
        OutboxState::Sending => f.badge("warn", "being sent", "发送中"),
        OutboxState::Sent => f.badge("good", "sent", "已发送"),
        OutboxState::Unsure => f.badge("bad", "unsure", "结果未知"),
        OutboxState::Dead => f.badge("bad", "given up", "已放弃"),
    }
}

fn channel(f: &Frame, channel: OutboxChannel) -> &'static str {
    match channel {
        OutboxChannel::Mail => f.t("mail", "邮件"),
        OutboxChannel::Webhook => "Webhook",
    }
}

/// The beginning of a day that a filter names, and of the day after.
pub(super) fn days(at: &Address, zone: chrono_tz::Tz) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let from = at.read::<NaiveDate>("from").map(|day| start_of_day(day, zone));
    let until = at.read::<NaiveDate>("until").and_then(|day| day.succ_opt()).map(|day| start_of_day(day, zone));
    (from, until)
}

#[derive(Template)]
#[template(path = "system/outbox.html")]
struct OutboxPage {
    f: Frame,
    filter: Typed,
    states: Vec<Choice>,
    channels: Vec<Choice>,
    kinds: Vec<Choice>,
    may_write: bool,
    back: String,
    messages: Vec<MessageLine>,
    pager: Pager,
}

struct MessageLine {
    id: OutboxId,
    written: String,
    channel: &'static str,
    kind: String,
    /// The word of its kind in the outbox.
    code: String,
    to: String,
    state: Badge,
    attempts: i32,
    sent: String,
    why: String,
    again: bool,
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let actor = visitor.actor();
    let zone = organisation::period::zone(&app).await.or_trouble(&visitor)?;
    let (from, until) = days(&at, zone);
    let filter = MessageFilter {
        state: at.read("state"),
        channel: at.read("channel"),
        kind: at.filled("kind").map(str::to_owned),
        user: at.read("user"),
        webhook: at.read("webhook"),
        from,
        until,
    };
    let listed = outbox::list::list(&app, actor, filter, at.page(50).or_trouble(&visitor)?).await.or_trouble(&visitor)?;
    let ids: Vec<UserId> = listed.items.iter().filter_map(|message| message.user_id).collect();
    let people = users::names::names(&app, actor, ids).await.or_trouble(&visitor)?;
    let ids = listed.items.iter().filter_map(|message| message.agent_id).collect();
    let handled = agents::names::names(&app, actor, ids).await.or_trouble(&visitor)?;
    let whole = PageRequest { limit: 1000, after: None };
    let hooks: HashMap<_, _> =
        webhooks::list::list(&app, actor, whole).await.or_trouble(&visitor)?.items.into_iter().map(|hook| (hook.id, hook.name)).collect();
    let to = |message: &Message| {
        let name = message.user_id.and_then(|id| people.get(&id).cloned());
        let name = name.or_else(|| message.agent_id.and_then(|id| handled.get(&id).map(|(number, name)| format!("{name} {number}"))));
        let name = name.or_else(|| message.webhook_id.map(|id| hooks.get(&id).cloned().unwrap_or_else(|| id.to_string())));
        [name, message.address.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let may_write = actor.may_everywhere(Action::MailWrite).is_ok();
    let line = |message: &Message| MessageLine {
        id: message.id,
        written: moment(message.created_at, zone),
        channel: channel(&f, message.channel),
        kind: f.message_kind(&message.kind),
        code: message.kind.clone(),
        to: to(message),
        state: state(&f, message.state),
        attempts: message.attempts,
        sent: moment_or_none(message.sent_at, zone),
        why: message.last_error.as_deref().map(|why| written(f.language, why)).unwrap_or_default(),
        again: may_write && matches!(message.state, OutboxState::Sent | OutboxState::Unsure | OutboxState::Dead),
    };
    render(&OutboxPage {
        messages: listed.items.iter().map(line).collect(),
        pager: at.pager(&f, listed.next.as_ref()),
        states: OutboxState::ALL.iter().map(|one| Choice::new(one, state(&f, *one).text)).collect(),
        channels: OutboxChannel::ALL.iter().map(|one| Choice::new(one, channel(&f, *one))).collect(),
        kinds: Kind::ALL
            .iter()
            .map(|kind| Choice::new(kind, f.letter(*kind)))
            .chain(Event::ALL.iter().map(|event| Choice::new(event, format!("{}{}", f.t("Webhook: ", "Webhook："), f.event(*event)))))
            .collect(),
        filter: at.typed(),
        back: at.get("state").to_owned(),
        may_write,
        f,
    })
}

async fn again(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<OutboxId>(&path)?;
    outbox::send_again::send_again(&app, form.visitor.actor(), id).await.or_trouble(&form.visitor)?;
    let back = form.typed.get("back").parse::<OutboxState>().map(|state| format!("state={state}&")).unwrap_or_default();
    Ok(go(&format!("/system/outbox?{back}done=queued")))
}
