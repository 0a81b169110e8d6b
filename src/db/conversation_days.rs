//! On which days of a month an agent had conversations, kept beside the conversations: 31 bits for each agent and month.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::dsl::{exists, min, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel::upsert::excluded;

use super::connection::AnyConnection;
use super::error::Result;
use super::schema::{agents, attendance, conversation_days, conversations};
use super::tx::Tx;
use crate::domain::id::AgentId;
use crate::domain::month_days::MonthDays;
use crate::domain::period::Period;

/// Notes that agents had conversations on these days, at most some thousands at a time.
///
/// # Errors
/// What the database says.
pub(super) fn add(tx: &mut Tx<'_>, days: impl Iterator<Item = (Period, AgentId, NaiveDate)>) -> Result<()> {
    let mut added: BTreeMap<(Period, AgentId), MonthDays> = BTreeMap::new();
    for (period, agent, day) in days {
        let of_month = added.entry((period, agent)).or_default();
        *of_month = of_month.and(MonthDays::one(day));
    }
    let periods: BTreeSet<Period> = added.keys().map(|(period, _)| *period).collect();
    let agents: BTreeSet<AgentId> = added.keys().map(|(_, agent)| *agent).collect();
    let known: Vec<(Period, AgentId, i32)> = conversation_days::table
        .filter(conversation_days::period.eq_any(periods))
        .filter(conversation_days::agent_id.eq_any(agents))
        .load(tx.conn)?;
    for (period, agent, bits) in known {
        let known = MonthDays::from_bits(bits);
        let key = (period, agent);
        if let Some(of_month) = added.get_mut(&key) {
            *of_month = of_month.and(known);
            // Most of what comes is of a day that is known.
            if *of_month == known {
                added.remove(&key);
            }
        }
    }
    if added.is_empty() { Ok(()) } else { store(tx, added.into_iter()) }
}

/// Counts again on which days an agent had conversations in a month, after one of them has moved.
///
/// # Errors
/// What the database says.
pub(super) fn recount(tx: &mut Tx<'_>, period: Period, agent: AgentId) -> Result<()> {
    let days = counted(tx.conn, period, Some(agent))?.remove(&agent).unwrap_or_default();
    store(tx, std::iter::once(((period, agent), days)))
}

fn store(tx: &mut Tx<'_>, days: impl Iterator<Item = ((Period, AgentId), MonthDays)>) -> Result<()> {
    let mut rows = days.map(|((period, agent), days)| {
        (conversation_days::period.eq(period), conversation_days::agent_id.eq(agent), conversation_days::days.eq(days.bits()))
    });
    match tx.conn {
        AnyConnection::Sqlite(conn) => rows.try_for_each(|row| {
            diesel::insert_into(conversation_days::table)
                .values(row)
                .on_conflict((conversation_days::period, conversation_days::agent_id))
                .do_update()
                .set(conversation_days::days.eq(excluded(conversation_days::days)))
                .execute(conn)
                .map(drop)
        })?,
        AnyConnection::Postgres(conn) => {
            diesel::insert_into(conversation_days::table)
                .values(rows.collect::<Vec<_>>())
                .on_conflict((conversation_days::period, conversation_days::agent_id))
                .do_update()
                .set(conversation_days::days.eq(excluded(conversation_days::days)))
                .execute(conn)?;
        }
    }
    Ok(())
}

/// On how many local days an agent, or each agent, had at least one conversation in a period, of those for whom no attendance was imported.
///
/// # Errors
/// What the database says.
pub fn without_attendance(conn: &mut AnyConnection, period: Period, agent: Option<AgentId>) -> Result<BTreeMap<AgentId, u32>> {
    let known = attendance::table.filter(attendance::agent_id.eq(agents::id)).filter(attendance::period.eq(period));
    let unknown = agents::table.filter(not(exists(known))).select(agents::id);
    let mut query = conversation_days::table
        .filter(conversation_days::period.eq(period))
        .filter(conversation_days::agent_id.eq_any(unknown))
        .select((conversation_days::agent_id, conversation_days::days))
        .into_boxed();
    if let Some(agent) = agent {
        query = query.filter(conversation_days::agent_id.eq(agent));
    }
    let rows: Vec<(AgentId, i32)> = query.load(conn)?;
    Ok(rows.into_iter().map(|(agent, bits)| (agent, MonthDays::from_bits(bits).count())).collect())
}

/// What is kept of a period, by agent.
///
/// # Errors
/// What the database says.
pub fn kept(conn: &mut AnyConnection, period: Period) -> Result<BTreeMap<AgentId, MonthDays>> {
    let query = conversation_days::table
        .filter(conversation_days::period.eq(period))
        .select((conversation_days::agent_id, conversation_days::days));
    Ok(by_agent(query.load(conn)?))
}

/// The days of one agent's conversations in a period, or of everybody's, as the conversations themselves say. Reads all of them.
///
/// # Errors
/// What the database says.
pub fn counted(conn: &mut AnyConnection, period: Period, agent: Option<AgentId>) -> Result<BTreeMap<AgentId, MonthDays>> {
    let days = match conn {
        AnyConnection::Sqlite(_) => "SUM(DISTINCT 1 << (CAST(substr(conversations.local_day, 9, 2) AS INTEGER) - 1))",
        AnyConnection::Postgres(_) => "BIT_OR(1 << (EXTRACT(DAY FROM conversations.local_day)::integer - 1))",
    };
    let mut query = conversations::table
        .group_by(conversations::agent_id)
        .select((conversations::agent_id, sql::<Integer>(days)))
        .filter(conversations::period.eq(period))
        .into_boxed();
    if let Some(agent) = agent {
        query = query.filter(conversations::agent_id.eq(agent));
    }
    Ok(by_agent(query.load(conn)?))
}

fn by_agent(rows: Vec<(AgentId, i32)>) -> BTreeMap<AgentId, MonthDays> {
    rows.into_iter().map(|(agent, bits)| (agent, MonthDays::from_bits(bits))).collect()
}

/// The first period after another one, or the first at all, in which there are conversations or days of conversations.
///
/// # Errors
/// What the database says.
pub fn period_after(conn: &mut AnyConnection, after: Option<Period>) -> Result<Option<Period>> {
    let mut of_conversations = conversations::table.select(min(conversations::period)).into_boxed();
    let mut of_days = conversation_days::table.select(min(conversation_days::period)).into_boxed();
    if let Some(after) = after {
        of_conversations = of_conversations.filter(conversations::period.gt(after));
        of_days = of_days.filter(conversation_days::period.gt(after));
    }
    let found: [Option<Period>; 2] = [of_conversations.first(conn)?, of_days.first(conn)?];
    Ok(found.into_iter().flatten().min())
}
