//! The mail of the day: what was held for the digest.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::app::App;
use crate::db::outbox::{HeldLetter, gather, held_before};
use crate::db::tx::from_json;
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor};
use crate::domain::id::{OutboxId, UserId};
use crate::domain::mail::letters::DailyDigest;
use crate::domain::mail::{Letter, Post, Recipient};
use crate::domain::period::{local_day, start_of_day};

/// How many held letters are read at once.
const PAGE: i64 = 2000;
/// The most letters in one digest; a further one follows where there are more.
const LETTERS: usize = 200;

/// How many letters were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Digests.
    pub digests: usize,
}

/// The local day whose daily mail is due at `now`, and the moment at which it fell due; `None` before the hour.
pub(crate) fn due_day(now: DateTime<Utc>, zone: Tz, hour: u32) -> Option<(NaiveDate, DateTime<Utc>)> {
    let day = local_day(now, zone);
    let moment = start_of_day(day, zone).checked_add_signed(chrono::Duration::hours(i64::from(hour)))?;
    (now >= moment).then_some((day, moment))
}

/// Writes today's digests once their hour has come. Run as often as you like: what was written is not written again.
///
/// # Permissions
/// `mail.write` for the whole centre: the service itself.
///
/// # Errors
/// `Forbidden`; what the database says.
pub async fn write_daily(app: &App, actor: &Actor) -> Result<Written> {
    actor.may_everywhere(Action::MailWrite)?;
    let (now, hour) = (app.clock.now(), app.config.mail.digest_hour);
    let Some(organisation) = app.read(db::organisation::find).await? else { return Ok(Written::default()) };
    let Some((day, moment)) = due_day(now, organisation.zone, hour) else { return Ok(Written::default()) };
    let mut written = Written::default();
    written.digests = digests(app, actor, day, moment).await?;
    Ok(written)
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
