//! The outbox: what is to leave the service is written in the transaction of the fact that it tells of.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::both::natively;
use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{agents, mail_preferences, outbox, outbox_about, users, webhooks};
use super::sql_types::At;
use super::tx::{Tx, to_json};
use crate::domain::id::{AgentId, OutboxId, UserId, WebhookId};
use crate::domain::language::Language;
use crate::domain::mail::{About, Frequency, Kind, Letter, OutboxChannel, OutboxState, Post, Recipient, Topic};
use crate::domain::webhook::{Announcement, EventBody};

/// Whom a letter goes to, as things stand.
struct Addressee {
    user: Option<UserId>,
    agent: Option<AgentId>,
    address: Option<String>,
    language: Language,
}

/// What is written for a message.
struct NewMessage<'a> {
    channel: OutboxChannel,
    kind: &'a str,
    to: Addressee,
    webhook: Option<WebhookId>,
    params: String,
    dedupe: String,
    state: OutboxState,
    error: Option<&'a str>,
    about: &'a [About],
}

/// Writes a letter to the outbox, to be sent after this transaction. A repeat with the same dedupe key to the same recipient changes
/// nothing. `None` where nothing is to be sent: it was written before, the recipient chose not to hear of it or may no longer log in, or is
/// an agent without any address. A user without an address is told of among the failures.
///
/// # Errors
/// What the database says.
pub fn enqueue(tx: &mut Tx<'_>, post: &Post) -> Result<Option<OutboxId>> {
    let Some(to) = addressee(tx.conn, &post.to)? else { return Ok(None) };
    let kind = post.letter.kind();
    let frequency = frequency_of(tx.conn, to.user, kind)?;
    let (state, error) = match (&to.address, frequency) {
        (_, Frequency::Never) => return Ok(None),
        (None, _) => (OutboxState::Dead, Some("the recipient has no e-mail address")),
        (Some(_), Frequency::AtOnce) => (OutboxState::Queued, None),
        (Some(_), Frequency::Daily) => (OutboxState::Held, None),
    };
    let recipient = match &post.to {
        Recipient::User(id) => id.to_string(),
        Recipient::Agent(id) => id.to_string(),
        Recipient::Address { address, .. } => address.clone(),
    };
    let params = to_json::<Letter>(&post.letter)?;
    let dedupe = format!("{}:{}:{recipient}", kind.as_str(), post.dedupe);
    let message = NewMessage {
        channel: OutboxChannel::Mail,
        kind: kind.as_str(),
        to,
        webhook: None,
        params,
        dedupe,
        state,
        error,
        about: &post.about,
    };
    insert(tx, &message)
}

/// Writes an event to the outbox, once for each active webhook that wants it; gives how many.
///
/// # Errors
/// What the database says.
pub fn announce(tx: &mut Tx<'_>, announcement: &Announcement) -> Result<usize> {
    let hooks: Vec<(WebhookId, String)> = webhooks::table
        .filter(webhooks::active.eq(true).and(webhooks::archived_at.is_null()))
        .order(webhooks::id)
        .select((webhooks::id, webhooks::events))
        .load(tx.conn)?;
    let mut count = 0_usize;
    for (hook, events) in hooks {
        if events.split_whitespace().any(|e| e == announcement.event.as_str()) && announce_to(tx, hook, announcement)?.is_some() {
            count = count.saturating_add(1);
        }
    }
    Ok(count)
}

/// Writes an event to the outbox for one webhook.
///
/// # Errors
/// What the database says.
pub fn announce_to(tx: &mut Tx<'_>, hook: WebhookId, announcement: &Announcement) -> Result<Option<OutboxId>> {
    let body = EventBody { event: announcement.event, at: tx.now, data: announcement.data.clone() };
    let message = NewMessage {
        channel: OutboxChannel::Webhook,
        kind: announcement.event.as_str(),
        to: Addressee { user: None, agent: None, address: None, language: Language::En },
        webhook: Some(hook),
        params: to_json(&body)?,
        dedupe: format!("{}:{}:{hook}", announcement.event, announcement.dedupe),
        state: OutboxState::Queued,
        error: None,
        about: &announcement.about,
    };
    insert(tx, &message)
}

/// Writes a digest of held letters and marks them as gathered in it.
///
/// # Errors
/// What the database says.
pub fn gather(tx: &mut Tx<'_>, held: &[OutboxId], post: &Post) -> Result<Option<OutboxId>> {
    let digest = enqueue(tx, post)?;
    if let Some(digest) = digest {
        for ids in held.chunks(1000) {
            diesel::update(outbox::table.filter(outbox::id.eq_any(ids).and(outbox::state.eq(OutboxState::Held))))
                .set((outbox::state.eq(OutboxState::Gathered), outbox::gathered_in.eq(digest)))
                .execute(tx.conn)?;
        }
    } else {
        for ids in held.chunks(1000) {
            diesel::update(outbox::table.filter(outbox::id.eq_any(ids).and(outbox::state.eq(OutboxState::Held))))
                .set((outbox::state.eq(OutboxState::Dead), outbox::last_error.eq("its recipient gets no digest any more")))
                .execute(tx.conn)?;
        }
    }
    Ok(digest)
}

/// The people and addresses that a message of one of these kinds about an object went to or will go to, for a later letter about its
/// change. What was given up counts only where `kinds` says that it must.
///
/// # Errors
/// What the database says.
pub fn who_heard(conn: &mut AnyConnection, about: &About, kinds: &[Kind]) -> Result<Vec<Recipient>> {
    let kinds: Vec<&str> = kinds.iter().map(|k| k.as_str()).collect();
    type Heard = (Option<UserId>, Option<AgentId>, Option<String>, Language);
    let rows: Vec<Heard> = outbox_about::table
        .inner_join(outbox::table)
        .filter(outbox_about::object_kind.eq(about.kind).and(outbox_about::object_id.eq(&about.id)))
        .filter(outbox::channel.eq(OutboxChannel::Mail).and(outbox::kind.eq_any(kinds)).and(outbox::state.ne(OutboxState::Dead)))
        .order(outbox::id)
        .select((outbox::user_id, outbox::agent_id, outbox::address, outbox::language))
        .load(conn)?;
    let mut recipients = Vec::new();
    for (user, agent, address, language) in rows {
        let recipient = match (user, agent, address) {
            (Some(user), _, _) => Recipient::User(user),
            (None, Some(agent), _) => Recipient::Agent(agent),
            (None, None, Some(address)) => Recipient::Address { address, language },
            (None, None, None) => continue,
        };
        if !recipients.contains(&recipient) {
            recipients.push(recipient);
        }
    }
    Ok(recipients)
}

/// A letter that waits for the digest.
#[derive(Debug, Clone)]
pub struct HeldLetter {
    /// Its id.
    pub id: OutboxId,
    /// Its recipient.
    pub user: UserId,
    /// The letter, as JSON.
    pub params: String,
}

/// Letters that wait for the digest, written before a moment: of one recipient after another, in the order of writing.
///
/// # Errors
/// What the database says.
pub fn held_before(conn: &mut AnyConnection, before: DateTime<Utc>, limit: i64) -> Result<Vec<HeldLetter>> {
    let rows: Vec<(OutboxId, Option<UserId>, String)> = outbox::table
        .filter(outbox::state.eq(OutboxState::Held).and(outbox::user_id.is_not_null()).and(outbox::created_at.lt(At(before))))
        .order((outbox::user_id, outbox::id))
        .select((outbox::id, outbox::user_id, outbox::params))
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, user, params)| Some(HeldLetter { id, user: user?, params })).collect())
}

fn addressee(conn: &mut AnyConnection, to: &Recipient) -> Result<Option<Addressee>> {
    match to {
        Recipient::Address { address, language } => {
            Ok(Some(Addressee { user: None, agent: None, address: Some(address.clone()), language: *language }))
        }
        Recipient::User(user) => user_addressee(conn, *user),
        Recipient::Agent(agent) => {
            type Reached = (Option<String>, Language, Option<(UserId, Option<String>, Language)>);
            let logs_in = users::agent_id.eq(agents::id.nullable()).and(users::active.eq(true));
            let (own, language, user): Reached = agents::table
                .left_join(users::table.on(logs_in))
                .filter(agents::id.eq(*agent))
                .order(users::id)
                .select((agents::email, agents::language, (users::id, users::email, users::language).nullable()))
                .first(conn)?;
            let (user, address, language) = match user {
                Some((user, email, language)) => (Some(user), email.or(own), language),
                None => (None, own, language),
            };
            Ok(address.map(|address| Addressee { user, agent: Some(*agent), address: Some(address), language }))
        }
    }
}

fn user_addressee(conn: &mut AnyConnection, user: UserId) -> Result<Option<Addressee>> {
    let (email, language, agent, active): (Option<String>, Language, Option<AgentId>, bool) =
        users::table.find(user).select((users::email, users::language, users::agent_id, users::active)).first(conn)?;
    if !active {
        return Ok(None);
    }
    let address = match (email, agent) {
        (Some(email), _) => Some(email),
        (None, Some(agent)) => agents::table.find(agent).select(agents::email).first(conn)?,
        (None, None) => None,
    };
    Ok(Some(Addressee { user: Some(user), agent, address, language }))
}

fn frequency_of(conn: &mut AnyConnection, user: Option<UserId>, kind: Kind) -> Result<Frequency> {
    let (Some(user), Some(topic)) = (user, Topic::of(kind)) else { return Ok(Frequency::AtOnce) };
    let chosen = mail_preferences::table.find((user, topic)).select(mail_preferences::frequency).first(conn).optional()?;
    Ok(topic.in_force(chosen))
}

fn insert(tx: &mut Tx<'_>, message: &NewMessage<'_>) -> Result<Option<OutboxId>> {
    let id = tx.id::<OutboxId>();
    let written = natively!(
        tx.conn,
        execute,
        diesel::insert_into(outbox::table)
            .values((
                outbox::id.eq(id),
                outbox::channel.eq(message.channel),
                outbox::kind.eq(message.kind),
                outbox::user_id.eq(message.to.user),
                outbox::agent_id.eq(message.to.agent),
                outbox::webhook_id.eq(message.webhook),
                outbox::address.eq(message.to.address.as_deref()),
                outbox::language.eq(message.to.language),
                outbox::params.eq(&message.params),
                outbox::dedupe.eq(&message.dedupe),
                outbox::state.eq(message.state),
                outbox::attempts.eq(0),
                outbox::queued_at.eq(At(tx.now)),
                outbox::next_at.eq(At(tx.now)),
                outbox::last_error.eq(message.error),
                outbox::created_at.eq(At(tx.now)),
            ))
            .on_conflict(outbox::dedupe)
            .do_nothing()
    )?;
    if written == 0 {
        return Ok(None);
    }
    for about in message.about {
        natively!(
            tx.conn,
            execute,
            diesel::insert_into(outbox_about::table)
                .values((outbox_about::object_kind.eq(about.kind), outbox_about::object_id.eq(&about.id), outbox_about::outbox_id.eq(id)))
                .on_conflict_do_nothing()
        )?;
    }
    Ok(Some(id))
}
