//! Guessing tells nothing: what belongs to another team is answered like what does not exist, by every route with an id in its path, its query or its
//! body, on every page with one, and it is in no list, no total and no message.

use assay::domain::access::{Grant, GrantReach, Role};
use serde_json::{Value, json};

use super::permission_routes::ROUTES;
use super::permissions::{Ask, Document};
use crate::support::aftermath::People;
use crate::support::browser::Visitor;
use crate::support::grading::{self, USUAL, sheet};
use crate::support::visitors::visit;
use crate::support::{Client, Response, TestApp, on_both};
use crate::web::security::pages;

/// An id that nobody has.
const NOBODY: &str = "01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11";
/// What is said or written of the other team and nowhere else.
const WORDS: [&str; 6] = ["客服 1001", "组 t1", "B-SECRET", "C-SECRET", "secret-call", "SECRETLY"];

/// What there is of the other team.
struct Other {
    /// With what each is.
    ids: Vec<(&'static str, String)>,
    /// Conversation and recording, appeal and attachment.
    pairs: Vec<(&'static str, String, String)>,
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

impl Other {
    /// A team with something of everything.
    fn new(app: &TestApp, people: &People) -> Self {
        let manager = &people.managers[0].1;
        let (conversation, sound) = people.recorded("secret-call");
        let mut marks = sheet(&["confidentiality", "greeting"]);
        marks["comment"] = json!("SECRETLY");
        let evaluation = people.graded_this(app, conversation, &marks);
        let found = manager.get(&format!("evaluations/{evaluation}")).expect(200).json();
        let violation = found["violations"][0]["id"].as_str().unwrap().to_owned();
        let point = json!([{ "target": { "kind": "item", "item": "greeting" }, "text": "SECRETLY" }]);
        let appeal = json!({ "evaluation_id": evaluation, "points": point, "text": "SECRETLY" });
        let appeal = id(&people.agent_client.post("appeals", &appeal).expect(201).json());
        let bytes = [("content-type", "application/octet-stream")];
        let attachment = id(&people
            .agent_client
            .send("POST", &format!("appeals/{appeal}/attachments?name=SECRETLY.txt"), &bytes, b"hello")
            .expect(200)
            .json());
        let desk = app.person(Role::ComplaintDesk);
        let complaint = json!({ "reference": "C-SECRET", "agent_id": people.agent, "occurred_on": "2026-11-05", "text": "SECRETLY", "conversation_id": conversation });
        let complaint = id(&desk.post("complaints", &complaint).expect(201).json());
        let breach =
            json!({ "reference": "B-SECRET", "agent_id": people.agent, "occurred_on": "2026-11-05", "occurrences": 1, "text": "SECRETLY" });
        let breach = id(&desk.post("breaches", &breach).expect(201).json());
        let follow_up = json!({ "kind": "coaching", "violation_id": violation, "due_on": "2026-11-16", "text": "SECRETLY" });
        let follow_up = id(&people.lead.1.post("follow-ups", &follow_up).expect(201).json());
        let sample = people.sampled(app, grading::conversation(app, people.agent, "2026-11-06T02:00:00Z"));
        let second = grading::inspector(app).0;
        manager.post("regrades/choice", &json!({ "period": "2026-11", "percent": 100 })).expect(200);
        let of_list = |path: &str| manager.get(path).expect(200).json()["items"].as_array().unwrap().iter().map(id).collect::<Vec<_>>();
        let regrades = of_list("regrades");
        // Whoever it was given to: here it is nobody of the other team.
        app.write(move |tx| {
            use assay::db::schema::regrades::{inspector_id, table};
            use diesel::prelude::*;
            Ok(diesel::update(table).set(inspector_id.eq(Some(second))).execute(tx.conn)?)
        });
        let session = json!({
            "name": "SECRETLY", "conversation_id": conversation, "scorecard_version_id": grading::published(app, "phone"),
            "participants": [people.inspector.0, second], "due_on": "2026-11-20",
        });
        let session = id(&manager.post("calibrations", &session).expect(201).json());
        let entries = of_list(&format!("ledger?agent_id={}", people.agent));
        let cases = of_list("escalations");
        assert!(!entries.is_empty() && !cases.is_empty(), "{entries:?} {cases:?}");
        let recording = sound.rsplit('/').next().unwrap().to_owned();
        let mut ids = vec![
            ("agent", people.agent.to_string()),
            ("team", people.team.to_string()),
            ("conversation", conversation.to_string()),
            ("recording", recording.clone()),
            ("evaluation", evaluation.to_string()),
            ("violation", violation),
            ("appeal", appeal.clone()),
            ("attachment", attachment.clone()),
            ("complaint", complaint),
            ("breach", breach),
            ("follow_up", follow_up),
            ("sample", sample.to_string()),
            ("calibration", session),
            ("user", people.agent_user.to_string()),
        ];
        ids.extend(cases.into_iter().map(|id| ("escalation", id)));
        ids.extend(entries.into_iter().take(1).map(|id| ("ledger_entry", id)));
        ids.extend(regrades.into_iter().take(1).map(|id| ("regrade", id)));
        Self { ids, pairs: vec![("conversation", conversation.to_string(), recording), ("appeal", appeal, attachment)] }
    }

    /// The ids that something can be about, by the words in its address or its body; an agent's and a conversation's always.
    fn about(&self, text: &str) -> Vec<&str> {
        let text = text.replace('-', "_");
        let fits =
            |what: &str| matches!(what, "agent" | "conversation") || text.contains(what) || (what == "breach" && text.contains("breaches"));
        self.ids.iter().filter(|(what, _)| fits(what)).map(|(_, id)| id.as_str()).collect()
    }
}

/// People of the team in reach, one of each role.
fn insiders(app: &TestApp) -> Vec<(Role, Client)> {
    let team = grading::team(app, "a1", None, None);
    let agent = grading::agent(app, "2001", team);
    let mut all = Vec::new();
    for role in Role::ALL {
        let (of, reach) = match role {
            Role::Agent => (Some(agent), GrantReach::Own),
            Role::Inspector => (None, GrantReach::Own),
            _ => (None, GrantReach::Team(team)),
        };
        let (user, client) = app.user("insider", of, &[Grant { role: *role, reach }]);
        if *role == Role::Inspector {
            let draw = grading::draw(app, "2026-11");
            let conversation = grading::conversation(app, agent, "2026-11-04T02:00:00Z");
            let sample = grading::sample(app, draw, agent, conversation, user, USUAL);
            grading::submit(&client, sample, &sheet(&["greeting"])).expect(201);
        }
        all.push((*role, client));
    }
    all
}

fn send(client: &Client, ask: &Ask, from: &str, to: &str) -> Response {
    let headers: Vec<(&str, &str)> = ask.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let body = String::from_utf8_lossy(&ask.body).replace(from, to);
    client.send(&ask.method, &ask.path.replace(from, to), &headers, body.as_bytes())
}

/// What an answer says, whichever id was asked for.
fn said(answer: &Response, of: &[&str]) -> (u16, String) {
    let mut text = answer.text();
    for id in of {
        text = text.replace(id, "ID");
    }
    (answer.status, text)
}

fn text(of: &Value) -> String {
    of.as_str().unwrap_or_default().to_owned()
}

on_both! {
    fn an_id_of_another_team_is_answered_like_no_id(app: &TestApp) {
        let insiders = insiders(app);
        let people = People::new(app, "2026-11-05");
        let other = Other::new(app, &people);
        let document = Document(serde_json::from_str(&assay::server::openapi_json()).unwrap());
        let mut told = Vec::new();
        for (method, path, _) in ROUTES {
            let ask = document.ask(method, path);
            if !ask.path.contains(NOBODY) && !String::from_utf8_lossy(&ask.body).contains(NOBODY) {
                continue;
            }
            for (role, client) in &insiders {
                let nobody = said(&send(client, &ask, NOBODY, NOBODY), &[NOBODY]);
                // Who may not ask at all is not asked about everything.
                let about = other.about(&format!("{path} {}", String::from_utf8_lossy(&ask.body)));
                for id in about.iter().take(if nobody.0 == 403 { 1 } else { about.len() }) {
                    let answer = said(&send(client, &ask, NOBODY, id), &[id, NOBODY]);
                    if answer != nobody {
                        told.push(format!("{method} {path} as {role} with {id}: {answer:?} and not {nobody:?}"));
                    }
                }
            }
        }
        for (role, client) in &insiders {
            for (of, outer, inner) in &other.pairs {
                let paths = if *of == "appeal" {
                    vec![("GET", "appeals/{}/attachments/[]".to_owned())]
                } else {
                    let sound = "conversations/{}/recordings/[]";
                    vec![("GET", sound.to_owned()), ("HEAD", sound.to_owned()), ("GET", format!("{sound}/peaks"))]
                };
                for (method, path) in paths {
                    let ask = |outer: &str, inner: &str| {
                        said(&client.send(method, &path.replace("{}", outer).replace("[]", inner), &[], &[]), &[outer, inner, NOBODY])
                    };
                    let (nobody, guessed) = (ask(NOBODY, NOBODY), [ask(outer, inner), ask(outer, NOBODY), ask(NOBODY, inner)]);
                    if guessed.iter().any(|it| *it != nobody) {
                        told.push(format!("{method} {path} as {role}: {guessed:?} and not {nobody:?}"));
                    }
                }
            }
        }
        assert!(told.is_empty(), "{} told:\n{}", told.len(), told.join("\n"));
    }

    fn no_list_filter_or_search_knows_another_team(app: &TestApp) {
        let insiders = insiders(app);
        let document = Document(serde_json::from_str(&assay::server::openapi_json()).unwrap());
        let lists: Vec<Ask> = ROUTES
            .iter()
            .filter(|(method, path, asks)| *method == "GET" && *asks != "-" && (!path.contains('{') || path.contains("{period}") && !path.contains("_id}")))
            .map(|(method, path, _)| document.ask(method, path))
            .collect();
        let looks = || -> Vec<Vec<(u16, String)>> {
            insiders.iter().map(|(_, client)| lists.iter().map(|ask| said(&send(client, ask, "", ""), &[])).collect()).collect()
        };
        let before = looks();
        let people = People::new(app, "2026-11-05");
        let other = Other::new(app, &people);
        let mut told = Vec::new();
        for ((role, client), (before, after)) in insiders.iter().zip(before.iter().zip(looks())) {
            for (ask, (before, after)) in lists.iter().zip(before.iter().zip(after)) {
                if *before != after {
                    told.push(format!("{} as {role}: {after:?} and not {before:?}", ask.path));
                }
            }
            for (method, path, _) in ROUTES.iter().filter(|(method, _, _)| *method == "GET") {
                let operation = &document.0["paths"][format!("/api/v1{path}")]["get"];
                let ask = document.ask(method, path);
                for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|it| it["in"] == "query") {
                    let name = text(&parameter["name"]);
                    if matches!(name.as_str(), "limit" | "cursor" | "format" | "lang") {
                        continue;
                    }
                    let with = |value: &str| {
                        let joined = if ask.path.contains('?') { '&' } else { '?' };
                        said(&client.get(&format!("{}{joined}{name}={value}", ask.path)), &[value, NOBODY])
                    };
                    let (nobody, no_word) = (with(NOBODY), with("nobody-9"));
                    if nobody.0 == 403 {
                        break;
                    }
                    for id in other.about(&name) {
                        let answer = with(id);
                        if answer != nobody {
                            told.push(format!("{path}?{name}={id} as {role}: {answer:?} and not {nobody:?}"));
                        }
                    }
                    for word in ["1001", "t1", "secret-call", "C-SECRET"] {
                        let answer = with(word);
                        // What is no id, no day and no number is refused by how it is written.
                        if answer != no_word && (answer.0, no_word.0) != (400, 400) && answer.0 != 403 {
                            told.push(format!("{path}?{name}={word} as {role}: {answer:?} and not {no_word:?}"));
                        }
                    }
                }
            }
        }
        assert!(told.is_empty(), "{} told:\n{}", told.len(), told.join("\n"));
    }

    fn no_page_knows_another_team(app: &TestApp) {
        let team = grading::team(app, "a1", None, None);
        let agent = grading::agent(app, "2001", team);
        let of_team = GrantReach::Team(team);
        let mut visitors: Vec<(&str, Visitor<'_>)> = vec![
            ("lead", visit(app, "lead.a", Role::TeamLead, of_team, None)),
            ("agent", visit(app, "agent.a", Role::Agent, GrantReach::Own, Some(agent))),
            ("inspector", visit(app, "inspector.a", Role::Inspector, GrantReach::Own, None)),
            ("manager", visit(app, "manager.a", Role::QaManager, of_team, None)),
            ("desk", visit(app, "desk.a", Role::ComplaintDesk, of_team, None)),
        ];
        let people = People::new(app, "2026-11-05");
        let other = Other::new(app, &people);
        let mut told = Vec::new();
        let (shown, sent) = (pages("get"), pages("post"));
        for (who, visitor) in &mut visitors {
            for path in &shown {
                let answer = visitor.get(path);
                let nobody = said(&answer, &[NOBODY]);
                let found: Vec<&str> = WORDS.iter().copied().chain(other.ids.iter().map(|(_, id)| id.as_str())).filter(|it| nobody.1.contains(it)).collect();
                if !found.is_empty() {
                    told.push(format!("{path} as {who} shows {found:?}"));
                }
                let about = other.about(path);
                for id in about.iter().take(if path.contains(NOBODY) && nobody.0 != 403 { about.len() } else { 0 }) {
                    let answer = said(&visitor.get(&path.replace(NOBODY, id)), &[id, NOBODY]);
                    if answer != nobody {
                        told.push(format!("{path} as {who} with {id}: {} and not {}", answer.0, nobody.0));
                    }
                }
            }
            let csrf = visitor.csrf();
            for path in sent.iter().filter(|path| path.contains(NOBODY)) {
                let fields = [("csrf", csrf.as_str()), ("version", "1"), ("reason", "because")];
                let nobody = said(&visitor.post_bare(path, &fields), &[NOBODY]);
                let about = other.about(path);
                for id in about.iter().take(if nobody.0 == 403 { 1 } else { about.len() }) {
                    let answer = said(&visitor.post_bare(&path.replace(NOBODY, id), &fields), &[id, NOBODY]);
                    if answer != nobody {
                        told.push(format!("POST {path} as {who} with {id}: {} and not {}", answer.0, nobody.0));
                    }
                }
            }
        }
        assert!(told.is_empty(), "{} told:\n{}", told.len(), told.join("\n"));
    }
}
