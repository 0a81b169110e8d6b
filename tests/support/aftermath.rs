//! A small centre with people of every role around one agent, and what they find in their mail.

use assay::db::schema::{ledger, outbox};
use assay::domain::access::{Grant, GrantReach, Role};
use assay::domain::id::{AgentId, DrawId, EvaluationId, TeamId, UserId};
use diesel::prelude::*;
use serde_json::Value;

use super::grading::{self, USUAL};
use super::{Client, TestApp};

/// An agent in a team with a lead, an inspector, and two managers.
pub struct People {
    pub team: TeamId,
    pub agent: AgentId,
    pub agent_client: Client,
    pub lead: (UserId, Client),
    pub inspector: (UserId, Client),
    pub managers: [(UserId, Client); 2],
    draw: DrawId,
    day: String,
}

impl People {
    /// With samples of the month in which `day` lies.
    pub fn new(app: &TestApp, day: &str) -> Self {
        let team = grading::team(app, "t1", None, None);
        let agent = grading::agent(app, "1001", team);
        let reach = |role, reach| [Grant { role, reach }];
        let manager = || app.user("manager", None, &reach(Role::QaManager, GrantReach::All));
        Self {
            agent_client: app.user("agent", Some(agent), &reach(Role::Agent, GrantReach::Own)).1,
            lead: app.user("lead", None, &reach(Role::TeamLead, GrantReach::Team(team))),
            inspector: grading::inspector(app),
            managers: [manager(), manager()],
            draw: grading::draw(app, day.get(..7).unwrap()),
            day: format!("{day}T02:00:00Z"),
            team,
            agent,
        }
    }

    /// The same people, with samples of another month.
    pub fn in_month(&self, app: &TestApp, day: &str) -> Self {
        let token = |client: &Client| app.with_token(client.token().unwrap());
        Self {
            team: self.team,
            agent: self.agent,
            agent_client: token(&self.agent_client),
            lead: (self.lead.0, token(&self.lead.1)),
            inspector: (self.inspector.0, token(&self.inspector.1)),
            managers: [(self.managers[0].0, token(&self.managers[0].1)), (self.managers[1].0, token(&self.managers[1].1))],
            draw: grading::draw(app, day.get(..7).unwrap()),
            day: format!("{day}T02:00:00Z"),
        }
    }

    /// A conversation of the agent, graded by the inspector with this sheet.
    pub fn graded(&self, app: &TestApp, sheet: &Value) -> EvaluationId {
        let conversation = grading::conversation(app, self.agent, &self.day);
        let sample = grading::sample(app, self.draw, self.agent, conversation, self.inspector.0, USUAL);
        let answer = grading::submit(&self.inspector.1, sample, sheet).expect(201).json();
        answer["id"].as_str().unwrap().parse().unwrap()
    }

    /// A conversation of the agent in which these items failed.
    pub fn failing(&self, app: &TestApp, items: &[&str]) -> EvaluationId {
        self.graded(app, &grading::sheet(items))
    }
}

/// The letters of a kind that were written to somebody, as their parameters, the earliest first.
pub fn letters(app: &TestApp, user: UserId, kind: &'static str) -> Vec<Value> {
    app.read(move |conn| {
        let rows: Vec<String> = outbox::table
            .filter(outbox::user_id.eq(user).and(outbox::kind.eq(kind)))
            .order(outbox::id)
            .select(outbox::params)
            .load(conn)?;
        Ok(rows.iter().map(|params| serde_json::from_str(params).unwrap()).collect())
    })
}

/// The agent's lines of the ledger: period, kind and minor units, in the order of posting.
pub fn lines(app: &TestApp, agent: AgentId) -> Vec<(String, String, i64)> {
    app.read(move |conn| {
        let rows: Vec<(assay::domain::period::Period, assay::domain::ledger::EntryKind, i64)> = ledger::table
            .filter(ledger::agent_id.eq(agent))
            .order(ledger::id)
            .select((ledger::period, ledger::kind, ledger::amount_minor))
            .load(conn)?;
        Ok(rows.into_iter().map(|(period, kind, amount)| (period.to_string(), kind.to_string(), amount)).collect())
    })
}

/// Lines as they are written in a test.
pub fn posted(lines: &[(&str, &str, i64)]) -> Vec<(String, String, i64)> {
    lines.iter().map(|(period, kind, amount)| ((*period).to_owned(), (*kind).to_owned(), *amount)).collect()
}
