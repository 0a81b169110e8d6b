//! That the ledger adds up after appeals: what was closed stays, and every line that changes it names the line that it changes.

use std::collections::BTreeMap;

use assay::domain::id::EvaluationId;
use assay::domain::month_close::PeriodState;
use serde_json::{Value, json};

use crate::support::aftermath::{People, lines};
use crate::support::{Client, on_both};

/// Everything that stands in the ledger of a period.
fn ledger(client: &Client, period: &str) -> Vec<Value> {
    client.get(&format!("ledger?period={period}&limit=200")).expect(200).json()["items"].as_array().unwrap().clone()
}

fn sum(lines: &[Value]) -> i64 {
    lines.iter().map(|line| line["amount"]["amount_minor"].as_i64().unwrap()).sum()
}

fn violation(client: &Client, evaluation: EvaluationId) -> Value {
    client.get(&format!("evaluations/{evaluation}")).expect(200).json()["violations"][0]["id"].clone()
}

/// Appeals against the violation of an evaluation; gives the path of the decision, and the target.
fn appealed(people: &People, evaluation: EvaluationId) -> (String, Value) {
    let target = json!({ "kind": "violation", "violation_id": violation(&people.managers[0].1, evaluation) });
    let points = json!([{ "target": target, "text": "did do it" }]);
    let body = json!({ "evaluation_id": evaluation, "points": points, "text": "please listen again" });
    let made = people.agent_client.post("appeals", &body).expect(201).json();
    (format!("appeals/{}/decision", made["id"].as_str().unwrap()), target)
}

fn decided(people: &People, (path, target): &(String, Value), outcome: &Value) {
    let mut point = json!({ "target": target });
    point.as_object_mut().unwrap().extend(outcome.as_object().unwrap().clone());
    people.managers[0].1.post_if(path, 1, &json!({ "points": [point], "reason": "heard the recording" })).expect(200);
}

/// What the standing violations and the complaint of the agent cost by the policy.
fn owed(client: &Client, evaluations: &[EvaluationId], complaint: i64) -> i64 {
    let price = |class: &str| match class {
        "A" => 50_000,
        "B" => 30_000,
        "C" => 20_000,
        "D" => 10_000,
        "E" => 5_000,
        other => panic!("class {other}"),
    };
    let of = |evaluation: &EvaluationId| -> i64 {
        let found = client.get(&format!("evaluations/{evaluation}")).expect(200).json();
        let standing = found["violations"].as_array().unwrap().clone();
        standing.iter().map(|it| price(it["class"].as_str().unwrap())).sum()
    };
    evaluations.iter().map(of).sum::<i64>() + complaint
}

/// Each line that changes another names it; with these, every original comes to what it is worth now.
fn check_names(all: &[Value]) {
    let by_id: BTreeMap<&str, &Value> = all.iter().map(|line| (line["id"].as_str().unwrap(), line)).collect();
    for line in all {
        let (kind, original) = (line["kind"].as_str().unwrap(), line["original_id"].as_str());
        match kind {
            "reversal" | "adjustment" => {
                let original = by_id.get(original.expect("names its original")).expect("the original is in the ledger");
                assert_eq!(line["agent_id"], original["agent_id"]);
                assert_eq!(line["origin_period"], original["origin_period"]);
                if kind == "reversal" {
                    assert_eq!(line["period"], original["period"], "a reversal stays in its month: {line}");
                } else {
                    assert_ne!(line["period"], original["period"], "an adjustment comes later: {line}");
                }
            }
            "fine" | "complaint" => assert_eq!(original, None),
            other => panic!("unexpected {other}"),
        }
    }
}

on_both! {
    fn appeals_won_before_and_after_the_close_leave_a_ledger_that_adds_up(app: &TestApp) {
        let people = People::new(app, "2026-10-20");
        let manager = &people.managers[0].1;
        let desk = app.person(assay::domain::access::Role::ComplaintDesk);
        let evaluations: Vec<EvaluationId> =
            ["identity_check", "respect", "attitude", "ownership"].iter().map(|item| people.failing(app, &[item])).collect();
        let complaint = json!({ "reference": "TS-1", "agent_id": people.agent, "occurred_on": "2026-10-21", "text": "rude" });
        let complaint = desk.post("complaints", &complaint).expect(201).json();
        let at = format!("complaints/{}", complaint["id"].as_str().unwrap());
        let severe = json!({ "upheld": true, "level": "severe", "reason": "in the papers" });
        desk.post_if(&format!("{at}/adjudication"), 1, &severe).expect(200);
        let cost = |level: &str| {
            let lines = ledger(manager, "2026-10");
            let found = lines.iter().find(|line| line["kind"] == "complaint").unwrap().clone();
            if level == "severe" { found["amount"]["amount_minor"].as_i64().unwrap() } else { 0 }
        };
        let severe = cost("severe");
        assert!(severe > 0);
        assert_eq!(sum(&ledger(manager, "2026-10")), owed(manager, &evaluations, severe));

        // Won before the close: a reversal in the same month.
        decided(&people, &appealed(&people, evaluations[0]), &json!({ "outcome": "overturned" }));
        assert_eq!(sum(&ledger(manager, "2026-10")), owed(manager, &evaluations, severe));
        manager.post("periods/2026-10/close", &json!({})).expect(200);
        let closed = ledger(manager, "2026-10");
        let list = manager.get("fine-lists/2026-10?format=ndjson").expect(200).bytes;
        let period = manager.get("periods/2026-10").expect(200).json();
        assert_eq!(period["state"], PeriodState::Closed.as_str());
        assert_eq!((&period["amount_minor"], &period["lines"]), (&json!(sum(&closed)), &json!(closed.len())));

        // Won after the close: adjustments in the open month, each of which names its original.
        decided(&people, &appealed(&people, evaluations[1]), &json!({ "outcome": "overturned" }));
        decided(&people, &appealed(&people, evaluations[2]), &json!({ "outcome": "changed", "to_class": "E" }));
        decided(&people, &appealed(&people, evaluations[3]), &json!({ "outcome": "upheld" }));
        let whole = json!({ "complaint_id": complaint["id"], "points": [{ "target": { "kind": "whole" }, "text": "was not me" }], "text": "look again" });
        let made = people.agent_client.post("appeals", &whole).expect(201).json();
        let decision = (format!("appeals/{}/decision", made["id"].as_str().unwrap()), json!({ "kind": "whole" }));
        decided(&people, &decision, &json!({ "outcome": "overturned" }));

        assert_eq!(ledger(manager, "2026-10"), closed, "nothing is posted to the closed month any more");
        assert_eq!(manager.get("fine-lists/2026-10?format=ndjson").expect(200).bytes, list);
        let open = ledger(manager, "2026-11");
        assert_eq!(open.len(), 3, "what was upheld changes nothing: {open:?}");
        assert!(open.iter().all(|line| line["origin_period"] == "2026-10"));
        let all = [closed.clone(), open.clone()].concat();
        check_names(&all);
        // The ledger is the closed list and what the open month changes of it, and says what is owed now.
        let ledger_sum: i64 = lines(app, people.agent).iter().map(|line| line.2).sum();
        assert_eq!(ledger_sum, period["amount_minor"].as_i64().unwrap() + sum(&open));
        assert_eq!(ledger_sum, owed(manager, &evaluations, 0));
    }
}
