//! What a draw knew of each agent.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::both::insert_each;
use super::connection::AnyConnection;
use super::error::Result;
use super::schema::draw_agents;
use super::tx::Tx;
use crate::domain::id::{AgentId, DrawId, TeamId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::sampling::shortfall::{Excluded, Tally};

/// An agent of a draw as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = draw_agents, treat_none_as_default_value = false)]
pub struct DrawAgentRow {
    /// The draw.
    pub draw_id: DrawId,
    /// The agent.
    pub agent_id: AgentId,
    /// The team in which the agent ended the period, or was at the time of the draw.
    pub team_id: TeamId,
    /// Random samples wanted, with what was carried over.
    pub quota: i32,
    /// What was carried over.
    pub carried: i32,
    /// Eligible conversations.
    pub available: i32,
    /// Random samples drawn.
    pub drawn: i32,
    /// Targeted samples wanted.
    pub targeted_quota: i32,
    /// Eligible conversations that carry the risk.
    pub targeted_available: i32,
    /// Targeted samples drawn.
    pub targeted_drawn: i32,
    /// Left out because too short.
    pub too_short: i32,
    /// Left out because sampled before.
    pub already_sampled: i32,
    /// Left out because without recording.
    pub no_recording: i32,
    /// The encoded population.
    pub population: Vec<u8>,
}

impl DrawAgentRow {
    /// The row of an agent.
    pub fn new(draw_id: DrawId, agent_id: AgentId, team_id: TeamId, tally: &Tally, population: Vec<u8>) -> Self {
        let count = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        Self {
            draw_id,
            agent_id,
            team_id,
            quota: count(tally.quota),
            carried: count(tally.carried),
            available: count(tally.available),
            drawn: count(tally.drawn),
            targeted_quota: count(tally.targeted_quota),
            targeted_available: count(tally.targeted_available),
            targeted_drawn: count(tally.targeted_drawn),
            too_short: count(tally.excluded.too_short),
            already_sampled: count(tally.excluded.already_sampled),
            no_recording: count(tally.excluded.no_recording),
            population,
        }
    }

    /// What was wanted and found. A negative number, which only tampering makes, reads as 0.
    pub fn tally(&self) -> Tally {
        let count = |number: i32| u32::try_from(number).unwrap_or(0);
        Tally {
            quota: count(self.quota),
            carried: count(self.carried),
            available: count(self.available),
            drawn: count(self.drawn),
            targeted_quota: count(self.targeted_quota),
            targeted_available: count(self.targeted_available),
            targeted_drawn: count(self.targeted_drawn),
            excluded: Excluded {
                too_short: count(self.too_short),
                already_sampled: count(self.already_sampled),
                no_recording: count(self.no_recording),
            },
        }
    }
}

/// Stores agents of a draw.
///
/// # Errors
/// What the database says.
pub fn insert_all(tx: &mut Tx<'_>, rows: &[DrawAgentRow]) -> Result<()> {
    insert_each!(tx.conn, draw_agents::table, rows);
    Ok(())
}

/// Forgets what an interrupted draw has stored.
///
/// # Errors
/// What the database says.
pub fn delete_all(tx: &mut Tx<'_>, draw: DrawId) -> Result<()> {
    diesel::delete(draw_agents::table.filter(draw_agents::draw_id.eq(draw))).execute(tx.conn)?;
    Ok(())
}

/// How many agents of a draw are stored.
///
/// # Errors
/// What the database says.
pub fn count(conn: &mut AnyConnection, draw: DrawId) -> Result<u64> {
    let rows: i64 = draw_agents::table.filter(draw_agents::draw_id.eq(draw)).count().get_result(conn)?;
    Ok(u64::try_from(rows).unwrap_or(0))
}

/// One agent of a draw.
///
/// # Errors
/// What the database says.
pub fn find(conn: &mut AnyConnection, draw: DrawId, agent: AgentId) -> Result<Option<DrawAgentRow>> {
    Ok(draw_agents::table.find((draw, agent)).select(DrawAgentRow::as_select()).first(conn).optional()?)
}

/// The next agents of a draw, by id, `limit` at the most.
///
/// # Errors
/// What the database says.
pub fn after(conn: &mut AnyConnection, draw: DrawId, after: Option<AgentId>, limit: i64) -> Result<Vec<DrawAgentRow>> {
    let mut query = draw_agents::table
        .filter(draw_agents::draw_id.eq(draw))
        .order(draw_agents::agent_id)
        .limit(limit)
        .select(DrawAgentRow::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(draw_agents::agent_id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// A page of the agents for whom a quota was not met, by id. The populations stay where they are.
///
/// # Errors
/// What the database says.
pub fn short(conn: &mut AnyConnection, draw: DrawId, request: &PageRequest) -> Result<Page<(AgentId, Tally)>> {
    type Numbers = (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32);
    let mut query = draw_agents::table
        .filter(draw_agents::draw_id.eq(draw))
        .filter(draw_agents::drawn.lt(draw_agents::quota).or(draw_agents::targeted_drawn.lt(draw_agents::targeted_quota)))
        .order(draw_agents::agent_id)
        .limit(request.fetch())
        .select((
            draw_agents::agent_id,
            draw_agents::team_id,
            (
                draw_agents::quota,
                draw_agents::carried,
                draw_agents::available,
                draw_agents::drawn,
                draw_agents::targeted_quota,
                draw_agents::targeted_available,
                draw_agents::targeted_drawn,
                draw_agents::too_short,
                draw_agents::already_sampled,
                draw_agents::no_recording,
            ),
        ))
        .into_boxed();
    if let Some(after) = &request.after {
        query = query.filter(draw_agents::agent_id.gt(AgentId(after.id)));
    }
    let rows = query.load::<(AgentId, TeamId, Numbers)>(conn)?;
    let rows = rows
        .into_iter()
        .map(|(agent_id, team_id, n)| {
            let row = DrawAgentRow {
                draw_id: draw,
                agent_id,
                team_id,
                quota: n.0,
                carried: n.1,
                available: n.2,
                drawn: n.3,
                targeted_quota: n.4,
                targeted_available: n.5,
                targeted_drawn: n.6,
                too_short: n.7,
                already_sampled: n.8,
                no_recording: n.9,
                population: Vec::new(),
            };
            (agent_id, row.tally())
        })
        .collect();
    Ok(request.page(rows, |(agent, _)| (String::new(), agent.0)))
}

/// How many random samples of each agent a draw fell short of.
///
/// # Errors
/// What the database says.
pub fn missing(conn: &mut AnyConnection, draw: DrawId) -> Result<BTreeMap<AgentId, u32>> {
    let rows = draw_agents::table
        .filter(draw_agents::draw_id.eq(draw))
        .filter(draw_agents::drawn.lt(draw_agents::quota))
        .select((draw_agents::agent_id, draw_agents::quota, draw_agents::drawn))
        .load::<(AgentId, i32, i32)>(conn)?;
    Ok(rows.into_iter().map(|(agent, quota, drawn)| (agent, u32::try_from(quota.saturating_sub(drawn)).unwrap_or(0))).collect())
}
