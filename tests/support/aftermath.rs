//! A small centre with people of every role around one agent, and what they find in their mail.

use assay::db::schema::{audit, ledger, outbox, users};
use assay::domain::access::{Grant, GrantReach, Role};
use assay::domain::id::{AgentId, ConversationId, DrawId, EvaluationId, SampleId, TeamId, UserId};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::grading::{self, USUAL};
use super::sounds::{form, wav};
use super::{Client, TestApp};

/// An agent in a team with a lead, an inspector, and two managers.
pub struct People {
    pub team: TeamId,
    pub agent: AgentId,
    pub agent_client: Client,
    pub agent_user: UserId,
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
        let (agent_user, agent_client) = app.user("agent", Some(agent), &reach(Role::Agent, GrantReach::Own));
        Self {
            agent_client,
            agent_user,
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
            agent_user: self.agent_user,
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

    /// A conversation that is there already, handed to the inspector and not graded.
    pub fn sampled(&self, app: &TestApp, conversation: ConversationId) -> SampleId {
        grading::sample(app, self.draw, self.agent, conversation, self.inspector.0, USUAL)
    }

    /// A conversation that is there already, graded by the inspector with this sheet.
    pub fn graded_this(&self, app: &TestApp, conversation: ConversationId, sheet: &Value) -> EvaluationId {
        let sample = grading::sample(app, self.draw, self.agent, conversation, self.inspector.0, USUAL);
        let answer = grading::submit(&self.inspector.1, sample, sheet).expect(201).json();
        answer["id"].as_str().unwrap().parse().unwrap()
    }

    /// A call of the agent with a recording: its id, and the path at which it is heard.
    pub fn recorded(&self, name: &str) -> (ConversationId, String) {
        let call = json!({
            "source": "pbx", "external_id": name, "channel": "call", "agent": "1001", "started_at": self.day, "duration_ms": 2000,
            "transcript": [{ "speaker": "agent", "start_ms": 0, "end_ms": 1000, "text": "你好" }],
            "recordings": [{ "file": "a.wav", "stereo": { "left": "agent", "right": "customer" } }],
        });
        let sound = wav(2, 16_000, 3);
        let line = format!("{call}\n");
        let (media_type, body) = form(&[
            ("conversations", Some("calls.ndjson"), "application/octet-stream", line.as_bytes()),
            ("recording", Some("a.wav"), "audio/wav", &sound),
        ]);
        let manager = &self.managers[0].1;
        let report = manager.send("POST", "conversations/import", &[("content-type", &media_type)], &body).expect(200).json();
        assert_eq!(report["inserted"], 1, "{report}");
        let found = manager.get(&format!("conversations?external_id={name}")).expect(200).json();
        let id = found["items"][0]["id"].as_str().unwrap();
        let shown = manager.get(&format!("conversations/{id}")).expect(200).json();
        (id.parse().unwrap(), format!("conversations/{id}/recordings/{}", shown["recordings"][0]["id"].as_str().unwrap()))
    }

    /// A conversation of the agent in which these items failed.
    pub fn failing(&self, app: &TestApp, items: &[&str]) -> EvaluationId {
        self.graded(app, &grading::sheet(items))
    }
}

/// Gives everybody an address.
pub fn addressed(app: &TestApp) {
    app.write(|tx| {
        let all: Vec<(UserId, String)> = users::table.select((users::id, users::username)).load(tx.conn)?;
        for (id, name) in all {
            diesel::update(users::table.find(id)).set(users::email.eq(format!("{name}@example.com"))).execute(tx.conn)?;
        }
        Ok(())
    });
}

/// How often somebody heard a recording, as the audit log has it.
pub fn hearings(app: &TestApp, user: UserId) -> i64 {
    app.read(move |conn| {
        let heard = audit::table.filter(audit::action.eq("recording.heard").and(audit::user_id.eq(user)));
        Ok(heard.count().get_result(conn)?)
    })
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
