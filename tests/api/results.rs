//! Results: the handbook's worked examples, what counts, who is effective, and what stays frozen.

use assay::domain::access::{Grant, GrantReach, Role};
use assay::domain::sampling::sample::SampleKind;
use serde_json::{Value, json};

use crate::support::grading::*;
use crate::support::{TestApp, on_both};

const DAY: &str = "2026-11-03T02:00:00Z";

fn agents_of(app: &TestApp, query: &str) -> Vec<Value> {
    let page = app.person(Role::Auditor).get(&format!("results/2026-11/agents{query}")).expect(200).json();
    page["items"].as_array().unwrap().clone()
}

fn rate(result: &Value) -> Option<&str> {
    result["pass_rate"]["decimal"].as_str()
}

on_both! {
    fn the_worked_examples_of_the_handbook(app: &TestApp) {
        let team = team(app, "t", None, None);
        let draw = draw(app, "2026-11");
        let examples = [
            ("a", (10, 1, 6), "pass", Some(("0.1000", "0.6000"))),
            ("b", (9, 1, 0), "fail", Some(("0.1111", "0.0000"))),
            ("c", (20, 2, 13), "fail", Some(("0.1000", "0.6500"))),
            ("d", (5, 0, 3), "pass", Some(("0.0000", "0.6000"))),
            ("e", (30, 3, 18), "pass", Some(("0.1000", "0.6000"))),
            ("f", (0, 0, 0), "not_sampled", None),
        ];
        for (employee_no, counts, ..) in examples {
            let agent = agent(app, employee_no, team);
            attended(app, agent, "2026-11", 20);
            grade(app, draw, agent, DAY, counts);
        }
        let results = agents_of(app, "");
        assert_eq!(results.len(), examples.len());
        for (result, (employee_no, (n, key, non_key), verdict, ratios)) in results.iter().zip(examples) {
            assert_eq!(result["employee_no"], employee_no);
            assert_eq!((&result["evaluations"], &result["key_errors"], &result["non_key_errors"]), (&json!(n), &json!(key), &json!(non_key)));
            assert_eq!(result["verdict"], verdict, "{employee_no}");
            let shown = result["key_ratio"]["decimal"].as_str().zip(result["non_key_ratio"]["decimal"].as_str());
            assert_eq!(shown, ratios, "{employee_no}");
            assert_eq!((&result["max_key_ratio"], &result["max_non_key_ratio"]), (&json!("0.1"), &json!("0.6")));
        }
        assert_eq!(results[1]["key_ratio"], json!({ "numerator": 1, "denominator": 9, "decimal": "0.1111" }));
        assert_eq!(results[4]["headroom"], json!({ "key_errors": 0, "non_key_errors": 0 }));
        // Five sampled and effective, three pass; who was not sampled is in neither.
        let centre = app.person(Role::Auditor).get("results/2026-11/centre").expect(200).json();
        assert_eq!((&centre["agents"], &centre["rated"], &centre["passed"]), (&json!(6), &json!(5), &json!(3)));
        assert_eq!(rate(&centre), Some("0.6000"));
        // One result with what it rests on.
        let one = app.person(Role::Auditor).get(&format!("results/2026-11/agents/{}", results[0]["agent_id"].as_str().unwrap()));
        let one = one.expect(200).json();
        assert_eq!(one["rests_on"].as_array().unwrap().len(), 10);
        let key: i64 = one["rests_on"].as_array().unwrap().iter().map(|it| it["key_errors"].as_i64().unwrap()).sum();
        assert_eq!(key, 1);
        // Filters and pages.
        assert_eq!(agents_of(app, "?verdict=fail").len(), 2);
        let auditor = app.person(Role::Auditor);
        let first = auditor.get("results/2026-11/agents?limit=4").expect(200).json();
        let rest = auditor.get(&format!("results/2026-11/agents?limit=4&cursor={}", first["next"].as_str().unwrap())).expect(200).json();
        assert_eq!((rest["items"][0]["employee_no"].as_str(), &rest["next"]), (Some("e"), &Value::Null));
        auditor.get("results/2026-13/agents").expect(400);
        auditor.get("results/2026-11/agents?verdict=maybe").expect(400);
    }

    fn only_counted_samples_of_the_period_count(app: &TestApp) {
        let agent = agent(app, "1", team(app, "t", None, None));
        let (november, october) = (draw(app, "2026-11"), draw(app, "2026-10"));
        let (user, client) = inspector(app);
        let make = |draw, special| sample(app, draw, agent, conversation(app, agent, DAY), user, special);
        let targeted = Special { kind: SampleKind::Targeted, counts: false, blind: false };
        submit(&client, make(november, targeted), &sheet(&["respect"])).expect(201);
        assert_eq!(agents_of(app, "")[0]["verdict"], "not_sampled");
        // A plan may say that its targeted samples count.
        submit(&client, make(november, Special { counts: true, ..targeted }), &sheet(&["greeting"])).expect(201);
        submit(&client, make(october, USUAL), &sheet(&["respect"])).expect(201);
        make(november, USUAL);
        let result = &agents_of(app, "")[0];
        assert_eq!((&result["evaluations"], &result["key_errors"], &result["non_key_errors"]), (&json!(1), &json!(0), &json!(1)));
        // Always current: a correction changes the verdict at once.
        let evaluations = client.get("evaluations?kind=targeted").expect(200).json();
        let counted = evaluations["items"].as_array().unwrap().iter().find(|it| it["counts"] == true).unwrap();
        assert_eq!(result["verdict"], "fail");
        let correction = json!({ "sheet": sheet(&[]), "reason": "误判" });
        client.put_if(&format!("evaluations/{}", counted["id"].as_str().unwrap()), "\"1\"", &correction).expect(200);
        assert_eq!(agents_of(app, "")[0]["verdict"], "pass");
    }

    fn an_agent_is_effective_with_more_than_five_worked_days(app: &TestApp) {
        let team = team(app, "t", None, None);
        let talks = |agent, days: u32| (1..=days).for_each(|day| {
            conversation(app, agent, &format!("2026-11-{day:02}T02:00:00Z"));
            conversation(app, agent, &format!("2026-11-{day:02}T03:00:00Z"));
        });
        for (employee_no, attendance, days) in [("a", Some(5), 9), ("b", Some(6), 0), ("c", None, 5), ("d", None, 6), ("e", None, 0)] {
            let agent = agent(app, employee_no, team);
            talks(agent, days);
            if let Some(days) = attendance {
                attended(app, agent, "2026-11", days);
            }
        }
        let found: Vec<_> = agents_of(app, "").iter().map(|it| (it["worked_days"].clone(), it["effective"].as_bool().unwrap())).collect();
        let days = |days: u32, source: &str| json!({ "days": days, "source": source });
        assert_eq!(
            found,
            [
                (days(5, "attendance"), false),
                (days(6, "attendance"), true),
                (days(5, "conversations"), false),
                (days(6, "conversations"), true),
                (days(0, "conversations"), false),
            ]
        );
        assert_eq!(agents_of(app, "?effective=true").len(), 2);
        // The local day counts: 16:30 UTC is the next day in Shanghai.
        let night = agent(app, "f", team);
        conversation(app, night, "2026-11-01T15:30:00Z");
        conversation(app, night, "2026-11-01T16:30:00Z");
        assert_eq!(agents_of(app, "")[5]["worked_days"], days(2, "conversations"));
    }

    fn a_rate_is_of_those_who_ended_the_period_there(app: &TestApp) {
        let (north_vendor, own) = (vendor(app, "v1"), team(app, "own", None, None));
        let north = team(app, "north", None, Some(north_vendor));
        let below = team(app, "north-1", Some(north), None);
        let draw = draw(app, "2026-11");
        let (passes, moved, fails, idle) = (agent(app, "a", north), agent(app, "b", own), agent(app, "c", below), agent(app, "d", below));
        for (agent, days) in [(passes, 20), (moved, 20), (fails, 20), (idle, 20)] {
            attended(app, agent, "2026-11", days);
        }
        grade(app, draw, passes, DAY, (10, 1, 6));
        grade(app, draw, moved, DAY, (5, 0, 3));
        grade(app, draw, fails, DAY, (9, 1, 0));
        let auditor = app.person(Role::Auditor);
        let teams = || {
            let page = auditor.get("results/2026-11/teams").expect(200).json();
            let of = |it: &Value| (it["code"].as_str().unwrap().to_owned(), it["agents"].as_u64().unwrap(), rate(it).map(str::to_owned));
            page["items"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
        };
        let rated = |code: &str, agents, rate: Option<&str>| (code.to_owned(), agents, rate.map(str::to_owned));
        assert_eq!(teams(), [rated("north", 3, Some("0.5000")), rated("north-1", 2, Some("0.0000")), rated("own", 1, Some("1.0000"))]);
        // A move in mid-period counts with the team that the agent ends the period in.
        move_to(app, moved, below, "2026-11-09");
        assert_eq!(teams(), [rated("north", 4, Some("0.6667")), rated("north-1", 3, Some("0.5000")), rated("own", 0, None)]);
        let vendors = auditor.get("results/2026-11/vendors").expect(200).json();
        assert_eq!((rate(&vendors["items"][0]), &vendors["items"][0]["passed"]), (Some("0.6667"), &json!(2)));
        // The month before knows the agent in the team of that time, and nobody was sampled: no rate, neither 0 nor 1.
        let october = auditor.get("results/2026-10/teams").expect(200).json();
        assert_eq!((rate(&october["items"][2]), &october["items"][2]["agents"]), (None, &json!(1)));
        assert_eq!(agents_of(app, &format!("?team_id={north}")).len(), 4);
        assert_eq!(agents_of(app, &format!("?vendor_id={north_vendor}&verdict=pass")).len(), 2);

        // Everybody sees what is theirs.
        let (_, lead) = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(below) }]);
        let (_, of_vendor) = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Vendor(north_vendor) }]);
        let (_, only_self) = app.user("agent", Some(fails), &[Grant { role: Role::Agent, reach: GrantReach::Own }]);
        let total = |client: &crate::support::Client, of: &str| client.get(&format!("results/2026-11/{of}")).expect(200).json()["items"].as_array().unwrap().len();
        assert_eq!((total(&lead, "agents"), total(&lead, "teams"), total(&lead, "vendors")), (3, 1, 0));
        assert_eq!((total(&of_vendor, "agents"), total(&of_vendor, "teams"), total(&of_vendor, "vendors")), (4, 2, 1));
        assert_eq!((total(&only_self, "agents"), total(&only_self, "teams"), total(&only_self, "vendors")), (1, 0, 0));
        lead.get("results/2026-11/centre").refused(403, "forbidden");
        lead.get(&format!("results/2026-11/agents/{passes}")).refused(404, "not_found");
        only_self.get(&format!("results/2026-11/agents/{fails}")).expect(200);
        inspector(app).1.get("results/2026-11/agents").refused(403, "forbidden");
    }

    fn a_closed_period_stays_as_it_was(app: &TestApp) {
        let north = team(app, "north", None, Some(vendor(app, "v1")));
        let south = team(app, "south", None, None);
        let (one, two) = (agent(app, "a", north), agent(app, "b", south));
        let draw = draw(app, "2026-11");
        attended(app, one, "2026-11", 20);
        grade(app, draw, one, DAY, (10, 1, 6));
        grade(app, draw, two, DAY, (9, 1, 0));
        let auditor = app.person(Role::Auditor);
        let read = || {
            ["agents", "teams", "vendors", "centre"].map(|of| auditor.get(&format!("results/2026-11/{of}")).expect(200).json())
        };
        let detail = || auditor.get(&format!("results/2026-11/agents/{one}")).expect(200).json();
        let (open, open_detail) = (read(), detail());
        let november = month("2026-11");
        app.write(move |tx| {
            let parts = assay::usecases::results::freeze::frozen(tx.conn, november, tx.now)?;
            parts.iter().try_for_each(|part| assay::usecases::results::freeze::store(tx, part))
        });
        mark_closed(app, "2026-11");
        let thawed = |value: &Value| serde_json::from_str::<Value>(&value.to_string().replace("\"frozen\":true", "\"frozen\":false")).unwrap();
        let (frozen, frozen_detail) = (read(), detail());
        assert_ne!(frozen, open, "it says that it is frozen");
        assert_eq!(frozen.each_ref().map(thawed), open);
        assert_eq!(thawed(&frozen_detail), open_detail);

        // Whatever happens afterwards.
        conversation(app, two, "2026-11-05T02:00:00Z");
        app.clock.advance(chrono::Duration::days(40));
        move_to(app, one, south, "2026-12-02");
        let policy = json!({ "first_period": "2026-12", "max_key_ratio": 0, "max_non_key_ratio": "0", "more_than_worked_days": 31 });
        app.person(Role::QaManager).post("pass-policies", &policy).expect(201);
        assert_eq!(read(), frozen);
        assert_eq!(detail(), frozen_detail);
        let (_, lead) = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(north) }]);
        let of_lead = lead.get("results/2026-11/agents").expect(200).json();
        assert_eq!(of_lead["items"][0]["employee_no"], "a", "the lead of the team of that time");
    }

    fn the_method_changes_for_the_future_only(app: &TestApp) {
        let agent = agent(app, "a", team(app, "t", None, None));
        grade(app, draw(app, "2026-11"), agent, DAY, (9, 1, 0));
        assert_eq!(agents_of(app, "")[0]["verdict"], "fail");
        let manager = app.person(Role::QaManager);
        let policy = |first: &str| json!({ "first_period": first, "max_key_ratio": "0.2", "max_non_key_ratio": "0.6", "more_than_worked_days": 5 });
        manager.post("pass-policies", &policy("2026-12")).expect(201);
        assert_eq!((&agents_of(app, "")[0]["verdict"], &agents_of(app, "")[0]["pass_policy"]), (&json!("fail"), &json!(1)));
        manager.post("pass-policies", &policy("2026-11")).expect(201);
        assert_eq!((&agents_of(app, "")[0]["verdict"], &agents_of(app, "")[0]["pass_policy"]), (&json!("pass"), &json!(3)));
    }
}
