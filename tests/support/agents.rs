//! Teams and agents as facts, for tests that are not about people.

use assay::db::schema::{agent_teams, agents, team_ancestors, teams};
use assay::db::sql_types::At;
use assay::domain::id::{AgentId, TeamId};
use chrono::NaiveDate;
use diesel::prelude::*;

use super::TestApp;

impl TestApp {
    /// A new team below another one.
    pub fn make_team(&self, code: &str, parent: Option<TeamId>) -> TeamId {
        let code = code.to_owned();
        self.write(move |tx| {
            let id: TeamId = tx.id();
            diesel::insert_into(teams::table)
                .values((
                    teams::id.eq(id),
                    teams::code.eq(&code),
                    teams::name.eq(&code),
                    teams::parent_id.eq(parent),
                    teams::version.eq(1),
                    teams::created_at.eq(At(tx.now)),
                ))
                .execute(tx.conn)?;
            let mut above = vec![(id, 0)];
            if let Some(parent) = parent {
                let parents: Vec<(TeamId, i32)> = team_ancestors::table
                    .filter(team_ancestors::team_id.eq(parent))
                    .select((team_ancestors::ancestor_id, team_ancestors::depth))
                    .load(tx.conn)?;
                above.extend(parents.into_iter().map(|(ancestor, depth)| (ancestor, depth + 1)));
            }
            for (ancestor, depth) in above {
                diesel::insert_into(team_ancestors::table)
                    .values((team_ancestors::team_id.eq(id), team_ancestors::ancestor_id.eq(ancestor), team_ancestors::depth.eq(depth)))
                    .execute(tx.conn)?;
            }
            Ok(id)
        })
    }

    /// New agents in a team, since 2000, by their employee numbers.
    pub fn make_agents(&self, team: TeamId, numbers: &[impl AsRef<str>]) -> Vec<AgentId> {
        let numbers: Vec<String> = numbers.iter().map(|number| number.as_ref().to_owned()).collect();
        self.write(move |tx| {
            let mut ids = Vec::new();
            for number in &numbers {
                let id: AgentId = tx.id();
                diesel::insert_into(agents::table)
                    .values((
                        agents::id.eq(id),
                        agents::employee_no.eq(number),
                        agents::name.eq(format!("Agent {number}")),
                        agents::language.eq("en"),
                        agents::team_id.eq(team),
                        agents::version.eq(1),
                        agents::created_at.eq(At(tx.now)),
                    ))
                    .execute(tx.conn)?;
                diesel::insert_into(agent_teams::table)
                    .values((
                        agent_teams::agent_id.eq(id),
                        agent_teams::from_date.eq(NaiveDate::from_ymd_opt(2000, 1, 1).unwrap()),
                        agent_teams::team_id.eq(team),
                        agent_teams::created_at.eq(At(tx.now)),
                    ))
                    .execute(tx.conn)?;
                ids.push(id);
            }
            Ok(ids)
        })
    }
}
