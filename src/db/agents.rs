//! Agents and the teams that they have been in.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::connection::{AnyConnection, MultiBackend};
use super::error::Result;
use super::schema::{agent_teams, agents, team_ancestors};
use super::scope;
use super::sql_types::At;
use super::tx::Tx;
use crate::domain::Refusal;
use crate::domain::access::Reach;
use crate::domain::agent::{Agent, AgentFilter, AgentOrder, employee_no_taken};
use crate::domain::id::{AgentId, TeamId};
use crate::domain::language::Language;
use crate::domain::membership::{Membership, Move};
use crate::domain::page::{Page, PageRequest};

type Row = (AgentId, String, String, Option<String>, Language, TeamId, Option<NaiveDate>, At, i32);
type Columns = (
    agents::id,
    agents::employee_no,
    agents::name,
    agents::email,
    agents::language,
    agents::team_id,
    agents::left_on,
    agents::created_at,
    agents::version,
);
const COLUMNS: Columns = (
    agents::id,
    agents::employee_no,
    agents::name,
    agents::email,
    agents::language,
    agents::team_id,
    agents::left_on,
    agents::created_at,
    agents::version,
);
type Boxed = diesel::helper_types::IntoBoxed<'static, diesel::dsl::Select<agents::table, Columns>, MultiBackend>;

fn agent((id, employee_no, name, email, language, team_id, left_on, created_at, version): Row) -> Agent {
    Agent { id, employee_no, name, email, language, team_id, left_on, created_at: created_at.0, version }
}

diesel::define_sql_function! {
    /// Small letters; SQLite knows only those from A to Z.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// Stores a new agent. The stay in the team is stored by [`store_move`].
///
/// # Errors
/// `Conflict` with code `employee_no_taken`.
pub fn insert(tx: &mut Tx<'_>, agent: &Agent) -> Result<()> {
    diesel::insert_into(agents::table)
        .values((
            agents::id.eq(agent.id),
            agents::employee_no.eq(&agent.employee_no),
            agents::name.eq(&agent.name),
            agents::email.eq(agent.email.as_deref()),
            agents::language.eq(agent.language),
            agents::team_id.eq(agent.team_id),
            agents::left_on.eq(agent.left_on),
            agents::version.eq(agent.version),
            agents::created_at.eq(At(agent.created_at)),
        ))
        .execute(tx.conn)
        .map_err(super::Error::from)
        .map_err(|e| e.or_unique("agents_employee_no_unique", "agents.employee_no", || employee_no_taken(&agent.employee_no)))?;
    Ok(())
}

/// Stores what has changed in an agent, with the new version.
///
/// # Errors
/// What the database says.
pub fn update(tx: &mut Tx<'_>, agent: &Agent) -> Result<()> {
    diesel::update(agents::table.find(agent.id))
        .set((
            agents::name.eq(&agent.name),
            agents::email.eq(agent.email.as_deref()),
            agents::language.eq(agent.language),
            agents::team_id.eq(agent.team_id),
            agents::left_on.eq(agent.left_on),
            agents::version.eq(agent.version),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Stores what a move does to the agent's history.
///
/// # Errors
/// What the database says.
pub fn store_move(tx: &mut Tx<'_>, agent: AgentId, decision: Move) -> Result<()> {
    match decision {
        Move::Unchanged => {}
        Move::Adds(stay) => {
            diesel::insert_into(agent_teams::table)
                .values((
                    agent_teams::agent_id.eq(agent),
                    agent_teams::from_date.eq(stay.from),
                    agent_teams::team_id.eq(stay.team),
                    agent_teams::created_at.eq(tx.at()),
                ))
                .execute(tx.conn)?;
        }
        Move::Corrects { after, .. } => {
            diesel::update(agent_teams::table.find((agent, after.from))).set(agent_teams::team_id.eq(after.team)).execute(tx.conn)?;
        }
    }
    Ok(())
}

/// The teams that an agent has been in, the earliest first.
///
/// # Errors
/// What the database says.
pub fn history(conn: &mut AnyConnection, agent: AgentId) -> Result<Vec<Membership>> {
    let rows = agent_teams::table
        .filter(agent_teams::agent_id.eq(agent))
        .order(agent_teams::from_date)
        .select((agent_teams::from_date, agent_teams::team_id))
        .load::<(NaiveDate, TeamId)>(conn)?;
    Ok(rows.into_iter().map(|(from, team)| Membership { from, team }).collect())
}

/// The teams that some agents have been in, at most a few thousand agents.
///
/// # Errors
/// What the database says.
pub fn histories(conn: &mut AnyConnection, agents: &[AgentId]) -> Result<HashMap<AgentId, Vec<Membership>>> {
    let rows = agent_teams::table
        .filter(agent_teams::agent_id.eq_any(agents))
        .order((agent_teams::agent_id, agent_teams::from_date))
        .select((agent_teams::agent_id, agent_teams::from_date, agent_teams::team_id))
        .load::<(AgentId, NaiveDate, TeamId)>(conn)?;
    let mut histories: HashMap<AgentId, Vec<Membership>> = HashMap::new();
    for (agent, from, team) in rows {
        histories.entry(agent).or_default().push(Membership { from, team });
    }
    Ok(histories)
}

fn within(reach: &Reach) -> Boxed {
    agents::table.select(COLUMNS).into_boxed().filter(scope::agents(agents::id, reach))
}

/// The agent with this id.
///
/// # Errors
/// `NotFound` where there is none within reach.
pub fn find(conn: &mut AnyConnection, id: AgentId, reach: &Reach) -> Result<Agent> {
    let row = within(reach).filter(agents::id.eq(id)).first::<Row>(conn).optional()?;
    row.map(agent).ok_or_else(|| Refusal::not_found("agent", id).into())
}

/// The agents with these employee numbers, at most a few thousand, whatever the reach.
///
/// # Errors
/// What the database says.
pub fn with_numbers(conn: &mut AnyConnection, numbers: &[String]) -> Result<HashMap<String, Agent>> {
    let rows = agents::table.select(COLUMNS).filter(agents::employee_no.eq_any(numbers)).load::<Row>(conn)?;
    Ok(rows.into_iter().map(agent).map(|agent| (agent.employee_no.clone(), agent)).collect())
}

/// The employee numbers of these agents, at most a few thousand.
///
/// # Errors
/// What the database says.
pub fn numbers_of(conn: &mut AnyConnection, ids: &[AgentId]) -> Result<HashMap<AgentId, String>> {
    let rows = agents::table.filter(agents::id.eq_any(ids)).select((agents::id, agents::employee_no)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// An agent's name.
///
/// # Errors
/// What the database says.
pub fn name(conn: &mut AnyConnection, id: AgentId) -> Result<String> {
    Ok(agents::table.find(id).select(agents::name).first(conn)?)
}

/// The employee numbers and names of these agents within reach, at most a few thousand.
///
/// # Errors
/// What the database says.
pub fn names_of(conn: &mut AnyConnection, reach: &Reach, ids: &[AgentId]) -> Result<HashMap<AgentId, (String, String)>> {
    let rows = within(reach).filter(agents::id.eq_any(ids.to_vec())).load::<Row>(conn)?;
    Ok(rows.into_iter().map(agent).map(|agent| (agent.id, (agent.employee_no, agent.name))).collect())
}

/// Which of these agents are within reach, at most a few thousand.
///
/// # Errors
/// What the database says.
pub fn ids_within(conn: &mut AnyConnection, reach: &Reach, ids: &[AgentId]) -> Result<std::collections::HashSet<AgentId>> {
    let rows =
        agents::table.filter(agents::id.eq_any(ids)).filter(scope::agents(agents::id, reach)).select(agents::id).load::<AgentId>(conn)?;
    Ok(rows.into_iter().collect())
}

/// A page of the agents within reach, by employee number.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut AnyConnection, reach: &Reach, filter: &AgentFilter, page: &PageRequest) -> Result<Page<Agent>> {
    let mut query = within(reach).limit(page.fetch());
    query = match (filter.order, filter.descending) {
        (AgentOrder::Number, false) => query.order((agents::employee_no.asc(), agents::id.asc())),
        (AgentOrder::Number, true) => query.order((agents::employee_no.desc(), agents::id.desc())),
        (AgentOrder::Name, false) => query.order((agents::name.asc(), agents::id.asc())),
        (AgentOrder::Name, true) => query.order((agents::name.desc(), agents::id.desc())),
    };
    if let Some(team) = filter.team {
        let below = team_ancestors::table.filter(team_ancestors::ancestor_id.eq(team)).select(team_ancestors::team_id);
        query = query.filter(agents::team_id.eq_any(below));
    }
    if let Some(number) = &filter.employee_no {
        query = query.filter(agents::employee_no.eq(number.clone()));
    }
    if let Some(name) = &filter.name {
        // Beyond a to z the databases differ in what they take for a small letter: there the text must stand as it is.
        let escaped = name.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let small = lower(agents::name).like(format!("%{}%", escaped.to_lowercase())).escape('\\');
        query = query.filter(small.or(agents::name.like(format!("%{escaped}%")).escape('\\')));
    }
    query = match filter.left {
        None => query,
        Some(true) => query.filter(agents::left_on.is_not_null()),
        Some(false) => query.filter(agents::left_on.is_null()),
    };
    if let Some(after) = &page.after {
        let (key, id) = (after.key.clone(), AgentId(after.id));
        query = match (filter.order, filter.descending) {
            (AgentOrder::Number, false) => {
                query.filter(agents::employee_no.gt(key.clone()).or(agents::employee_no.eq(key).and(agents::id.gt(id))))
            }
            (AgentOrder::Number, true) => {
                query.filter(agents::employee_no.lt(key.clone()).or(agents::employee_no.eq(key).and(agents::id.lt(id))))
            }
            (AgentOrder::Name, false) => query.filter(agents::name.gt(key.clone()).or(agents::name.eq(key).and(agents::id.gt(id)))),
            (AgentOrder::Name, true) => query.filter(agents::name.lt(key.clone()).or(agents::name.eq(key).and(agents::id.lt(id)))),
        };
    }
    let rows = query.load::<Row>(conn)?.into_iter().map(agent).collect();
    let order = filter.order;
    let key = |agent: &Agent| match order {
        AgentOrder::Number => agent.employee_no.clone(),
        AgentOrder::Name => agent.name.clone(),
    };
    Ok(page.page(rows, |agent: &Agent| (key(agent), agent.id.0)))
}
