//! Customers' data: who sees it, and where nobody does.

use assay::domain::access::{Grant, GrantReach, Role};
use serde_json::{Value, json};

use crate::support::aftermath::People;
use crate::support::grading::sheet;
use crate::support::visitors::{visit, visit_as_agent};
use crate::support::{Client, on_both};

const PHONE: &str = "13800138000";
const CARD: &str = "11010519491231002X";
const BANK: &str = "6222 0212 3456 7890 123";
const MAIL: &str = "li.lei@example.com";

fn call() -> Value {
    json!({
        "source": "pbx", "external_id": "call-1", "channel": "call", "agent": "1001", "started_at": "2026-11-05T02:00:00Z", "duration_ms": 9000,
        "customer": PHONE, "attributes": { "phone": 13_800_138_000_i64, "order": "2026110512", "vip": true },
        "transcript": [
            { "speaker": "customer", "start_ms": 0, "end_ms": 1000, "text": format!("my number is {PHONE}, order 2026110512") },
            { "speaker": "customer", "start_ms": 1000, "end_ms": 2000, "text": format!("一三八零零一三八零零零 {CARD} {BANK} {MAIL}") },
        ],
    })
}

fn import(client: &Client, call: &Value) -> Value {
    client
        .send("POST", "conversations/import", &[("content-type", "application/x-ndjson")], format!("{call}\n").as_bytes())
        .expect(200)
        .json()
}

fn plain(text: &str) -> bool {
    [PHONE, CARD, BANK, MAIL, "一三八零零一三八零零零"].iter().any(|secret| text.contains(secret))
}

on_both! {
    fn customers_are_seen_by_who_needs_it(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let manager = &people.managers[0].1;
        assert_eq!(import(manager, &call())["inserted"], 1);
        let id: assay::domain::id::ConversationId =
            manager.get("conversations").expect(200).json()["items"][0]["id"].as_str().unwrap().parse().unwrap();
        let mut marks = sheet(&["greeting"]);
        let failed = marks["items"].as_array_mut().unwrap().iter_mut().find(|it| it["outcome"] == "fail").unwrap();
        failed["evidence"] = json!([{ "kind": "lines", "first": 1, "last": 2 }]);
        failed["comment"] = json!(format!("took {PHONE} down wrong, order 2026110512"));
        marks["comment"] = json!(format!("see {MAIL}"));
        let evaluation = people.graded_this(app, id, &marks);
        let path = format!("conversations/{id}");
        let auditor = app.person(Role::Auditor);
        let desk = app.person(Role::ComplaintDesk);
        for (who, client) in [("manager", manager), ("inspector", &people.inspector.1), ("auditor", &auditor), ("desk", &desk)] {
            let whole = client.get(&path).expect(200).json();
            assert_eq!((&whole["customer"], &whole["attributes"]["phone"]), (&json!(PHONE), &json!(13_800_138_000_i64)), "{who}");
            assert_eq!(whole["transcript"][0]["text"], call()["transcript"][0]["text"], "{who}");
        }
        for (who, client) in [("lead", &people.lead.1), ("agent", &people.agent_client)] {
            let masked = client.get(&path).expect(200).json();
            assert_eq!((&masked["customer"], &masked["attributes"]["phone"]), (&json!("138****8000"), &json!("138****8000")), "{who}");
            assert_eq!(masked["attributes"]["order"], "2026110512", "an order number stays");
            assert_eq!(masked["transcript"][0]["text"], "my number is 138****8000, order 2026110512");
            assert!(!plain(&masked.to_string()), "{who}: {masked}");
            assert!(!plain(&client.get("conversations").expect(200).text()), "{who}");
            assert!(!plain(&client.get(&format!("evaluations/{evaluation}")).expect(200).text()), "{who}");
            assert!(!plain(&client.get("violations").expect(200).text()), "{who}");
        }
        let mut lead = visit(app, "a.lead", Role::TeamLead, GrantReach::Team(people.team), None);
        let mut agent = visit_as_agent(app, people.agent);
        for visitor in [&mut lead, &mut agent] {
            for page in [format!("/conversations/{id}"), format!("/evaluations/{evaluation}"), format!("/results/2026-11/agents/{}", people.agent)] {
                let page = visitor.page(&page);
                assert!(!plain(&page), "{page}");
            }
        }
        assert!(agent.page(&format!("/evaluations/{evaluation}")).contains("my number is 138****8000"), "quoted, and masked");
        // Somebody whose reach ends elsewhere: a desk of another team sees nothing of it, and a lead who also grades sees the own samples plain.
        let elsewhere = app.user("desk", None, &[Grant { role: Role::ComplaintDesk, reach: GrantReach::Team(app.make_team("t9", None)) }]).1;
        elsewhere.get(&path).refused(404, "not_found");
        let both = [Grant { role: Role::TeamLead, reach: GrantReach::Team(people.team) }, Grant { role: Role::Inspector, reach: GrantReach::Own }];
        let (both_id, both) = app.user("both", None, &both);
        assert!(!plain(&both.get(&path).expect(200).text()));
        app.write(move |tx| {
            use diesel::prelude::*;
            let samples = assay::db::schema::samples::table;
            Ok(diesel::update(samples).set(assay::db::schema::samples::inspector_id.eq(both_id)).execute(tx.conn)?)
        });
        assert!(plain(&both.get(&path).expect(200).text()));
    }

    fn what_people_write_keeps_no_customer(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let manager = &people.managers[0].1;
        let mut marks = sheet(&["greeting"]);
        marks["comment"] = json!(format!("see {PHONE}"));
        let evaluation = people.graded(app, &marks);
        let point = json!([{ "target": { "kind": "item", "item": "greeting" }, "text": format!("{PHONE}") }]);
        let appeal = people.agent_client.post("appeals", &json!({ "evaluation_id": evaluation, "points": point, "text": format!("ask {MAIL}") })).expect(201).json();
        assert!(!plain(&appeal.to_string()), "{appeal}");
        let decision = json!({ "points": [{ "target": { "kind": "item", "item": "greeting" }, "outcome": "upheld" }], "reason": format!("I asked {PHONE}") });
        manager.post_if(&format!("appeals/{}/decision", appeal["id"].as_str().unwrap()), appeal["version"].as_i64().unwrap(), &decision).expect(200);
        let reward = json!({ "agent_id": people.agent, "kind": "manual", "period": "2026-11", "amount_minor": 100, "reason": format!("praised by {PHONE}") });
        manager.post("ledger/entries", &reward).expect(201);
        let desk = app.person(Role::ComplaintDesk);
        let complaint = json!({ "reference": "C-1", "agent_id": people.agent, "occurred_on": "2026-11-04", "text": format!("call me at {PHONE}") });
        let complaint = desk.post("complaints", &complaint).expect(201).json();
        let of_complaint = format!("complaints/{}", complaint["id"].as_str().unwrap());
        assert!(plain(&desk.get(&of_complaint).expect(200).text()), "the desk has to call back");
        for client in [&people.agent_client, &people.lead.1, &app.person(Role::Finance)] {
            assert!(!plain(&client.get(&of_complaint).expect(200).text()));
            assert!(!plain(&client.get("complaints").expect(200).text()));
        }
        for path in ["fine-lists/2026-11?format=csv", "fine-lists/2026-11?format=ndjson", "ledger", "appeals", "evaluations", "audit?limit=200", "outbox?limit=200"] {
            let client = if path.starts_with("outbox") { app.admin() } else { app.person(Role::Auditor) };
            let text = client.get(path).expect(200).text();
            assert!(!plain(&text), "{path}: {text}");
        }
        // What an import refuses, and what it changed.
        import(manager, &call());
        let mut changed = call();
        changed["satisfaction"] = json!(2);
        assert_eq!(import(manager, &changed)["updated"], 1);
        changed["channel"] = json!(PHONE);
        let refused = import(manager, &changed);
        assert!(refused["refused"] == 1 && !plain(&refused.to_string()), "{refused}");
        let log = app.admin().get("audit?action=conversation.updated").expect(200).text();
        assert!(log.contains("138****8000") && !plain(&log), "{log}");
    }
}
