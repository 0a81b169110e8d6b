//! Worked days.

use std::collections::HashMap;

use diesel::prelude::*;

use super::both::Both;
use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{agents, attendance};
use super::scope;
use super::sql_types::At;
use super::tx::Tx;
use crate::domain::access::Reach;
use crate::domain::attendance::{Attendance, AttendanceFilter, WorkedDays};
use crate::domain::id::AgentId;
use crate::domain::page::{Page, PageRequest};
use crate::domain::period::Period;

/// A line of a list: the employee number beside what was recorded.
pub type Numbered = (String, Attendance);

/// Stores the worked days of an agent in a period, in place of what was recorded before.
///
/// # Errors
/// What the database says.
pub fn store(tx: &mut Tx<'_>, agent: AgentId, period: Period, days: WorkedDays) -> Result<()> {
    let days = i32::from(days);
    let query = diesel::insert_into(attendance::table)
        .values((
            attendance::agent_id.eq(agent),
            attendance::period.eq(period),
            attendance::worked_days.eq(days),
            attendance::recorded_at.eq(tx.at()),
        ))
        .on_conflict((attendance::agent_id, attendance::period))
        .do_update()
        .set((attendance::worked_days.eq(days), attendance::recorded_at.eq(tx.at())));
    Both(query).execute(tx.conn)?;
    Ok(())
}

/// The worked days that were recorded of an agent in a period.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, agent: AgentId, period: Period) -> Result<Option<i32>> {
    Ok(attendance::table.find((agent, period)).select(attendance::worked_days).first(conn).optional()?)
}

/// Everything that was recorded of these agents, at most a few thousand.
///
/// # Errors
/// What the database says.
pub fn of_agents(conn: &mut AnyConnection, agents: &[AgentId]) -> Result<HashMap<(AgentId, Period), i32>> {
    let rows = attendance::table
        .filter(attendance::agent_id.eq_any(agents))
        .select((attendance::agent_id, attendance::period, attendance::worked_days))
        .load::<(AgentId, Period, i32)>(conn)?;
    Ok(rows.into_iter().map(|(agent, period, days)| ((agent, period), days)).collect())
}

/// A page of the worked days within reach, by period and then by agent.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, reach: &Reach, filter: &AttendanceFilter, page: &PageRequest) -> Result<Page<Numbered>> {
    let mut query = attendance::table
        .inner_join(agents::table)
        .select((agents::employee_no, attendance::agent_id, attendance::period, attendance::worked_days, attendance::recorded_at))
        .order((attendance::period, attendance::agent_id))
        .limit(page.fetch())
        .filter(scope::agents(attendance::agent_id, reach))
        .into_boxed();
    if let Some(period) = filter.period {
        query = query.filter(attendance::period.eq(period));
    }
    if let Some(agent) = filter.agent {
        query = query.filter(attendance::agent_id.eq(agent));
    }
    if let Some(after) = &page.after {
        let period: Period = after.key.parse()?;
        let same = attendance::period.eq(period).and(attendance::agent_id.gt(AgentId(after.id)));
        query = query.filter(attendance::period.gt(period).or(same));
    }
    let rows = query.load::<(String, AgentId, Period, i32, At)>(conn)?;
    let rows = rows.into_iter().map(|(number, agent_id, period, worked_days, recorded_at)| {
        (number, Attendance { agent_id, period, worked_days, recorded_at: recorded_at.0 })
    });
    Ok(page.page(rows.collect(), |(_, line): &Numbered| (line.period.to_string(), line.agent_id.0)))
}
