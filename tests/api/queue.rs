//! The queue over HTTP: handing out, claims, expiry.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::sampling::{Centre, centre};
use crate::support::{Client, on_both};

fn next(client: &Client) -> Option<Value> {
    let answer = client.send("POST", "queue/next", &[], b"");
    if answer.status == 204 { None } else { Some(answer.expect(200).json()) }
}

on_both! {
    /// `next` hands out what is needed to grade; a claim left alone expires and the sample comes again.
    fn the_queue_hands_out(app: &TestApp) {
        let centre = centre(app, 1, 20, 1);
        centre.draw(&centre.plan("chats", &centre.content(2)));
        let client = &centre.inspectors[0].1;
        let first = next(client).unwrap();
        assert_eq!(first["sample"]["state"], "claimed");
        assert_eq!(first["sample"]["claim_until"], json!(app.now() + Duration::minutes(60)));
        assert_eq!(first["scorecard"]["id"], first["sample"]["scorecard_version_id"]);
        assert!(!first["scorecard"]["content"]["sections"].as_array().unwrap().is_empty());
        assert_eq!(first["draft"]["version"], 0);
        let second = next(client).unwrap();
        assert_ne!(second["sample"]["id"], first["sample"]["id"]);
        assert!(next(client).is_none());

        let queue = client.get("queue").expect(200).json();
        assert_eq!((queue["waiting"].as_i64(), queue["claimed"].as_array().unwrap().len()), (Some(2), 2));
        assert_eq!((queue["overdue"].as_i64(), queue["done_today"].as_i64()), (Some(0), Some(0)));

        // One of them is taken up again before the hour is over, the other is left alone.
        app.clock.advance(Duration::minutes(59));
        let again = client.send("POST", &format!("samples/{}/claim", first["sample"]["id"].as_str().unwrap()), &[], b"").expect(200).json();
        assert_eq!(again["sample"]["claim_until"], json!(app.now() + Duration::minutes(60)));
        app.clock.advance(Duration::minutes(1));
        let sample = client.get(&format!("samples/{}", second["sample"]["id"].as_str().unwrap())).json();
        assert_eq!((sample["state"].as_str(), sample["claim_until"].as_str()), (Some("open"), None));
        assert_eq!(next(client).unwrap()["sample"]["id"], second["sample"]["id"]);
        assert!(next(client).is_none());

        app.clock.advance(Duration::days(30));
        let queue = client.get("queue").expect(200).json();
        assert_eq!((queue["overdue"].as_i64(), queue["next"].as_array().unwrap().len()), (Some(2), 2));
    }

    /// Only those who grade have a queue; a repeated request with its key hands the same sample out again.
    fn the_queue_is_the_inspector_s_own(app: &TestApp) {
        let centre = centre(app, 1, 20, 2);
        centre.draw(&centre.plan("chats", &centre.content(4)));
        let once = |client: &Client| client.send("POST", "queue/next", &[("idempotency-key", "n1")], b"").expect(200).json();
        let (first, second) = (&centre.inspectors[0], &centre.inspectors[1]);
        assert_eq!(once(&first.1)["sample"]["id"], once(&first.1)["sample"]["id"]);
        let sample = once(&first.1)["sample"]["id"].as_str().unwrap().to_owned();
        second.1.send("POST", &format!("samples/{sample}/claim"), &[], b"").refused(404, "not_found");
        app.person(assay::domain::access::Role::Finance).send("POST", "queue/next", &[], b"").refused(403, "forbidden");
        assert!(next(&centre.manager).is_none());

        // While one works on it, nobody else gets it; once the claim has expired, the manager can give it away.
        let assign = |to: &assay::domain::id::UserId| {
            centre.manager.post(&format!("samples/{sample}/assign"), &json!({"inspector_id": to, "reason": "ill"}))
        };
        assign(&second.0).refused(409, "sample_claimed");
        app.clock.advance(Duration::minutes(60));
        assign(&second.0).expect(200);
        first.1.send("POST", &format!("samples/{sample}/claim"), &[], b"").refused(404, "not_found");
        second.1.send("POST", &format!("samples/{sample}/claim"), &[], b"").expect(200);
    }

    /// In blind mode the inspector does not see whose conversation it is; the QA manager does.
    fn blind_samples_hide_the_agent(app: &TestApp) {
        let centre = centre(app, 1, 9, 1);
        let mut content = centre.content(2);
        content["blind"] = json!(true);
        centre.draw(&centre.plan("chats", &content));
        let handed_out = next(&centre.inspectors[0].1).unwrap();
        assert_eq!(handed_out["sample"]["agent"], Value::Null);
        let text = handed_out.to_string();
        assert!(!text.contains("Agent 1000") && !text.contains(&centre.agents[0].to_string()), "{text}");
        let listed = Centre::samples(&centre.inspectors[0].1, "");
        assert!(listed.iter().all(|sample| sample["agent"].is_null()));
        assert_eq!(Centre::samples(&centre.manager, "")[0]["agent"]["name"], "Agent 1000");
    }

    /// From the queue to the submitted evaluation: the draft comes back with the sample, what is submitted is done, and all of it is audited.
    fn a_sample_is_worked_through(app: &TestApp) {
        let centre = centre(app, 1, 20, 1);
        let draw = centre.draw(&centre.plan("chats", &centre.content(2)));
        let client = &centre.inspectors[0].1;
        let item = next(client).unwrap();
        let id = item["sample"]["id"].as_str().unwrap();
        assert_eq!(item["conversation"]["id"], item["sample"]["conversation_id"]);
        assert_eq!(item["sample"]["agent"]["employee_no"], "1000");
        let sections = item["scorecard"]["content"]["sections"].as_array().unwrap();
        let answers: Vec<Value> = sections
            .iter()
            .flat_map(|section| section["items"].as_array().unwrap())
            .map(|asked| json!({"code": asked["code"], "outcome": "pass"}))
            .collect();
        let sheet = json!({"items": answers});
        client.put(&format!("samples/{id}/draft"), &json!({"sheet": {"items": [answers[0]]}, "version": 0, "seconds": 30})).expect(200);
        let again = client.send("POST", &format!("samples/{id}/claim"), &[], b"").expect(200).json();
        assert_eq!((again["draft"]["version"].as_i64(), again["draft"]["seconds"].as_i64()), (Some(1), Some(30)));
        assert_eq!(client.get("queue").json()["drafts"][0]["sample_id"], id);

        client.post(&format!("samples/{id}/evaluation"), &json!({"sheet": sheet, "seconds": 60})).expect(201);
        assert_eq!(client.get(&format!("samples/{id}")).json()["state"], "submitted");
        client.send("POST", &format!("samples/{id}/claim"), &[], b"").refused(409, "already_submitted");
        client.post(&format!("samples/{id}/replace"), &json!({"reason": "private"})).refused(409, "already_submitted");
        let queue = client.get("queue").expect(200).json();
        assert_eq!((queue["waiting"].as_i64(), queue["done_today"].as_i64()), (Some(1), Some(1)));
        assert!(queue["drafts"].as_array().unwrap().is_empty());
        let verified = centre.manager.post(&format!("draws/{}/verify", draw["id"].as_str().unwrap()), &json!({})).json();
        assert_eq!(verified["verified"], true);

        let audit = centre.manager.get("audit?limit=200").expect(200).json();
        let actions: BTreeSet<&str> = audit["items"].as_array().unwrap().iter().filter_map(|line| line["action"].as_str()).collect();
        for action in ["sampling_plan.created", "draw.committed", "draw.drawn", "sample.claimed"] {
            assert!(actions.contains(action), "{action} is not among {actions:?}");
        }
    }

    /// Many clients at once: no sample is handed out twice, none is lost, and each goes to its own inspector.
    fn no_two_clients_hold_the_same_sample(app: &TestApp) {
        let centre = centre(app, 6, 30, 4);
        centre.draw(&centre.plan("chats", &centre.content(10)));
        let handed_out = Mutex::new(Vec::new());
        let list = &handed_out;
        std::thread::scope(|scope| {
            for (id, client) in &centre.inspectors {
                for _ in 0..4 {
                    scope.spawn(move || {
                        while let Some(item) = next(client) {
                            assert_eq!(item["sample"]["inspector_id"], json!(id));
                            list.lock().unwrap().push(item["sample"]["id"].as_str().unwrap().to_owned());
                        }
                    });
                }
            }
        });
        let handed_out = handed_out.into_inner().unwrap();
        assert_eq!(handed_out.len(), 60);
        assert_eq!(handed_out.iter().collect::<BTreeSet<_>>().len(), 60);
    }

    /// Assignment, claims and replacements at the same time: whoever holds a sample holds it alone.
    fn a_manager_s_hand_does_not_break_claims(app: &TestApp) {
        let centre = centre(app, 4, 40, 3);
        centre.draw(&centre.plan("chats", &centre.content(6)));
        let all = Centre::samples(&centre.manager, "");
        let held: Mutex<BTreeMap<String, BTreeSet<String>>> = Mutex::default();
        let book = &held;
        std::thread::scope(|scope| {
            for (id, client) in &centre.inspectors {
                scope.spawn(move || {
                    while let Some(item) = next(client) {
                        book.lock().unwrap().entry(item["sample"]["id"].as_str().unwrap().to_owned()).or_default().insert(id.to_string());
                    }
                });
            }
            scope.spawn(|| {
                for (n, sample) in all.iter().enumerate() {
                    let to = centre.inspectors[n % 3].0;
                    let path = format!("samples/{}/assign", sample["id"].as_str().unwrap());
                    let answer = centre.manager.post(&path, &json!({"inspector_id": to, "reason": "balance"}));
                    assert!([200, 409].contains(&answer.status), "{}", answer.text());
                }
            });
        });
        for (sample, holders) in held.into_inner().unwrap() {
            assert_eq!(holders.len(), 1, "{sample} was held by {holders:?}");
        }
    }
}
