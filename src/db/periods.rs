//! Periods: how far each one is, and what its close has frozen of the fine list.

use chrono::{DateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::error::{Error, Result};
use super::schema::{ledger, period_agents, period_files, period_fine_lines, period_units, periods, samples};
use super::sql_types::{At, OptionalAt};
use super::tx::{Tx, from_json, to_json};
use crate::domain::Refusal;
use crate::domain::fine_list::FineTotals;
use crate::domain::id::{CloseId, UserId};
use crate::domain::month_close::{Blockers, PeriodState, is_abandoned, posting_period};
use crate::domain::period::Period;
use crate::domain::sampling::sample::SampleState;

/// A period whose close has at least begun; all others are open.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = periods)]
pub struct PeriodRow {
    /// The period.
    pub period: Period,
    /// How far it is.
    pub state: PeriodState,
    /// The attempt that closes or closed it.
    pub close_id: CloseId,
    /// When that attempt last did something.
    #[diesel(deserialize_as = At)]
    pub touched_at: DateTime<Utc>,
    /// When it was closed.
    #[diesel(deserialize_as = OptionalAt)]
    pub closed_at: Option<DateTime<Utc>>,
    /// Who closed it.
    pub closed_by: Option<UserId>,
    /// Why it was closed although something stood in the way.
    pub override_reason: Option<String>,
    /// What stood in the way, as JSON.
    pub standing_in_the_way: String,
    /// The digest of the fine list.
    pub digest: Option<String>,
    /// The totals of the fine list, as JSON.
    pub summary: Option<String>,
}

impl PeriodRow {
    /// What stood in the way when it was closed.
    ///
    /// # Errors
    /// `Damaged`.
    pub fn blockers(&self) -> Result<Blockers> {
        from_json("periods.standing_in_the_way", &self.standing_in_the_way)
    }

    /// The totals of the frozen list.
    ///
    /// # Errors
    /// `Damaged`, also where the period is not closed.
    pub fn totals(&self) -> Result<FineTotals> {
        let missing = || Error::Damaged(format!("period {}: no summary", self.period));
        from_json("periods.summary", self.summary.as_deref().ok_or_else(missing)?)
    }
}

/// The period's row, once its close has begun.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, period: Period) -> Result<Option<PeriodRow>> {
    Ok(periods::table.find(period).select(PeriodRow::as_select()).first(conn).optional()?)
}

/// The last period in each state.
#[derive(Debug, Clone, Copy, Default)]
struct Last {
    closed: Option<Period>,
    closing: Option<Period>,
}

fn last(conn: &mut AnyConnection) -> Result<Last> {
    let rows: Vec<(PeriodState, Option<Period>)> =
        periods::table.group_by(periods::state).select((periods::state, max(periods::period))).load(conn)?;
    let of = |state| rows.iter().find(|(its, _)| *its == state).and_then(|(_, period)| *period);
    Ok(Last { closed: of(PeriodState::Closed), closing: of(PeriodState::Closing) })
}

/// The last closed period; it and all before it are frozen.
///
/// # Errors
/// What the database says.
pub fn last_closed(conn: &mut AnyConnection) -> Result<Option<Period>> {
    Ok(last(conn)?.closed)
}

/// The period that is being closed at this moment, also where that close is dead.
///
/// # Errors
/// What the database says.
pub fn closing(conn: &mut AnyConnection) -> Result<Option<Period>> {
    Ok(last(conn)?.closing)
}

/// The last period that is closed or being closed; it and all before it stay as they are.
///
/// # Errors
/// What the database says.
pub fn frozen(conn: &mut AnyConnection) -> Result<Option<Period>> {
    let Last { closed, closing } = last(conn)?;
    Ok(closed.max(closing))
}

/// The period that something about `fact` is posted to now. A close that died ends here.
///
/// # Errors
/// `Busy` while that period is being closed.
pub fn posting(tx: &mut Tx<'_>, fact: Period) -> Result<Period> {
    let Last { closed, closing: mut being_closed } = last(tx.conn)?;
    if let Some(period) = being_closed
        && find(tx.conn, period)?.is_some_and(|row| is_abandoned(row.touched_at, tx.now))
    {
        forget_close(tx, period)?;
        being_closed = None;
    }
    Ok(posting_period(fact, closed, being_closed)?)
}

/// Whether a period is frozen: it or a later one is closed.
///
/// # Errors
/// What the database says.
pub fn is_closed(conn: &mut AnyConnection, period: Period) -> Result<bool> {
    Ok(last_closed(conn)?.is_some_and(|closed| period <= closed))
}

/// Every period that has samples, lines of the ledger or a close, the latest first.
///
/// # Errors
/// What the database says.
pub fn known(conn: &mut AnyConnection) -> Result<Vec<Period>> {
    let mut all: Vec<Period> = samples::table.select(samples::period).distinct().load(conn)?;
    all.extend(ledger::table.select(ledger::period).distinct().load::<Period>(conn)?);
    all.extend(periods::table.select(periods::period).load::<Period>(conn)?);
    all.sort_unstable_by(|a, b| b.cmp(a));
    all.dedup();
    Ok(all)
}

/// The earliest period after the last closed one that has samples or lines of the ledger.
///
/// # Errors
/// What the database says.
pub fn earliest_open_with_data(conn: &mut AnyConnection) -> Result<Option<Period>> {
    let from = last_closed(conn)?.map(Period::next);
    let mut query = samples::table.select(samples::period).into_boxed();
    if let Some(from) = from {
        query = query.filter(samples::period.ge(from));
    }
    let of_samples: Option<Period> = query.order(samples::period).first(conn).optional()?;
    let of_ledger = super::ledger::earliest_period(conn, from)?;
    Ok(of_samples.into_iter().chain(of_ledger).min())
}

/// How many samples of a period wait for their evaluation.
///
/// # Errors
/// What the database says.
pub fn ungraded_samples(conn: &mut AnyConnection, period: Period) -> Result<u64> {
    let count: i64 = samples::table
        .filter(samples::period.eq(period))
        .filter(samples::state.eq_any([SampleState::Open, SampleState::Claimed]))
        .count()
        .get_result(conn)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Marks the period as being closed by this attempt, after taking away what an abandoned attempt has left.
///
/// # Errors
/// What the database says.
pub fn begin_close(tx: &mut Tx<'_>, period: Period, close: CloseId, blockers: Blockers, override_reason: Option<&str>) -> Result<()> {
    forget_close(tx, period)?;
    diesel::insert_into(periods::table)
        .values((
            periods::period.eq(period),
            periods::state.eq(PeriodState::Closing),
            periods::close_id.eq(close),
            periods::touched_at.eq(tx.at()),
            periods::override_reason.eq(override_reason),
            periods::standing_in_the_way.eq(to_json(&blockers)?),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Each step of a close asks first whether it is still this attempt that closes the period, and shows that it is alive.
///
/// # Errors
/// `Conflict` with code `close_lost` where another attempt has taken over.
pub fn still_closing(tx: &mut Tx<'_>, period: Period, close: CloseId) -> Result<()> {
    let mine = periods::table
        .filter(periods::period.eq(period))
        .filter(periods::state.eq(PeriodState::Closing))
        .filter(periods::close_id.eq(close));
    if diesel::update(mine).set(periods::touched_at.eq(tx.at())).execute(tx.conn)? == 1 {
        Ok(())
    } else {
        Err(Refusal::conflict("close_lost", format!("another attempt has taken over the close of {period}")).into())
    }
}

/// Takes away what an attempt has frozen so far; the period is open again.
///
/// # Errors
/// What the database says.
pub fn forget_close(tx: &mut Tx<'_>, period: Period) -> Result<()> {
    diesel::delete(period_fine_lines::table.filter(period_fine_lines::period.eq(period))).execute(tx.conn)?;
    diesel::delete(period_files::table.filter(period_files::period.eq(period))).execute(tx.conn)?;
    diesel::delete(period_agents::table.filter(period_agents::period.eq(period))).execute(tx.conn)?;
    diesel::delete(period_units::table.filter(period_units::period.eq(period))).execute(tx.conn)?;
    diesel::delete(periods::table.filter(periods::period.eq(period)).filter(periods::state.eq(PeriodState::Closing))).execute(tx.conn)?;
    Ok(())
}

/// Makes the period closed for everybody.
///
/// # Errors
/// What the database says.
pub fn finish_close(tx: &mut Tx<'_>, period: Period, closed_at: DateTime<Utc>, digest: &str, totals: &FineTotals) -> Result<()> {
    diesel::update(periods::table.find(period))
        .set((
            periods::state.eq(PeriodState::Closed),
            periods::closed_at.eq(At(closed_at)),
            periods::closed_by.eq(tx.actor.user),
            periods::digest.eq(digest),
            periods::lines.eq(i64::try_from(totals.lines).unwrap_or(i64::MAX)),
            periods::total_minor.eq(totals.amount_minor),
            periods::summary.eq(to_json(totals)?),
        ))
        .execute(tx.conn)?;
    Ok(())
}
