//! A centre to sample: teams, agents with conversations over a month, inspectors, a QA manager.

use assay::db;
use assay::db::conversations::NewConversation;
use assay::db::schema::{agent_teams, agents, team_ancestors, teams};
use assay::domain::access::{Grant, GrantReach, Role};
use assay::domain::conversation::Channel;
use assay::domain::id::{AgentId, ConversationId, TeamId, UserId};
use assay::domain::language::Language;
use assay::domain::period::Period;
use chrono::{Duration, NaiveDate};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::conversation::call;
use super::{Client, TestApp};

/// The month before [`super::START`].
pub const PERIOD: &str = "2026-10";

pub struct Centre {
    pub manager: Client,
    pub teams: Vec<TeamId>,
    /// The agents, in the first and the second team by turns.
    pub agents: Vec<AgentId>,
    pub inspectors: Vec<(UserId, Client)>,
    /// The default scorecard for chats.
    pub chat: Value,
}

/// What differs from an ordinary chat of five minutes.
#[derive(Clone)]
pub struct Chat {
    pub channel: Channel,
    pub minutes: i64,
    pub satisfaction: Option<i32>,
    pub queue: Option<&'static str>,
    pub attributes: &'static str,
    pub recordings: i32,
}

impl Default for Chat {
    fn default() -> Self {
        Self { channel: Channel::Chat, minutes: 5, satisfaction: Some(5), queue: None, attributes: "{}", recordings: 0 }
    }
}

/// Two teams below a third (`teams[2]`), `agents` agents with `each` chats over the days of October, `inspectors` inspectors.
pub fn centre(app: &TestApp, agents: usize, each: usize, inspectors: usize) -> Centre {
    let teams = app.write(|tx| {
        let ids: Vec<TeamId> = vec![tx.id(), tx.id(), tx.id()];
        for n in [2, 0, 1] {
            diesel::insert_into(teams::table)
                .values((
                    teams::id.eq(ids[n]),
                    teams::code.eq(format!("team-{n}")),
                    teams::name.eq(format!("Team {n}")),
                    teams::parent_id.eq((n < 2).then_some(ids[2])),
                    teams::version.eq(1),
                    teams::created_at.eq(tx.at()),
                ))
                .execute(tx.conn)?;
            let above = [(ids[n], 0), (ids[2], 1)];
            for (ancestor, depth) in above.into_iter().take(if n < 2 { 2 } else { 1 }) {
                diesel::insert_into(team_ancestors::table)
                    .values((team_ancestors::team_id.eq(ids[n]), team_ancestors::ancestor_id.eq(ancestor), team_ancestors::depth.eq(depth)))
                    .execute(tx.conn)?;
            }
        }
        Ok(ids)
    });
    let agents = (0..agents).map(|n| agent(app, &format!("{}", 1000 + n), teams[n % 2])).collect::<Vec<_>>();
    for agent in &agents {
        chats(app, *agent, PERIOD, each, &Chat::default());
    }
    let grant = [Grant { role: Role::Inspector, reach: GrantReach::All }];
    let inspectors = (0..inspectors).map(|_| app.user("inspector", None, &grant)).collect();
    let manager = app.person(Role::QaManager);
    let scorecards = manager.get("scorecards").expect(200).json();
    let chat = scorecards["items"].as_array().unwrap().iter().find(|it| it["code"].as_str().unwrap().contains("chat")).unwrap().clone();
    Centre { manager, teams, agents, inspectors, chat }
}

/// An agent of a team since the beginning of the year.
pub fn agent(app: &TestApp, number: &str, team: TeamId) -> AgentId {
    let number = number.to_owned();
    app.write(move |tx| {
        let id: AgentId = tx.id();
        diesel::insert_into(agents::table)
            .values((
                agents::id.eq(id),
                agents::employee_no.eq(&number),
                agents::name.eq(format!("Agent {number}")),
                agents::language.eq(Language::Zh),
                agents::team_id.eq(team),
                agents::version.eq(1),
                agents::created_at.eq(tx.at()),
            ))
            .execute(tx.conn)?;
        diesel::insert_into(agent_teams::table)
            .values((
                agent_teams::agent_id.eq(id),
                agent_teams::from_date.eq(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()),
                agent_teams::team_id.eq(team),
                agent_teams::created_at.eq(tx.at()),
            ))
            .execute(tx.conn)?;
        Ok(id)
    })
}

/// `count` chats of an agent, spread over the days of a month.
pub fn chats(app: &TestApp, agent: AgentId, period: &str, count: usize, like: &Chat) -> Vec<ConversationId> {
    let (period, like): (Period, Chat) = (period.parse().unwrap(), like.clone());
    app.write(move |tx| {
        let external_ids: Vec<String> = (0..count).map(|_| tx.id::<ConversationId>().to_string()).collect();
        let chats = (0..).zip(&external_ids).map(|(n, external_id)| {
            let day = period.first_day() + Duration::days(n % 28);
            NewConversation {
                channel: like.channel,
                duration_ms: like.minutes * 60_000,
                queue: like.queue,
                satisfaction: like.satisfaction,
                attributes: like.attributes,
                recordings: like.recordings,
                ..call(tx, external_id, agent, day.and_hms_opt(4, 0, 0).unwrap().and_utc(), day)
            }
        });
        let chats: Vec<NewConversation<'_>> = chats.collect();
        db::conversations::insert(tx, &chats)?;
        Ok(chats.iter().map(|chat| chat.id).collect())
    })
}

impl Centre {
    /// The least content of a plan: `count` chats of each agent, shared out evenly.
    pub fn content(&self, count: u32) -> Value {
        let inspectors: Vec<Value> = self.inspectors.iter().map(|(id, _)| json!({"user_id": id, "capacity": 1000})).collect();
        json!({
            "quota": {"kind": "count", "count": count},
            "inspectors": inspectors,
            "due_days": 10,
            "scorecards": [{"channel": "chat", "scorecard_id": self.chat["id"]}],
        })
    }

    /// Makes a plan; gives its id.
    pub fn plan(&self, name: &str, content: &Value) -> String {
        let plan = self.manager.post("sampling-plans", &json!({"name": name, "content": content})).expect(201).json();
        plan["id"].as_str().unwrap().to_owned()
    }

    /// Draws; gives the draw.
    pub fn draw(&self, plan: &str) -> Value {
        self.manager.post("draws", &json!({"plan_id": plan, "period": PERIOD})).expect(201).json()
    }

    /// Every sample that a client sees, page by page.
    pub fn samples(client: &Client, query: &str) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = client.get(&format!("samples?limit=7&{query}{cursor}")).expect(200).json();
            all.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }
}
