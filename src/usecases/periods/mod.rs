//! Periods and their close.

pub mod close;
pub mod closing;
pub mod failed;
pub mod list;
pub mod note_refused;
pub mod show;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::organisation::Organisation;
use crate::db::periods::PeriodRow;
use crate::db::{self, AnyConnection, Result};
use crate::domain::id::UserId;
use crate::domain::month_close::{Blockers, PeriodState};
use crate::domain::period::Period;
use chrono::{DateTime, Utc};

/// A period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeriodView {
    /// The month.
    pub period: Period,
    /// How far it is.
    pub state: PeriodState,
    /// What stands in the way of closing it; of a closed period what stood in the way then. Like the other figures of the whole centre absent for who
    /// does not reach all of it.
    pub standing_in_the_way: Option<Blockers>,
    /// How many lines its fine list has.
    pub lines: Option<i64>,
    /// Their sum in minor units of the organisation's currency.
    pub amount_minor: Option<i64>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Who closed it; absent where an operator did at the command line.
    pub closed_by: Option<UserId>,
    /// Why it was closed although something stood in the way.
    pub override_reason: Option<String>,
    /// The digest of the closed fine list.
    pub digest: Option<String>,
}

impl PeriodView {
    /// What somebody may see of it who reaches a part of the centre only: how far it is, and no figure of others.
    fn without_figures(self) -> Self {
        Self { standing_in_the_way: None, lines: None, amount_minor: None, closed_by: None, override_reason: None, digest: None, ..self }
    }
}

/// What stands in the way of closing a period now.
fn blockers(conn: &mut AnyConnection, period: Period, current: Period) -> Result<Blockers> {
    Ok(Blockers {
        ungraded_samples: db::periods::ungraded_samples(conn, period)?,
        open_appeals: db::appeals::pending_of_period(conn, period)?,
        running: period == current,
    })
}

fn view(conn: &mut AnyConnection, organisation: &Organisation, now: DateTime<Utc>, period: Period) -> Result<PeriodView> {
    match db::periods::find(conn, period)? {
        Some(row) if row.state == PeriodState::Closed => closed(row),
        found => {
            let (lines, amount_minor) = db::ledger::total_of_period(conn, period)?;
            Ok(PeriodView {
                period,
                state: found.map_or(PeriodState::Open, |row| row.state),
                standing_in_the_way: Some(blockers(conn, period, organisation.period_of(now)?)?),
                lines: Some(lines),
                amount_minor: Some(amount_minor),
                closed_at: None,
                closed_by: None,
                override_reason: None,
                digest: None,
            })
        }
    }
}

fn closed(row: PeriodRow) -> Result<PeriodView> {
    let totals = row.totals()?;
    Ok(PeriodView {
        period: row.period,
        state: row.state,
        standing_in_the_way: Some(row.blockers()?),
        lines: Some(i64::try_from(totals.lines).unwrap_or(i64::MAX)),
        amount_minor: Some(totals.amount_minor),
        closed_at: row.closed_at,
        closed_by: row.closed_by,
        override_reason: row.override_reason,
        digest: row.digest,
    })
}
