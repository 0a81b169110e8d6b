//! The mail of the day: what was held for the digest, reminders of what is due, and to leads the failed evaluations of yesterday.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::results::about;
use crate::app::App;
use crate::db::outbox::{HeldLetter, enqueue, gather, held_before};
use crate::db::tx::from_json;
use crate::db::views::mail as views;
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor, Reach, Role};
use crate::domain::id::{OutboxId, UserId};
use crate::domain::mail::letters::{DailyDigest, LeadFailures, SamplesDue};
use crate::domain::mail::{Letter, Post, Recipient};
use crate::domain::period::{local_day, start_of_day};

/// How many held letters are read at once.
const PAGE: i64 = 2000;
/// The most letters in one digest; a further one follows where there are more.
const LETTERS: usize = 200;
/// The most evaluations that a summary lists.
const FAILURES: i64 = 30;

/// How many letters were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// The day whose mail was written; absent where nothing was due.
    pub day: Option<NaiveDate>,
    /// Digests.
    pub digests: usize,
    /// Reminders to inspectors.
    pub reminders: usize,
    /// Summaries to leads.
    pub summaries: usize,
}

/// The local day whose daily mail is due at `now`, and the moment at which it fell due; `None` before the hour.
fn due_day(now: DateTime<Utc>, zone: Tz, hour: u32) -> Option<(NaiveDate, DateTime<Utc>)> {
    let day = local_day(now, zone);
    let moment = start_of_day(day, zone).checked_add_signed(chrono::Duration::hours(i64::from(hour)))?;
    (now >= moment).then_some((day, moment))
}

/// Writes today's mail once its hour has come, unless today is the day that is `done`. Run as often as you like: what was written is not
/// written again.
///
/// # Permissions
/// `mail.write` for the whole centre: the service itself.
///
/// # Errors
/// `Forbidden`; what the database says.
pub async fn write_daily(app: &App, actor: &Actor, done: Option<NaiveDate>) -> Result<Written> {
    actor.may_everywhere(Action::MailWrite)?;
    let (now, hour) = (app.clock.now(), app.config.mail.digest_hour);
    let Some(organisation) = app.read(db::organisation::find).await? else { return Ok(Written::default()) };
    let due = due_day(now, organisation.zone, hour).filter(|(day, _)| done != Some(*day));
    let Some((day, moment)) = due else { return Ok(Written::default()) };
    let reminders = reminders(app, actor, day).await?;
    let summaries = summaries(app, actor, day, organisation.zone).await?;
    // Last, so that what was just written for the digest waits for tomorrow's.
    Ok(Written { day: Some(day), digests: digests(app, actor, day, moment).await?, reminders, summaries })
}

/// Tells inspectors of samples, second gradings and calibration sessions that are overdue or due today or tomorrow.
async fn reminders(app: &App, actor: &Actor, today: NaiveDate) -> Result<usize> {
    let until = today.succ_opt().unwrap_or(today);
    let due = app.read(move |conn| views::due(conn, until)).await?;
    app.write(actor, move |tx| {
        let mut count = 0_usize;
        for (inspector, days) in &due {
            let letter = Letter::SamplesDue(SamplesDue { today, days: days.clone(), path: "/queue".into() });
            let post = Post { to: Recipient::User(*inspector), letter, dedupe: today.to_string(), about: Vec::new() };
            count = count.saturating_add(usize::from(enqueue(tx, &post)?.is_some()));
        }
        Ok(count)
    })
    .await
}

/// Tells each lead of the evaluations with errors that were submitted yesterday.
async fn summaries(app: &App, actor: &Actor, today: NaiveDate, zone: Tz) -> Result<usize> {
    let day = today.pred_opt().unwrap_or(today);
    let (from, until) = (start_of_day(day, zone), start_of_day(today, zone));
    let mut count = 0_usize;
    for (lead, reach) in app.read(|conn| views::holders(conn, Role::TeamLead)).await? {
        let written = app.write(actor, move |tx| summary(tx, lead, &reach, day, (from, until))).await?;
        count = count.saturating_add(usize::from(written));
    }
    Ok(count)
}

fn summary(tx: &mut Tx<'_>, lead: UserId, reach: &Reach, day: NaiveDate, (from, until): (DateTime<Utc>, DateTime<Utc>)) -> Result<bool> {
    let (total, ids) = views::failures(tx.conn, reach, from, until, FAILURES)?;
    if total == 0 {
        return Ok(false);
    }
    let evaluations = ids.iter().map(|id| Ok(views::evaluation(tx.conn, *id)?.evaluated)).collect::<Result<Vec<_>>>()?;
    let about = ids.into_iter().map(about).collect();
    let letter = Letter::LeadFailures(LeadFailures { day, total, evaluations, path: "/results".into() });
    let post = Post { to: Recipient::User(lead), letter, dedupe: day.to_string(), about };
    Ok(enqueue(tx, &post)?.is_some())
}

async fn digests(app: &App, actor: &Actor, day: NaiveDate, moment: DateTime<Utc>) -> Result<usize> {
    let mut count = 0_usize;
    loop {
        let held = app.read(move |conn| held_before(conn, moment, PAGE)).await?;
        if held.is_empty() {
            return Ok(count);
        }
        for letters in held.chunk_by(|a, b| a.user == b.user).flat_map(|of_user| of_user.chunks(LETTERS)) {
            let letters = letters.to_vec();
            app.write(actor, move |tx| digest(tx, day, &letters)).await?;
            count = count.saturating_add(1);
        }
    }
}

/// Writes one digest to one user.
fn digest(tx: &mut Tx<'_>, day: NaiveDate, held: &[HeldLetter]) -> Result<()> {
    let Some(first) = held.first() else { return Ok(()) };
    let (user, first): (UserId, OutboxId) = (first.user, first.id);
    let letters = held.iter().map(|h| from_json::<Letter>("outbox.params", &h.params)).collect::<Result<Vec<_>>>()?;
    let ids: Vec<OutboxId> = held.iter().map(|h| h.id).collect();
    let letter = Letter::DailyDigest(DailyDigest { day, letters });
    let post = Post { to: Recipient::User(user), letter, dedupe: format!("{day}:{first}"), about: Vec::new() };
    gather(tx, &ids, &post)?;
    Ok(())
}
