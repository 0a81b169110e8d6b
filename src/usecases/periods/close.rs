//! Closes a period: freezes its results and its fine list, for ever (handbook 3.7).
//!
//! The work goes in bounded steps, so that nobody waits for it, and is there for readers all at once. First the period is marked as closing:
//! from that moment on everything that would be posted to it is asked to come again, and what was posted before is all there. Then the
//! steps freeze it, and the last one makes it closed. A step that fails opens the period again, and the audit log says why (`failed.rs` reads it); a close whose
//! process died is taken over by the next attempt.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{PeriodView, blockers, closed};
use crate::app::App;
use crate::db::{self, Error, Result, Tx};
use crate::domain::access::{Action, Actor, Reach};
use crate::domain::fine_list::{CanonicalHead, FileFormat, FineListHead, FineTotals, ListDigest, ListStatus, Totalling};
use crate::domain::id::{CloseId, LedgerEntryId};
use crate::domain::language::Language;
use crate::domain::ledger::{LedgerEntry, LedgerFilter, Poster};
use crate::domain::money::{Currency, Money};
use crate::domain::month_close::{CloseFacts, PeriodState, decide, is_abandoned};
use crate::domain::period::Period;
use crate::domain::{Refusal, cap};
use crate::usecases::fine_lists::export::kept_name;
use crate::usecases::fine_lists::lines::Lines;
use crate::usecases::fine_lists::render::{RenderError, render};
use crate::usecases::mail;
use crate::usecases::results;

/// The name of the operation under which the answer is kept.
const OPERATION: &str = "periods.close";

/// How many lines are frozen in one transaction.
const LINES_AT_A_TIME: i64 = 2_000;

/// How a period is to be closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseCommand {
    /// Why it is closed although something stands in the way (ungraded samples, open appeals, the month is not over); 1 to 1,000 characters.
    /// It is recorded.
    #[serde(default)]
    pub override_reason: Option<String>,
    /// How many lines the caller saw in the period; where it has another number by now, nothing is closed.
    #[serde(default)]
    pub expected_lines: Option<i64>,
    /// The sum that the caller saw, in minor units; where it is another by now, nothing is closed.
    #[serde(default)]
    pub expected_amount_minor: Option<i64>,
}

/// What the steps of one attempt share.
#[derive(Debug, Clone)]
struct Attempt {
    id: CloseId,
    period: Period,
    currency: Currency,
    /// The moment from which nothing could be posted to the period any more.
    at: DateTime<Utc>,
}

/// Closes the period.
///
/// # Errors
/// `Forbidden`; `Conflict` with code `period_closed`, `period_out_of_order`, `period_in_future` or `override_needed`; `Stale` where the
/// caller saw another state; `Busy` while somebody else is closing it.
pub async fn close(app: &App, actor: &Actor, period: Period, command: CloseCommand) -> Result<PeriodView> {
    actor.may_everywhere(Action::PeriodClose)?;
    let request = (period, command);
    if let Some(answer) = app.answered(actor, OPERATION, &request).await? {
        return Ok(answer);
    }
    let attempt = begin(app, actor, &request).await?;
    match freeze(app, actor, &attempt, &request).await {
        Ok(view) => Ok(view),
        Err(error) => {
            let Attempt { id, period, .. } = attempt;
            let why = if let Error::Refused(refusal) = &error { Some(refusal.message.clone()) } else { None };
            app.write(actor, move |tx| {
                db::periods::still_closing(tx, period, id)?;
                db::periods::forget_close(tx, period)?;
                tx.audit("period.close_failed", ("period", &period), None::<&()>, None::<&()>, why.as_deref())
            })
            .await
            .inspect_err(|undo| tracing::error!(%undo, %period, "a failed close could not be undone; the next attempt will"))
            .ok();
            Err(error)
        }
    }
}

/// Asks whether the period may be closed, and marks it as closing.
async fn begin(app: &App, actor: &Actor, (period, command): &(Period, CloseCommand)) -> Result<Attempt> {
    let (period, command) = (*period, command.clone());
    app.write(actor, move |tx| {
        let organisation = db::organisation::load(tx.conn)?;
        let current = organisation.period_of(tx.now)?;
        let state = match db::periods::find(tx.conn, period)? {
            Some(row) if row.state == PeriodState::Closing && is_abandoned(row.touched_at, tx.now) => PeriodState::Open,
            found => found.map_or(PeriodState::Open, |row| row.state),
        };
        let facts = CloseFacts {
            period,
            state,
            current,
            last_closed: db::periods::last_closed(tx.conn)?,
            earliest_open_with_data: db::periods::earliest_open_with_data(tx.conn)?,
            blockers: blockers(tx.conn, period, current)?,
        };
        // Read in any case: it is what makes a concurrent posting and this transaction collide on PostgreSQL.
        let (lines, amount_minor) = db::ledger::total_of_period(tx.conn, period)?;
        let override_reason = decide(&facts, command.override_reason.as_deref())?;
        if command.expected_lines.is_some_and(|seen| seen != lines)
            || command.expected_amount_minor.is_some_and(|seen| seen != amount_minor)
        {
            let now = format!("{period} has {lines} lines and {} by now", Money::new(amount_minor, organisation.currency));
            return Err(Refusal::stale(format!("{now}; look again before you close it")).into());
        }
        let id = tx.id();
        db::periods::begin_close(tx, period, id, facts.blockers, override_reason.as_deref())?;
        let details = json!({ "standing_in_the_way": facts.blockers, "lines": lines, "amount_minor": amount_minor });
        tx.audit("period.close_begun", ("period", &period), None::<&()>, Some(&details), override_reason.as_deref())?;
        Ok(Attempt { id, period, currency: organisation.currency, at: tx.now })
    })
    .await
}

async fn freeze(app: &App, actor: &Actor, attempt: &Attempt, request: &(Period, CloseCommand)) -> Result<PeriodView> {
    let caps = cap_lines(app, actor, attempt).await?;
    let totals = freeze_lines(app, actor, attempt, &caps).await?;
    freeze_results(app, actor, attempt).await?;
    let head = list_head(app, attempt, totals).await?;
    for format in [FileFormat::Csv, FileFormat::Xlsx] {
        for lang in Language::ALL {
            keep_file(app, actor, attempt, &head, format, *lang).await?;
        }
    }
    finish(app, actor, attempt, request, &head, caps).await
}

/// One step of the close, on the condition that it is still this attempt's to take.
async fn step<T, F>(app: &App, actor: &Actor, attempt: &Attempt, mut closure: F) -> Result<T>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
{
    let (id, period) = (attempt.id, attempt.period);
    app.write(actor, move |tx| {
        db::periods::still_closing(tx, period, id)?;
        closure(tx)
    })
    .await
}

/// The lines that bring every agent under the cap, in the order of their ids. They are posted with the last step.
async fn cap_lines(app: &App, actor: &Actor, attempt: &Attempt) -> Result<Vec<LedgerEntry>> {
    let (attempt, chance, by) = (attempt.clone(), std::sync::Arc::clone(&app.chance), actor.user);
    app.read(move |conn| {
        let Some(policy) = db::fine_policies::find_in_force(conn, attempt.period)? else { return Ok(Vec::new()) };
        let Some(limit) = policy.terms.cap else { return Ok(Vec::new()) };
        let mut next_id = || LedgerEntryId(chance.id(attempt.at));
        let mut poster = Poster { at: attempt.at, by, next_id: &mut next_id };
        let mut lines = Vec::new();
        for (agent, charged) in db::ledger::above_cap(conn, attempt.period, limit.amount_minor)? {
            let charged = Money::new(charged, attempt.currency);
            lines.append(&mut cap::decide(agent, attempt.period, charged, limit, policy.version, &mut poster)?);
        }
        lines.sort_unstable_by_key(|line| line.id);
        Ok(lines)
    })
    .await
}

/// Freezes the list line by line, and adds it up.
async fn freeze_lines(app: &App, actor: &Actor, attempt: &Attempt, caps: &[LedgerEntry]) -> Result<FineTotals> {
    let mut caps: Vec<LedgerEntry> = caps.iter().filter(|line| line.period == attempt.period).cloned().collect();
    let (mut totalling, mut after, mut position) = (Totalling::default(), None, 1_i64);
    loop {
        let (period, at) = (attempt.period, attempt.at);
        let mut waiting = std::mem::take(&mut caps);
        let (lines, last, rest) = app
            .read(move |conn| {
                let filter = LedgerFilter { period: Some(period), ..LedgerFilter::default() };
                let everything = Reach::everything();
                let mut entries = db::ledger::after(conn, &everything, &filter, after, LINES_AT_A_TIME)?;
                let last = entries.last().map(|entry| entry.id);
                let rest = match last {
                    Some(last) => waiting.split_off(waiting.partition_point(|line| line.id < last)),
                    None => Vec::new(),
                };
                entries.append(&mut waiting);
                entries.sort_unstable_by_key(|entry| entry.id);
                let zone = db::organisation::load(conn)?.zone;
                let lines = db::views::fine_lines::Dressing::load(conn, zone, at)?.lines(conn, entries)?;
                Ok((lines, last, rest))
            })
            .await?;
        caps = rest;
        for line in &lines {
            totalling.add(line)?;
        }
        let (first, count) = (position, lines.len());
        step(app, actor, attempt, move |tx| db::period_lists::insert_lines(tx, period, first, &lines)).await?;
        position = position.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
        if last.is_none() {
            return Ok(totalling.finish());
        }
        after = last;
    }
}

/// Freezes the results of agents, teams, vendors and the centre.
async fn freeze_results(app: &App, actor: &Actor, attempt: &Attempt) -> Result<()> {
    let (period, at) = (attempt.period, attempt.at);
    for part in app.read(move |conn| results::freeze::frozen(conn, period, at)).await? {
        step(app, actor, attempt, move |tx| results::freeze::store(tx, &part)).await?;
    }
    Ok(())
}

/// The head of the frozen list, with its digest.
async fn list_head(app: &App, attempt: &Attempt, totals: FineTotals) -> Result<FineListHead> {
    let Attempt { period, currency, at, .. } = *attempt;
    let canonical = CanonicalHead::new(period, currency, &totals);
    let digest = app
        .read(move |conn| {
            let mut digest = ListDigest::begin(&canonical)?;
            for line in Lines::frozen(conn, &Reach::everything(), period) {
                digest.add(&line?)?;
            }
            Ok(digest.finish())
        })
        .await?;
    Ok(FineListHead { period, status: ListStatus::Closed, currency, closed_at: Some(at), digest: Some(digest), part: None, totals })
}

/// Makes one file of the frozen list and stores its bytes.
async fn keep_file(app: &App, actor: &Actor, attempt: &Attempt, head: &FineListHead, format: FileFormat, lang: Language) -> Result<()> {
    use std::io::Read;
    let (period, shown) = (attempt.period, head.clone());
    let mut file = app
        .read(move |conn| {
            let everything = Reach::everything();
            let lines = Lines::frozen(conn, &everything, period);
            Ok(lines.read_ahead_for(|lines| render(&shown, lines, format, lang))?)
        })
        .await?;
    let name = kept_name(format, lang);
    for number in 0.. {
        let mut part = Vec::new();
        let limit = u64::try_from(db::period_lists::PART_BYTES).unwrap_or(u64::MAX);
        file.content.by_ref().take(limit).read_to_end(&mut part).map_err(RenderError::from)?;
        if part.is_empty() {
            break;
        }
        let name = name.clone();
        step(app, actor, attempt, move |tx| db::period_lists::insert_part(tx, period, &name, number, &part)).await?;
    }
    Ok(())
}

/// The last step: from here on the period is closed for everybody.
async fn finish(
    app: &App,
    actor: &Actor,
    attempt: &Attempt,
    request: &(Period, CloseCommand),
    head: &FineListHead,
    caps: Vec<LedgerEntry>,
) -> Result<PeriodView> {
    let (Attempt { id, period, at, currency }, head) = (attempt.clone(), head.clone());
    app.write_once(actor, OPERATION, request, move |tx| {
        db::periods::still_closing(tx, period, id)?;
        for line in &caps {
            db::ledger::insert(tx, line)?;
        }
        let digest = head.digest.as_deref().unwrap_or_default();
        db::periods::finish_close(tx, period, at, digest, &head.totals)?;
        let row = db::periods::find(tx.conn, period)?.ok_or_else(|| Refusal::not_found("period", period))?;
        let reason = row.override_reason.clone();
        let view = closed(row)?;
        tx.audit("period.closed", ("period", &period), None::<&()>, Some(&view), reason.as_deref())?;
        let (lines, total) = (view.lines.unwrap_or_default(), Money::new(view.amount_minor.unwrap_or_default(), currency));
        mail::month::closed(tx, period, lines, total, digest)?;
        Ok(view)
    })
    .await
}
