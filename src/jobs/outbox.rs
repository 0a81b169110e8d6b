//! Sends what is in the outbox.

use std::time::Duration;

use chrono::Duration as Span;
use futures_util::future::join_all;

use super::Stop;
use crate::app::App;
use crate::db::outbox_sending::{self as sending, Begun, Destination, Outgoing};
use crate::db::tx::from_json;
use crate::db::{self, Result};
use crate::domain::access::Actor;
use crate::domain::id::OutboxId;
use crate::domain::language::Language;
use crate::domain::mail::delivery::{After, after, pause};
use crate::domain::mail::{Delivery, Letter, OutboxChannel};
use crate::mail::envelope::{Parts, domain_of};
use crate::mail::hook::{Call, Hooks};
use crate::mail::{Setting, Transport, compose, envelope};

/// How often the outbox is looked at while it is empty.
const EVERY: Duration = Duration::from_secs(2);
/// How many messages are claimed at once.
const BATCH: i64 = 32;
/// How many webhooks are on their way at the same time.
const HOOK_LANES: usize = 8;
/// How long a claim holds. An instance that was slower finds its claim gone and sends nothing.
const CLAIM: Span = Span::minutes(5);

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Taken by the other side.
    pub sent: usize,
    /// To be tried again.
    pub again: usize,
    /// Handed over, with an answer that nobody heard.
    pub unsure: usize,
    /// Given up.
    pub dead: usize,
    /// Claimed, and given back because the server was down.
    pub given_back: usize,
}

impl Round {
    fn plus(self, other: Self) -> Self {
        Self {
            sent: self.sent.saturating_add(other.sent),
            again: self.again.saturating_add(other.again),
            unsure: self.unsure.saturating_add(other.unsure),
            dead: self.dead.saturating_add(other.dead),
            given_back: self.given_back.saturating_add(other.given_back),
        }
    }
}

/// Sends what is in the outbox. Several instances may do so at the same time.
#[derive(Debug, Clone)]
pub struct Sender {
    app: App,
    transport: Transport,
    hooks: Hooks,
    holder: String,
    domain: String,
}

impl Sender {
    /// A sender with a name of its own.
    pub fn new(app: App, transport: Transport) -> Self {
        let mail = &app.config.mail;
        let hooks = Hooks::new(Duration::from_secs(mail.webhook_timeout_seconds));
        let (holder, domain) = (hex::encode(app.chance.bytes().get(..8).unwrap_or_default()), domain_of(&mail.from));
        Self { app, transport, hooks, holder, domain }
    }

    /// Sends until it is told to stop, and then finishes what it is handing over.
    pub async fn run(self, mut stop: Stop) {
        while !stop.asked() {
            match self.round(&stop).await {
                Ok(Round { sent, .. }) if sent > 0 => continue,
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "the outbox could not be read"),
            }
            stop.rest(EVERY).await;
        }
        self.transport.close().await;
    }

    /// Sends what is due now, up to a batch of mails and one of webhooks.
    ///
    /// # Errors
    /// What the database says.
    pub async fn run_once(&self) -> Result<Round> {
        let (_stopper, stop) = super::stopper();
        self.round(&stop).await
    }

    async fn round(&self, stop: &Stop) -> Result<Round> {
        let now = self.app.clock.now();
        let found = self.app.read(move |conn| Ok((sending::anything(conn, now)?, db::organisation::find(conn)?))).await?;
        let (true, Some(organisation)) = found else { return Ok(Round::default()) };
        let setting = Setting {
            language: organisation.language,
            zone: organisation.zone,
            centre: organisation.name,
            base_url: self.app.config.mail.base_url.clone(),
        };
        let unsure = self.app.write(&Actor::service(), sending::settle_ended_leases).await?;
        if unsure > 0 {
            tracing::warn!(unsure, "mails were being handed over by an instance that has stopped; see the outbox");
        }
        let mails = match self.transport {
            Transport::Hold => Round::default(),
            _ => {
                self.batch(OutboxChannel::Mail, self.transport.lanes(), Some(self.app.config.mail.rate_per_minute), &setting, stop).await?
            }
        };
        let hooks = self.batch(OutboxChannel::Webhook, HOOK_LANES, None, &setting, stop).await?;
        Ok(mails.plus(hooks))
    }

    async fn batch(&self, channel: OutboxChannel, lanes: usize, rate: Option<i64>, setting: &Setting, stop: &Stop) -> Result<Round> {
        let holder = self.holder.clone();
        let claimed = self.app.write(&Actor::service(), move |tx| sending::claim(tx, channel, &holder, BATCH, rate, CLAIM)).await?;
        let mut round = Round::default();
        let mut lanes = claimed.chunks(lanes.max(1));
        while let Some(ids) = lanes.next() {
            let outcomes = join_all(ids.iter().map(|id| self.deliver(*id, channel, setting))).await;
            let mut down = None;
            for outcome in outcomes {
                let outcome = outcome?;
                round = round.plus(outcome.round);
                down = down.or(outcome.down);
            }
            let stopping = stop.asked();
            if (down.is_some() && channel == OutboxChannel::Mail) || stopping {
                let rest: Vec<OutboxId> = lanes.flatten().copied().collect();
                round.given_back = rest.len();
                self.give_back(rest, if stopping { Span::zero() } else { pause(down.unwrap_or(1), 0) }).await?;
                break;
            }
        }
        Ok(round)
    }

    async fn give_back(&self, ids: Vec<OutboxId>, pause: Span) -> Result<()> {
        let holder = self.holder.clone();
        let service = Actor::service();
        self.app
            .write(&service, move |tx| {
                let at = tx.now.checked_add_signed(pause).unwrap_or(tx.now);
                sending::release(tx, &ids, &holder, at)
            })
            .await
    }

    async fn deliver(&self, id: OutboxId, channel: OutboxChannel, setting: &Setting) -> Result<Outcome> {
        let mail = &self.app.config.mail;
        let (holder, domain, patience) = (self.holder.clone(), self.domain.clone(), Span::hours(mail.max_age_hours));
        // Longer than handing over can take: connecting, logging in and six commands.
        let lease =
            Span::seconds(60).checked_add(&Span::seconds(i64::try_from(mail.smtp.timeout_seconds.saturating_mul(10)).unwrap_or(3600)));
        let lease = lease.unwrap_or(CLAIM);
        let begun = self.app.write(&Actor::service(), move |tx| sending::begin(tx, id, &holder, &domain, lease, patience)).await?;
        let message = match begun {
            Begun::Go(message) => *message,
            Begun::NotMine => return Ok(Outcome::default()),
            Begun::GivenUp => return Ok(Outcome { round: Round { dead: 1, ..Round::default() }, down: None }),
        };
        let delivery = match &message.to {
            Destination::Mailbox { name, address, language } => self.mail(&message, name.as_deref(), address, *language, setting).await,
            Destination::Hook { url, secret } => self.hook(&message, url, secret).await,
        };
        let down = matches!(delivery, Delivery::ServerDown(_)).then_some(message.attempt);
        let (attempt, queued_at) = (message.attempt, message.queued_at);
        let becomes = self
            .app
            .write(&Actor::service(), move |tx| {
                let chance = tx.random().first().copied().unwrap_or(0);
                let becomes = after(channel, delivery.clone(), attempt, tx.now, queued_at, patience, chance);
                sending::finish(tx, id, attempt, &becomes)?;
                Ok(becomes)
            })
            .await?;
        let mut round = Round::default();
        match &becomes {
            After::Sent => round.sent = 1,
            After::Again { at, why } => {
                tracing::info!(%id, %at, why, "a message could not be sent and will be tried again");
                round.again = 1;
            }
            After::Unsure(why) => {
                tracing::warn!(%id, why, "a mail was handed over and its answer not heard; see the outbox");
                round.unsure = 1;
            }
            After::Dead(why) => {
                tracing::warn!(%id, why, "a message was given up; see the outbox");
                round.dead = 1;
            }
        }
        Ok(Outcome { round, down })
    }

    async fn mail(&self, message: &Outgoing, name: Option<&str>, address: &str, language: Language, setting: &Setting) -> Delivery {
        let letter = match from_json::<Letter>("outbox.params", &message.params) {
            Ok(letter) => letter,
            Err(error) => return Delivery::Never(error.to_string()),
        };
        let document = compose(&letter, &Setting { language, ..setting.clone() });
        let parts =
            Parts { from: &self.app.config.mail.from, name, address, message_id: &message.message_id, date: message.created_at, document };
        match envelope(parts) {
            Ok(envelope) => self.transport.send(&envelope).await,
            Err(why) => Delivery::Never(why),
        }
    }

    async fn hook(&self, message: &Outgoing, url: &str, secret: &str) -> Delivery {
        let call = Call {
            url: url.to_owned(),
            secret: secret.to_owned(),
            id: message.id.to_string(),
            event: message.kind.clone(),
            timestamp: self.app.clock.now().timestamp(),
            body: message.params.clone(),
        };
        self.hooks.send(call).await
    }
}

/// What came of one message; `down` is the number of its attempt where the server was down.
#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    round: Round,
    down: Option<i32>,
}
