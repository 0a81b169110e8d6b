//! A whole month as one story through the API: set up, import, draw, grade, results, close, finance, a late correction.

use std::collections::BTreeMap;

use assay::domain::access::{Grant, GrantReach, Role};
use assay::domain::id::UserId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Client, Response, TestApp, on_both};

const MONTH: &str = "2026-11";
/// Employee numbers, and how many chats each had, one a day.
const AGENTS: [(&str, usize); 4] = [("1001", 12), ("1002", 12), ("1003", 12), ("1004", 3)];

struct People {
    manager: Client,
    finance: Client,
    inspectors: Vec<(UserId, Client)>,
}

/// Vendors, teams, agents and their worked days come as tables. Of 1004 no attendance is known.
fn people(app: &TestApp) -> People {
    let admin = app.admin();
    let import = |path: &str, table: &str| {
        let report = admin.post_csv(path, table).expect(200).json();
        assert_eq!((report["refused"].as_u64(), report["faults"].as_array().map(Vec::len)), (Some(0), Some(0)), "{report}");
    };
    import("vendors/import", "code,name\nV1,乙方一\n");
    import("teams/import", "code,name,parent,vendor\nOWN,自营,,\nOUT,外包,,V1\nOUT-1,外包一组,OUT,V1\n");
    import("agents/import", "employee_no,name,team\n1001,林,OWN\n1002,石,OUT-1\n1003,秦,OUT-1\n1004,彭,OWN\n");
    import("attendance/import", &format!("employee_no,period,worked_days\n1001,{MONTH},21\n1002,{MONTH},20\n1003,{MONTH},6\n"));
    let grant = [Grant { role: Role::Inspector, reach: GrantReach::Own }];
    let inspectors = (0..2).map(|_| app.user("inspector", None, &grant)).collect();
    People { manager: app.person(Role::QaManager), finance: app.person(Role::Finance), inspectors }
}

fn conversations() -> String {
    let line = |agent: &str, n: usize| {
        json!({
            "source": "story", "external_id": format!("{agent}-{n}"), "channel": "chat", "agent": agent,
            "started_at": format!("2026-11-{:02}T10:00:00+08:00", n + 1), "duration_ms": 240_000, "language": "zh",
            "transcript": [
                {"speaker": "customer", "start_ms": 0, "text": "您好，我想退货。"},
                {"speaker": "agent", "start_ms": 9_000, "text": "您好，请提供订单号。"},
                {"speaker": "agent", "start_ms": 60_000, "text": "再见。"},
            ],
        })
    };
    let lines = AGENTS.iter().flat_map(|(agent, count)| (0..*count).map(move |n| line(agent, n).to_string() + "\n"));
    lines.collect()
}

/// What goes wrong, by agent: the items that fail in the first graded samples, one each.
fn slips() -> BTreeMap<&'static str, Vec<&'static str>> {
    BTreeMap::from([("1002", vec!["identity_check"]), ("1003", vec!["rating_invited", "rating_invited"]), ("1004", vec!["respect"])])
}

fn draw(people: &People) -> Value {
    let scorecards = people.manager.get("scorecards").expect(200).json();
    let chat = scorecards["items"].as_array().unwrap().iter().find(|card| card["code"] == "chat").unwrap()["id"].clone();
    let inspectors: Vec<Value> = people.inspectors.iter().map(|(id, _)| json!({"user_id": id, "capacity": 50})).collect();
    let content = json!({
        "quota": {"kind": "count", "count": 5}, "inspectors": inspectors, "due_days": 5,
        "scorecards": [{"channel": "chat", "scorecard_id": chat}],
    });
    let plan = people.manager.post("sampling-plans", &json!({"name": "每月抽检", "content": content})).expect(201).json();
    let draw = people.manager.post("draws", &json!({"plan_id": plan["id"], "period": MONTH})).expect(201).json();
    let path = format!("draws/{}", draw["id"].as_str().unwrap());
    assert_eq!(people.manager.post(&format!("{path}/verify"), &json!({})).expect(200).json()["verified"], true);
    let short = people.manager.get(&format!("{path}/shortfall")).expect(200).json();
    assert!(short.to_string().contains("1004") || short.to_string().contains("missing"), "1004 had three chats only: {short}");
    draw
}

/// Works through every queue; gives how many evaluations were submitted.
fn grade(people: &People) -> usize {
    let mut open = slips();
    let mut done = 0;
    for (_, inspector) in &people.inspectors {
        loop {
            let answer = inspector.send("POST", "queue/next", &[], b"");
            if answer.status == 204 {
                break;
            }
            let work = answer.expect(200).json();
            let agent = work["conversation"]["agent"]["employee_no"].as_str().unwrap().to_owned();
            let failing = open.get_mut(agent.as_str()).and_then(Vec::pop);
            let sections = work["scorecard"]["content"]["sections"].as_array().unwrap();
            let items = sections.iter().flat_map(|section| section["items"].as_array().unwrap());
            let answers: Vec<Value> = items
                .map(|item| match item["code"].as_str() == failing {
                    true => json!({"code": item["code"], "outcome": "fail", "comment": "见第 2 行", "evidence": [{"kind": "lines", "first": 2, "last": 2}]}),
                    false => json!({"code": item["code"], "outcome": "pass"}),
                })
                .collect();
            let path = format!("samples/{}/evaluation", work["sample"]["id"].as_str().unwrap());
            let submission = json!({"sheet": {"items": answers}, "seconds": 200});
            let first = inspector.post(&path, &submission);
            assert!(matches!(first.status, 200 | 201), "{}", first.text());
            assert_eq!(inspector.post(&path, &submission).json()["id"], first.json()["id"], "submitted twice, evaluated once");
            done += 1;
        }
    }
    assert!(open.values().all(Vec::is_empty));
    done
}

fn results(people: &People) -> Value {
    people.manager.get(&format!("results/{MONTH}/agents")).expect(200).json()["items"].clone()
}

fn list(people: &People, period: &str, format: &str) -> Response {
    people.finance.get(&format!("fine-lists/{period}?format={format}")).expect(200)
}

on_both! {
    /// Handbook 3, from the import to the late correction.
    fn a_month_from_import_to_late_correction(app: &TestApp) {
        app.clock.set("2026-11-27T01:00:00Z".parse().unwrap());
        let people = people(app);
        let import = || app.admin().send("POST", "conversations/import", &[("content-type", "application/x-ndjson")], conversations().as_bytes());
        assert_eq!(import().expect(200).json()["inserted"], 39);
        assert_eq!(import().expect(200).json()["unchanged"], 39);

        draw(&people);
        assert_eq!(grade(&people), 18, "five of three agents, and the three that there are of the fourth");

        let judged: Vec<(String, u64, u64, u64, String, bool)> = results(&people)
            .as_array()
            .unwrap()
            .iter()
            .map(|it| {
                let number = |field: &str| it[field].as_u64().unwrap();
                let text = |field: &str| it[field].as_str().unwrap().to_owned();
                let counts = (number("evaluations"), number("key_errors"), number("non_key_errors"));
                (text("employee_no"), counts.0, counts.1, counts.2, text("verdict"), it["effective"].as_bool().unwrap())
            })
            .collect();
        let agent = |no: &str, n, k, other, verdict: &str, effective| (no.to_owned(), n, k, other, verdict.to_owned(), effective);
        assert_eq!(judged, [
            agent("1001", 5, 0, 0, "pass", true),
            agent("1002", 5, 1, 0, "fail", true),
            agent("1003", 5, 0, 2, "pass", true),
            agent("1004", 3, 1, 0, "fail", false),
        ]);
        let centre = people.manager.get(&format!("results/{MONTH}/centre")).expect(200).json();
        assert_eq!((centre["passed"].as_u64(), centre["rated"].as_u64()), (Some(2), Some(3)), "1004 is not effective: three days");

        // December comes; the month is closed and its list is what it will always be.
        app.clock.set("2026-12-01T02:00:00Z".parse().unwrap());
        let close = people.manager.post(&format!("periods/{MONTH}/close"), &json!({})).expect(200).json();
        assert_eq!(close["lines"], 4, "{close}");
        let before = results(&people);
        let (csv, xlsx, canonical) = (list(&people, MONTH, "csv"), list(&people, MONTH, "xlsx"), list(&people, MONTH, "ndjson"));
        let digest = format!("sha-256={}", hex::encode(Sha256::digest(&canonical.bytes)));
        assert_eq!(csv.header("assay-list-digest"), Some(digest.as_str()));
        let lines = people.finance.get(&format!("fine-lists/{MONTH}")).expect(200).json();
        let amounts: i64 = lines["items"].as_array().unwrap().iter().map(|line| line["amount_minor"].as_i64().unwrap()).sum();
        assert_eq!((amounts, lines["head"]["totals"]["amount_minor"].as_i64()), (30_000 + 2 * 20_000 + 50_000, Some(amounts)));

        // A late correction goes to the open month and names the line that it corrects; the closed list does not change by a byte.
        let wrong = lines["items"].as_array().unwrap().iter().find(|line| line["violation_type"] == "identity_not_verified").unwrap();
        let correction = json!({
            "agent_id": wrong["agent_id"], "kind": "manual", "period": MONTH, "amount_minor": -30_000, "original_id": wrong["id"],
            "reason": "申诉成立 the appeal was won",
        });
        let posted = people.manager.post("ledger/entries", &correction).expect(201).json();
        assert_eq!((posted["period"].as_str(), posted["origin_period"].as_str()), (Some("2026-12"), Some(MONTH)));
        for (format, earlier) in [("csv", &csv), ("xlsx", &xlsx), ("ndjson", &canonical)] {
            assert_eq!(list(&people, MONTH, format).bytes, earlier.bytes, "{format}");
        }
        assert_eq!(results(&people), before);
        let december = people.finance.get("fine-lists/2026-12").expect(200).json();
        assert_eq!(december["items"][0]["original_id"], wrong["id"]);
        assert_eq!(december["head"]["totals"]["amount_minor"], -30_000);
    }
}
