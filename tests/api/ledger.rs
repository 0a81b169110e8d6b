//! The ledger: fines by violations, rewards and adjustments by people.

use assay::domain::access::{Grant, GrantReach, Role};
use serde_json::{Value, json};

use super::fine_policies::{make_first, terms};
use crate::support::graded::{Centre, correct};
use crate::support::{TestApp, on_both};

fn lines(app: &TestApp, query: &str) -> Vec<Value> {
    let list = app.person(Role::Auditor).get(&format!("ledger?limit=200&{query}")).expect(200).json();
    list["items"].as_array().unwrap().clone()
}

fn amounts(lines: &[Value]) -> Vec<i64> {
    lines.iter().map(|line| line["amount"]["amount_minor"].as_i64().unwrap()).collect()
}

on_both! {
    fn a_violation_is_fined_once_and_a_correction_takes_it_back(app: &TestApp) {
        let number = make_first(app);
        let centre = Centre::new(app);
        let evaluation = centre.grade(app, centre.agents[0], "2026-11", &[("test_d", 2), ("test_e", 1)]);
        assert_eq!(amounts(&lines(app, &format!("evaluation_id={evaluation}"))), [10_000, 5_000]);
        correct(app, evaluation, &[("test_d", 2), ("test_e", 1)]);
        assert_eq!(lines(app, "").len(), 2, "a replay adds nothing");
        correct(app, evaluation, &[("test_e", 1)]);
        let all = lines(app, "");
        assert_eq!(amounts(&all), [10_000, 5_000, -10_000]);
        assert_eq!(all[2]["kind"], "reversal");
        assert_eq!(all[2]["original_id"], all[0]["id"]);
        assert_eq!(amounts(&lines(app, "kind=reversal")), [-10_000]);
        assert_eq!(all[0]["policy_version"], number);
    }

    fn types_and_occurrences_are_priced_by_the_policy_of_the_period(app: &TestApp) {
        make_first(app);
        let centre = Centre::new(app);
        let mut later = terms("2026-11");
        later["types"] = json!([{ "violation_type": "test_d", "amount_minor": 700, "charge": "occurrence" }]);
        app.person(Role::QaManager).post("fine-policies", &later).expect(201);
        centre.grade(app, centre.agents[0], "2026-10", &[("test_d", 3)]);
        centre.grade(app, centre.agents[0], "2026-11", &[("test_d", 3), ("test_a", 1)]);
        let mut all = amounts(&lines(app, ""));
        all.sort_unstable();
        assert_eq!(all, [2_100, 10_000, 50_000]);
    }

    fn rewards_breaches_and_adjustments_are_posted_by_entitled_people(app: &TestApp) {
        make_first(app);
        let centre = Centre::new(app);
        let manager = app.person(Role::QaManager);
        let agent = centre.agents[0];
        let reward = json!({ "agent_id": agent, "kind": "reward", "reward": "merit", "reason": "calm with an angry caller" });
        let posted = manager.post_once("ledger/entries", "r", &reward).expect(201).json();
        assert_eq!(posted["amount"]["amount_minor"], -5_000);
        assert_eq!(manager.post_once("ledger/entries", "r", &reward).expect(201).json(), posted);
        let breach = json!({ "agent_id": agent, "kind": "operating_breach", "occurrences": 3, "reason": "wrong account" });
        assert_eq!(manager.post("ledger/entries", &breach).expect(201).json()["amount"]["amount_minor"], 15_000);
        let undo = json!({ "agent_id": agent, "kind": "manual", "amount_minor": 5_000, "original_id": posted["id"], "reason": "not earned" });
        let undone = manager.post("ledger/entries", &undo).expect(201).json();
        assert_eq!(manager.get(&format!("ledger/entries/{}", undone["id"].as_str().unwrap())).expect(200).json(), undone);
        assert_eq!(lines(app, &format!("original_id={}", posted["id"].as_str().unwrap())).len(), 1);
        assert_eq!(amounts(&lines(app, &format!("agent_id={agent}"))), [-5_000, 15_000, 5_000]);
        let audit: i64 = app.read(|conn| {
            use diesel::prelude::*;
            use assay::db::schema::audit;
            Ok(audit::table.filter(audit::action.eq("ledger.posted")).count().get_result(conn)?)
        });
        assert_eq!(audit, 3);
    }

    fn what_cannot_be_posted_is_refused_with_its_reason(app: &TestApp) {
        make_first(app);
        let centre = Centre::new(app);
        let manager = app.person(Role::QaManager);
        let entry = |change: Value| {
            let mut entry = json!({ "agent_id": centre.agents[0], "kind": "manual", "amount_minor": 100, "reason": "x" });
            entry.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            entry
        };
        let refused = |change: Value| manager.post("ledger/entries", &entry(change)).refused(400, "invalid");
        assert!(refused(json!({ "reason": " ", "amount_minor": 0 })).contains("reason: must not be empty; amount_minor"));
        assert!(refused(json!({ "period": "2026-12" })).contains("has not begun"));
        assert!(refused(json!({ "agent_id": "01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11" })).contains("there is no agent"));
        assert!(refused(json!({ "original_id": "01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11" })).contains("no ledger entry"));
        let other = manager.post("ledger/entries", &entry(json!({}))).expect(201).json();
        assert!(refused(json!({ "agent_id": centre.agents[1], "original_id": other["id"] })).contains("same agent"));
        for role in [Role::Finance, Role::TeamLead, Role::Agent, Role::Auditor, Role::Admin] {
            app.person(role).post("ledger/entries", &entry(json!({}))).refused(403, "forbidden");
        }
    }

    fn everybody_sees_only_what_is_within_reach(app: &TestApp) {
        make_first(app);
        let centre = Centre::new(app);
        for agent in centre.agents {
            centre.grade(app, agent, "2026-11", &[("test_d", 1)]);
        }
        let seen = |grants: &[Grant], agent| {
            let client = app.user("reader", agent, grants).1;
            let list = client.get("ledger").expect(200).json();
            list["items"].as_array().unwrap().iter().map(|line| line["agent_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let ids = centre.agents.map(|agent| agent.to_string());
        let lead = [Grant { role: Role::TeamLead, reach: GrantReach::Team(centre.outside) }];
        assert_eq!(seen(&lead, None), ids[..2]);
        let own = [Grant { role: Role::Agent, reach: GrantReach::Own }];
        assert_eq!(seen(&own, Some(centre.agents[2])), ids[2..]);
        let finance = [Grant { role: Role::Finance, reach: GrantReach::Vendor(centre.vendor) }];
        assert_eq!(seen(&finance, None), ids[..2]);
        let foreign = lines(app, &format!("agent_id={}", ids[2]));
        let client = app.user("lead", None, &lead).1;
        client.get(&format!("ledger/entries/{}", foreign[0]["id"].as_str().unwrap())).refused(404, "not_found");
    }

    fn the_whole_ledger_streams_as_csv(app: &TestApp) {
        make_first(app);
        let centre = Centre::new(app);
        for _ in 0..3 {
            centre.grade(app, centre.agents[2], "2026-11", &[("test_d", 1)]);
        }
        let finance = app.person(Role::Finance);
        let file = finance.get("ledger?format=csv&lang=en").expect(200);
        assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
        assert!(file.header("content-disposition").unwrap().contains("ledger.csv"));
        let text = file.text();
        assert_eq!(text.matches("'=E003").count(), 3, "{text}");
        assert_eq!(text.lines().count(), 4);
        assert_eq!(finance.send("GET", "ledger", &[("accept", "text/csv")], &[]).expect(200).text().lines().count(), 4);
        finance.get("ledger?format=xlsx").refused(415, "unsupported");
        app.person(Role::TeamLead).get("ledger?format=csv").refused(403, "forbidden");
        let exports: Vec<String> = app.read(|conn| {
            use diesel::prelude::*;
            use assay::db::schema::audit;
            Ok(audit::table.filter(audit::action.eq("ledger.exported")).select(audit::object_id).load(conn)?)
        });
        assert_eq!(exports.len(), 2);
    }
}
