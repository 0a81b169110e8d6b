//! How messages leave the outbox: claimed by one instance, handed over, and what came of it.
//!
//! Every step is a transaction of its own, on the condition that the message is still where the step expects it. So of several instances
//! one sends a message, and one that was stopped or was too slow does no harm: what it had claimed goes back to the queue, and what it was
//! handing over becomes `unsure` (a mail) or is tried again (a webhook).

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{agents, outbox, users, webhooks};
use super::sql_types::{At, OptionalAt};
use super::tx::Tx;
use crate::domain::id::{AgentId, OutboxId, UserId, WebhookId};
use crate::domain::language::Language;
use crate::domain::mail::delivery::After;
use crate::domain::mail::{OutboxChannel, OutboxState};

/// What an instance needs to hand a message over.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its id.
    pub id: OutboxId,
    /// The letter's kind or the event.
    pub kind: String,
    /// The letter or the event's body, as JSON.
    pub params: String,
    /// The number of this attempt, from 1.
    pub attempt: i32,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Its Message-ID, the same at every attempt.
    pub message_id: String,
    /// Where to.
    pub to: Destination,
}

/// Where a message goes.
#[derive(Debug, Clone)]
pub enum Destination {
    /// To a person's mailbox.
    Mailbox {
        /// The person's name, where there is one.
        name: Option<String>,
        /// The address.
        address: String,
        /// The language that the person reads.
        language: Language,
    },
    /// To a program.
    Hook {
        /// The URL.
        url: String,
        /// The secret that signs the delivery.
        secret: String,
    },
}

/// What became of the attempt to begin handing over.
#[derive(Debug, Clone)]
pub enum Begun {
    /// It can be handed over.
    Go(Box<Outgoing>),
    /// Another instance has it, or it was already dealt with.
    NotMine,
    /// It can go nowhere, and was given up.
    GivenUp,
}

#[derive(Queryable)]
struct Claimed {
    kind: String,
    user: Option<UserId>,
    agent: Option<AgentId>,
    hook: Option<WebhookId>,
    address: Option<String>,
    language: Language,
    params: String,
    attempts: i32,
    #[diesel(deserialize_as = At)]
    queued_at: DateTime<Utc>,
    #[diesel(deserialize_as = At)]
    created_at: DateTime<Utc>,
    message_id: Option<String>,
}

/// Puts back what an instance claimed and let lie, and settles what it was handing over when its lease ended. Gives how many mails have
/// become unsure.
///
/// # Errors
/// What the database says.
pub fn settle_ended_leases(tx: &mut Tx<'_>) -> Result<usize> {
    let ended = outbox::lease_until.lt(tx.at());
    let unsure = diesel::update(
        outbox::table.filter(outbox::state.eq(OutboxState::Sending).and(outbox::channel.eq(OutboxChannel::Mail)).and(ended)),
    )
    .set((
        outbox::state.eq(OutboxState::Unsure),
        outbox::holder.eq(None::<String>),
        outbox::last_error.eq("the sending instance stopped while it handed the mail over; whether the server took it is not known"),
    ))
    .execute(tx.conn)?;
    let ended = outbox::lease_until.lt(tx.at());
    let webhook = outbox::state.eq(OutboxState::Sending).and(outbox::channel.eq(OutboxChannel::Webhook));
    diesel::update(outbox::table.filter(outbox::state.eq(OutboxState::Claimed).or(webhook)).filter(ended))
        .set((outbox::state.eq(OutboxState::Queued), outbox::holder.eq(None::<String>)))
        .execute(tx.conn)?;
    Ok(unsure)
}

/// Claims up to `limit` messages that are due, the longest waiting first, for `holder`; no more mails than make `per_minute` of all
/// instances together.
///
/// # Errors
/// What the database says.
pub fn claim(
    tx: &mut Tx<'_>,
    channel: OutboxChannel,
    holder: &str,
    limit: i64,
    per_minute: Option<i64>,
    lease: Duration,
) -> Result<Vec<OutboxId>> {
    let mut limit = limit;
    if let Some(per_minute) = per_minute {
        let minute_ago = At(tx.now.checked_sub_signed(Duration::seconds(60)).unwrap_or(tx.now));
        // What was handed over later than this was so before the clock went back.
        let minute_ahead = At(tx.now.checked_add_signed(Duration::seconds(60)).unwrap_or(tx.now));
        let handed: i64 = outbox::table
            .filter(outbox::channel.eq(channel).and(outbox::handed_at.gt(minute_ago)).and(outbox::handed_at.lt(minute_ahead)))
            .filter(outbox::state.ne(OutboxState::Claimed))
            .count()
            .get_result(tx.conn)?;
        let claimed: i64 =
            outbox::table.filter(outbox::channel.eq(channel).and(outbox::state.eq(OutboxState::Claimed))).count().get_result(tx.conn)?;
        limit = limit.min(per_minute.saturating_sub(handed).saturating_sub(claimed)).max(0);
    }
    if limit == 0 {
        return Ok(Vec::new());
    }
    let ids: Vec<OutboxId> = outbox::table
        .filter(outbox::state.eq(OutboxState::Queued).and(outbox::channel.eq(channel)).and(outbox::next_at.le(tx.at())))
        .order((outbox::next_at, outbox::id))
        .select(outbox::id)
        .limit(limit)
        .load(tx.conn)?;
    diesel::update(outbox::table.filter(outbox::id.eq_any(&ids).and(outbox::state.eq(OutboxState::Queued))))
        .set((
            outbox::state.eq(OutboxState::Claimed),
            outbox::holder.eq(holder),
            outbox::lease_until.eq(At(tx.now.checked_add_signed(lease).unwrap_or(tx.now))),
        ))
        .execute(tx.conn)?;
    Ok(ids)
}

/// Whether there is anything to do: a message that is due, or a lease that has ended.
///
/// # Errors
/// What the database says.
pub fn anything(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<bool> {
    let due = outbox::table.filter(outbox::state.eq(OutboxState::Queued).and(outbox::next_at.le(At(now)))).select(outbox::id);
    if diesel::select(diesel::dsl::exists(due)).get_result(conn)? {
        return Ok(true);
    }
    let held = outbox::state.eq_any([OutboxState::Claimed, OutboxState::Sending]).and(outbox::lease_until.lt(At(now)));
    Ok(diesel::select(diesel::dsl::exists(outbox::table.filter(held).select(outbox::id))).get_result(conn)?)
}

/// Notes that a claimed message is being handed over from now on. `domain` is the part of its Message-ID after the `@`. What has waited
/// longer than `patience` is given up.
///
/// # Errors
/// What the database says.
pub fn begin(tx: &mut Tx<'_>, id: OutboxId, holder: &str, domain: &str, lease: Duration, patience: Duration) -> Result<Begun> {
    let mine = outbox::state.eq(OutboxState::Claimed).and(outbox::holder.eq(holder));
    let found = outbox::table
        .find(id)
        .filter(mine)
        .select((
            outbox::kind,
            outbox::user_id,
            outbox::agent_id,
            outbox::webhook_id,
            outbox::address,
            outbox::language,
            outbox::params,
            outbox::attempts,
            outbox::queued_at,
            outbox::created_at,
            outbox::message_id,
        ))
        .first::<Claimed>(tx.conn)
        .optional()?;
    let Some(row) = found else { return Ok(Begun::NotMine) };
    let to = match destination(tx, &row)? {
        Ok(_) if tx.now.signed_duration_since(row.queued_at) > patience => Err("it waited too long to be of use"),
        to => to,
    };
    let to = match to {
        Ok(to) => to,
        Err(why) => {
            let last: Option<String> = outbox::table.find(id).select(outbox::last_error).first(tx.conn)?;
            give_up(tx, id, &last.map_or_else(|| why.to_owned(), |last| format!("{why}; the last attempt: {last}")))?;
            return Ok(Begun::GivenUp);
        }
    };
    let attempt = row.attempts.saturating_add(1);
    let message_id = row.message_id.unwrap_or_else(|| format!("<{id}@{domain}>"));
    diesel::update(outbox::table.find(id))
        .set((
            outbox::state.eq(OutboxState::Sending),
            outbox::attempts.eq(attempt),
            outbox::handed_at.eq(tx.at()),
            outbox::lease_until.eq(At(tx.now.checked_add_signed(lease).unwrap_or(tx.now))),
            outbox::message_id.eq(&message_id),
        ))
        .execute(tx.conn)?;
    let Claimed { kind, params, queued_at, created_at, .. } = row;
    Ok(Begun::Go(Box::new(Outgoing { id, kind, params, attempt, queued_at, created_at, message_id, to })))
}

/// Where the message goes as things stand now: people move, and webhooks are turned off.
fn destination(tx: &mut Tx<'_>, row: &Claimed) -> Result<std::result::Result<Destination, &'static str>> {
    if let Some(hook) = row.hook {
        let (url, secret, active, archived): (String, String, bool, OptionalAt) =
            webhooks::table.find(hook).select((webhooks::url, webhooks::secret, webhooks::active, webhooks::archived_at)).first(tx.conn)?;
        let usable = active && archived.0.is_none();
        return Ok(if usable { Ok(Destination::Hook { url, secret }) } else { Err("the webhook was turned off") });
    }
    let user = match row.user {
        Some(user) => {
            Some(users::table.find(user).select((users::name, users::email, users::language, users::active)).first::<(
                String,
                Option<String>,
                Language,
                bool,
            )>(tx.conn)?)
        }
        None => None,
    };
    let agent = match row.agent {
        Some(agent) => Some(agents::table.find(agent).select((agents::name, agents::email)).first::<(String, Option<String>)>(tx.conn)?),
        None => None,
    };
    if matches!(user, Some((_, _, _, false))) {
        return Ok(Err("the recipient may no longer log in"));
    }
    let language = user.as_ref().map_or(row.language, |(_, _, language, _)| *language);
    let name = user.as_ref().map(|(name, ..)| name).or(agent.as_ref().map(|(name, _)| name)).cloned();
    let address = match (user, agent) {
        (None, None) => row.address.clone(),
        (user, agent) => user.and_then(|(_, email, ..)| email).or(agent.and_then(|(_, email)| email)),
    };
    Ok(address.map(|address| Destination::Mailbox { name, address, language }).ok_or("the recipient has no e-mail address"))
}

fn give_up(tx: &mut Tx<'_>, id: OutboxId, why: &str) -> Result<()> {
    diesel::update(outbox::table.find(id))
        .set((outbox::state.eq(OutboxState::Dead), outbox::last_error.eq(why), outbox::holder.eq(None::<String>)))
        .execute(tx.conn)?;
    Ok(())
}

/// Notes what came of the `attempt`th attempt. Also where the lease has ended meanwhile: a late answer is an answer, unless somebody has
/// sent the message again since.
///
/// # Errors
/// What the database says.
pub fn finish(tx: &mut Tx<'_>, id: OutboxId, attempt: i32, after: &After) -> Result<bool> {
    let open = outbox::state.eq_any([OutboxState::Sending, OutboxState::Unsure]).and(outbox::attempts.eq(attempt));
    let target = outbox::table.find(id).filter(open);
    let changed = match after {
        After::Sent => diesel::update(target)
            .set((
                outbox::state.eq(OutboxState::Sent),
                outbox::sent_at.eq(tx.at()),
                outbox::holder.eq(None::<String>),
                outbox::last_error.eq(None::<String>),
            ))
            .execute(tx.conn)?,
        After::Again { at, why } => diesel::update(target)
            .set((
                outbox::state.eq(OutboxState::Queued),
                outbox::next_at.eq(At(*at)),
                outbox::holder.eq(None::<String>),
                outbox::last_error.eq(why),
            ))
            .execute(tx.conn)?,
        After::Unsure(why) => diesel::update(target)
            .set((outbox::state.eq(OutboxState::Unsure), outbox::holder.eq(None::<String>), outbox::last_error.eq(why)))
            .execute(tx.conn)?,
        After::Dead(why) => diesel::update(target)
            .set((outbox::state.eq(OutboxState::Dead), outbox::holder.eq(None::<String>), outbox::last_error.eq(why)))
            .execute(tx.conn)?,
    };
    Ok(changed > 0)
}

/// Gives claimed messages back: at once, or at a time when the server may be there again.
///
/// # Errors
/// What the database says.
pub fn release(tx: &mut Tx<'_>, ids: &[OutboxId], holder: &str, next_at: DateTime<Utc>) -> Result<()> {
    let mine = outbox::state.eq(OutboxState::Claimed).and(outbox::holder.eq(holder));
    diesel::update(outbox::table.filter(outbox::id.eq_any(ids)).filter(mine))
        .set((outbox::state.eq(OutboxState::Queued), outbox::holder.eq(None::<String>), outbox::next_at.eq(At(next_at))))
        .execute(tx.conn)?;
    Ok(())
}
