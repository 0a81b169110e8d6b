//! Lines of the ledger as the fine list shows them: with the names of people, teams, vendors and violation types.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;

use crate::db::connection::AnyConnection;
use crate::db::error::{Error, Result};
use crate::db::ledger;
use crate::db::schema::{agent_teams, agents, teams, vendors, violation_types};
use crate::domain::access::Reach;
use crate::domain::fine_list::{Counted, FineLine, FineTotals, Party, Totalling};
use crate::domain::id::{AgentId, EvaluationId, TeamId, VendorId, ViolationId};
use crate::domain::ledger::LedgerEntry;
use crate::domain::period::{Period, local_day};

struct Team {
    code: String,
    name: String,
    vendor_id: Option<VendorId>,
}

struct Named {
    code: String,
    name: String,
}

struct Agent {
    employee_no: String,
    name: String,
    team_id: TeamId,
}

/// What stands beside the ledger in a fine list. Small tables are read once, agents as they come.
pub struct Dressing {
    zone: Tz,
    today: NaiveDate,
    teams: HashMap<TeamId, Team>,
    vendors: HashMap<VendorId, Named>,
    types: HashMap<String, (String, String)>,
    /// The agents that were met so far, each as of the end of a period.
    agents: HashMap<(Period, AgentId), Agent>,
}

/// Beyond so many agents it begins anew.
const KNOWN_AGENTS: usize = 50_000;

impl Dressing {
    /// Reads the teams, vendors and violation types. Who moves after `now` has not moved yet.
    ///
    /// # Errors
    /// What the database says.
    pub fn load(conn: &mut AnyConnection, zone: Tz, now: DateTime<Utc>) -> Result<Self> {
        let rows =
            teams::table
                .select((teams::id, teams::code, teams::name, teams::vendor_id))
                .load::<(TeamId, String, String, Option<VendorId>)>(conn)?;
        let teams = rows.into_iter().map(|(id, code, name, vendor_id)| (id, Team { code, name, vendor_id }));
        let rows = vendors::table.select((vendors::id, vendors::code, vendors::name)).load::<(VendorId, String, String)>(conn)?;
        let vendors = rows.into_iter().map(|(id, code, name)| (id, Named { code, name }));
        let rows = violation_types::table.select((violation_types::code, violation_types::name_zh, violation_types::name_en)).load::<(
            String,
            String,
            String,
        )>(
            conn
        )?;
        let types = rows.into_iter().map(|(code, name_zh, name_en)| (code, (name_zh, name_en)));
        Ok(Self {
            zone,
            today: local_day(now, zone),
            teams: teams.collect(),
            vendors: vendors.collect(),
            types: types.collect(),
            agents: HashMap::new(),
        })
    }

    /// The lines of a period's list for these entries, in the same order. Team and vendor are those that the agent ended the period in
    /// (handbook 3.4).
    ///
    /// # Errors
    /// What the database says.
    pub fn lines(&mut self, conn: &mut AnyConnection, entries: Vec<LedgerEntry>) -> Result<Vec<FineLine>> {
        if self.agents.len() > KNOWN_AGENTS {
            self.agents.clear();
        }
        let mut unknown: BTreeMap<Period, Vec<AgentId>> = BTreeMap::new();
        for entry in &entries {
            if !self.agents.contains_key(&(entry.period, entry.agent_id)) {
                unknown.entry(entry.period).or_default().push(entry.agent_id);
            }
        }
        for (period, agents) in unknown {
            for (agent, facts) in agents_at(conn, agents, period.last_day().min(self.today))? {
                self.agents.insert((period, agent), facts);
            }
        }
        entries.into_iter().map(|entry| self.line(entry)).collect()
    }

    /// The totals of a period's list as the ledger has it now, of the agents within reach: the same as adding up its lines one by one.
    ///
    /// # Errors
    /// `Conflict` with code `amount_overflow`; else what the database says.
    pub fn totals(&self, conn: &mut AnyConnection, reach: &Reach, period: Period) -> Result<FineTotals> {
        let counted = ledger::totals_by_agent(conn, reach, period)?;
        let known = agents_at(conn, counted.iter().map(|(agent, ..)| *agent).collect(), period.last_day().min(self.today))?;
        let mut totalling = Totalling::default();
        for (id, kind, lines, amount_minor) in counted {
            let agent = known.get(&id).ok_or_else(|| Error::Damaged(format!("ledger of {period}: agent {id} is missing")))?;
            let team = self.teams.get(&agent.team_id);
            let vendor_id = team.and_then(|team| team.vendor_id);
            let vendor = vendor_id.and_then(|id| self.vendors.get(&id));
            totalling.add_lines(&Counted {
                kind,
                vendor: Party {
                    id: vendor_id.map(|id| id.0),
                    code: vendor.map(|vendor| vendor.code.as_str()),
                    name: vendor.map(|vendor| vendor.name.as_str()),
                },
                team: Party {
                    id: Some(agent.team_id.0),
                    code: team.map(|team| team.code.as_str()),
                    name: team.map(|team| team.name.as_str()),
                },
                agent: Party { id: Some(id.0), code: Some(&agent.employee_no), name: Some(&agent.name) },
                lines: u64::try_from(lines).unwrap_or(0),
                amount_minor,
            })?;
        }
        Ok(totalling.finish())
    }

    fn line(&self, entry: LedgerEntry) -> Result<FineLine> {
        let missing = || Error::Damaged(format!("ledger {}: its agent is missing", entry.id));
        let agent = self.agents.get(&(entry.period, entry.agent_id)).ok_or_else(missing)?;
        let team = self.teams.get(&agent.team_id);
        let vendor_id = team.and_then(|team| team.vendor_id);
        let vendor = vendor_id.and_then(|id| self.vendors.get(&id));
        let names = entry.violation_type.as_ref().and_then(|code| self.types.get(code));
        Ok(FineLine {
            agent_id: entry.agent_id,
            agent_name: agent.name.clone(),
            amount_minor: entry.amount.amount_minor,
            class: entry.class,
            currency: entry.amount.currency,
            employee_no: agent.employee_no.clone(),
            evaluation_id: entry.evaluation_id,
            evidence: entry.evaluation_id.zip(entry.violation_id).map(evidence),
            id: entry.id,
            kind: entry.kind,
            occurrences: entry.occurrences,
            origin_period: entry.origin_period,
            original_id: entry.original_id,
            period: entry.period,
            policy_version: entry.policy_version,
            posted_on: local_day(entry.posted_at, self.zone),
            reason: entry.reason,
            reward: entry.reward,
            team_code: team.map(|team| team.code.clone()),
            team_id: Some(agent.team_id),
            team_name: team.map(|team| team.name.clone()),
            vendor_code: vendor.map(|vendor| vendor.code.clone()),
            vendor_id,
            vendor_name: vendor.map(|vendor| vendor.name.clone()),
            violation_type_en: names.map(|names| names.1.clone()),
            violation_type_zh: names.map(|names| names.0.clone()),
            violation_type: entry.violation_type,
        })
    }
}

/// Where the evidence of a violation is to be read in the API: in its evaluation, which says to each violation what was heard and where.
fn evidence((evaluation, violation): (EvaluationId, ViolationId)) -> String {
    format!("/api/v1/evaluations/{evaluation}#{violation}")
}

/// The agents with the team that each belonged to on a day: the last one begun by then, else the present one.
fn agents_at(conn: &mut AnyConnection, mut wanted: Vec<AgentId>, day: NaiveDate) -> Result<HashMap<AgentId, Agent>> {
    wanted.sort_unstable();
    wanted.dedup();
    let mut found = HashMap::with_capacity(wanted.len());
    for chunk in wanted.chunks(1_000) {
        let rows = agents::table
            .filter(agents::id.eq_any(chunk.to_vec()))
            .select((agents::id, agents::employee_no, agents::name, agents::team_id))
            .load::<(AgentId, String, String, TeamId)>(conn)?;
        found.extend(rows.into_iter().map(|(id, employee_no, name, team_id)| (id, Agent { employee_no, name, team_id })));
        let moves = agent_teams::table
            .filter(agent_teams::agent_id.eq_any(chunk.to_vec()))
            .filter(agent_teams::from_date.le(day))
            .order((agent_teams::agent_id, agent_teams::from_date))
            .select((agent_teams::agent_id, agent_teams::team_id))
            .load::<(AgentId, TeamId)>(conn)?;
        for (agent, team_id) in moves {
            if let Some(agent) = found.get_mut(&agent) {
                agent.team_id = team_id;
            }
        }
    }
    Ok(found)
}
