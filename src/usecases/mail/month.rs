//! Tells of a closed month: finance at once and in the closing transaction, everybody else in steps afterwards.

use serde_json::json;

use crate::app::App;
use crate::db::bulk_letters::{self, Progress};
use crate::db::outbox::{announce, enqueue};
use crate::db::views::mail::holders;
use crate::db::views::mail_month::{agent_lines, agent_months, rates};
use crate::db::{self, Result, Tx};
use crate::domain::access::{Action, Actor, Reach, Role};
use crate::domain::mail::letters::{LeadMonth, ListClosed, ManagerMonth};
use crate::domain::mail::{About, Letter, Post, Recipient};
use crate::domain::money::Money;
use crate::domain::period::Period;
use crate::domain::webhook::{Announcement, Event};

/// How many agents' letters are written in one transaction.
const STEP: i64 = 100;

/// Tells finance and the webhooks that a fine list is closed, and notes that the month's other letters are to be written. Called in the
/// closing transaction.
///
/// # Errors
/// What the database says.
pub fn closed(tx: &mut Tx<'_>, period: Period, lines: i64, total: Money, digest: &str) -> Result<()> {
    let about = vec![About::new("period", period)];
    let path = format!("/months/{period}");
    let letter = Letter::ListClosed(ListClosed { period, lines, total, digest: digest.to_owned(), path });
    for finance in db::recipients::everywhere(tx.conn, Role::Finance)? {
        let post = Post { to: Recipient::User(finance), letter: letter.clone(), dedupe: period.to_string(), about: about.clone() };
        enqueue(tx, &post)?;
    }
    let data = json!({ "period": period, "lines": lines, "total": total, "digest": digest });
    announce(tx, &Announcement { event: Event::PeriodClosed, data, dedupe: period.to_string(), about })?;
    bulk_letters::begin(tx, period)
}

/// Writes the next step of a closed month's letters; false where there is none. Several instances may do so; each letter is written once.
///
/// # Permissions
/// `mail.write` for the whole centre: the service itself.
///
/// # Errors
/// `Forbidden`; what the database says.
pub async fn write_step(app: &App, actor: &Actor) -> Result<bool> {
    actor.may_everywhere(Action::MailWrite)?;
    if app.read(bulk_letters::next).await?.is_none() {
        return Ok(false);
    }
    app.write(actor, |tx| {
        let Some(progress) = bulk_letters::next(tx.conn)? else { return Ok(false) };
        step(tx, progress)?;
        Ok(true)
    })
    .await
}

fn step(tx: &mut Tx<'_>, Progress { period, begun, after }: Progress) -> Result<()> {
    if !begun {
        managers(tx, period)?;
        leads(tx, period)?;
        return bulk_letters::advance(tx, period, None);
    }
    let currency = db::organisation::load(tx.conn)?.currency;
    let months = agent_months(tx.conn, period, after, STEP, currency)?;
    let last = months.last().map(|(agent, _)| *agent);
    for (agent, month) in months {
        let about = vec![About::agent_period(agent, period)];
        enqueue(tx, &Post { to: Recipient::Agent(agent), letter: Letter::AgentMonth(month), dedupe: period.to_string(), about })?;
    }
    match last {
        Some(last) => bulk_letters::advance(tx, period, Some(last)),
        None => bulk_letters::finish(tx, period),
    }
}

fn managers(tx: &mut Tx<'_>, period: Period) -> Result<()> {
    let units = rates(tx.conn, period, &Reach::everything())?;
    let letter = Letter::ManagerMonth(ManagerMonth { period, units, path: format!("/results/{period}") });
    for manager in db::recipients::everywhere(tx.conn, Role::QaManager)? {
        let about = vec![About::new("period", period)];
        enqueue(tx, &Post { to: Recipient::User(manager), letter: letter.clone(), dedupe: period.to_string(), about })?;
    }
    Ok(())
}

fn leads(tx: &mut Tx<'_>, period: Period) -> Result<()> {
    for (lead, reach) in holders(tx.conn, Role::TeamLead)? {
        let (units, agents) = (rates(tx.conn, period, &reach)?, agent_lines(tx.conn, period, &reach)?);
        if units.is_empty() && agents.is_empty() {
            continue;
        }
        let letter = Letter::LeadMonth(LeadMonth { period, units, agents, path: format!("/results/{period}") });
        let about = vec![About::new("period", period)];
        enqueue(tx, &Post { to: Recipient::User(lead), letter, dedupe: period.to_string(), about })?;
    }
    Ok(())
}
