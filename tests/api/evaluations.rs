//! Grading: drafts, submission, corrections, and who sees what.

use assay::domain::access::{Grant, GrantReach, Role};
use assay::domain::sampling::sample::SampleKind;
use serde_json::{Value, json};

use crate::support::grading::*;
use crate::support::on_both;

fn codes(violations: &Value) -> Vec<&str> {
    violations.as_array().unwrap().iter().map(|it| it["violation_type"].as_str().unwrap()).collect()
}

fn fields(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().unwrap().iter().map(|it| it["field"].as_str().unwrap()).collect()
}

on_both! {
    fn an_inspector_drafts_submits_and_the_sample_is_locked(app: &TestApp) {
        let agent = agent(app, "1001", team(app, "t", None, None));
        let (user, client) = inspector(app);
        let sample = sample(app, draw(app, "2026-11"), agent, conversation(app, agent, "2026-11-03T02:00:00Z"), user, USUAL);
        let draft = format!("samples/{sample}/draft");
        assert_eq!(client.get(&draft).expect(200).json()["version"], 0);

        // A draft may be incomplete, and two tabs cannot overwrite each other unseen.
        let incomplete = json!({ "items": [{ "code": "greeting" }, { "code": "respect", "outcome": "fail" }] });
        let first = client.put(&draft, &json!({ "sheet": incomplete, "version": 0, "seconds": 40 })).expect(200);
        assert_eq!((first.json()["version"].as_i64(), first.header("etag")), (Some(1), Some("\"1\"")));
        let again = client.put(&draft, &json!({ "sheet": incomplete, "version": 0, "seconds": 40 })).expect(200).json();
        assert_eq!((&again["version"], &again["seconds"]), (&json!(1), &json!(40)), "a retry counts once");
        let other_tab = json!({ "sheet": { "comment": "x" }, "version": 0, "seconds": 5 });
        client.put(&draft, &other_tab).refused(412, "stale");
        let nonsense = json!({ "sheet": { "items": [{ "code": "nonsense" }] }, "version": 1 });
        assert_eq!(fields(&client.put(&draft, &nonsense).expect(400).json()), ["sheet.items[0].code"]);
        assert_eq!(client.get(&draft).expect(200).json()["sheet"]["items"][1]["outcome"], "fail");

        // Submission wants every answer, and says all that is missing at once.
        let refused = submit(&client, sample, &incomplete);
        let problem = refused.json();
        assert_eq!(refused.status, 400);
        assert!(fields(&problem).contains(&"sheet.items[1].comment") && fields(&problem).contains(&"sheet.items[0].outcome"), "{problem}");
        assert_eq!(fields(&problem).iter().filter(|field| **field == "sheet.items").count(), 15);

        // One key error with its linked violation, one violation on its own.
        let mut sheet = sheet(&["identity_check", "needs_clarified"]);
        sheet["items"][0]["evidence"] = json!([{ "kind": "lines", "first": 2, "last": 4 }]);
        sheet["violations"] = json!([
            { "violation_type": "service_attitude", "comment": "语气生硬", "evidence": [{ "kind": "span", "from_ms": 1000, "to_ms": 9000 }] },
            { "violation_type": "service_attitude", "evidence": [{ "kind": "lines", "first": 9, "last": 9 }] },
            { "violation_type": "identity_not_verified", "evidence": [{ "kind": "lines", "first": 7, "last": 7 }] },
        ]);
        let created = submit(&client, sample, &sheet).expect(201);
        let evaluation = created.json();
        assert_eq!(created.header("etag"), Some("\"1\""));
        assert_eq!((&evaluation["key_errors"], &evaluation["non_key_errors"]), (&json!(1), &json!(2)));
        assert_eq!(evaluation["seconds"], 70, "40 on the draft and 30 since");
        assert_eq!(codes(&evaluation["violations"]), ["identity_not_verified", "service_attitude", "wrong_information_taken"]);
        let identity = &evaluation["violations"][0];
        assert_eq!((&identity["class"], &identity["item"], &identity["occurrences"]), (&json!("B"), &json!("identity_check"), &json!(2)));
        assert_eq!(identity["evidence"].as_array().unwrap().len(), 2);
        assert_eq!((&evaluation["violations"][1]["occurrences"], &evaluation["violations"][1]["item"]), (&json!(2), &Value::Null));

        // The same again is the same, with or without a key; anything else is refused.
        assert_eq!(submit(&client, sample, &sheet).expect(201).json(), evaluation);
        let body = json!({ "sheet": sheet, "seconds": 99 });
        assert_eq!(client.post_once(&format!("samples/{sample}/evaluation"), "k1", &body).expect(201).json(), evaluation);
        submit(&client, sample, &crate::support::grading::sheet(&[])).refused(409, "already_submitted");
        client.put(&draft, &json!({ "sheet": sheet, "version": 0 })).refused(409, "already_submitted");
        let id = evaluation["id"].as_str().unwrap();
        assert_eq!(client.get(&format!("evaluations/{id}")).expect(200).json(), evaluation);
    }

    fn only_who_holds_the_claim_can_grade(app: &TestApp) {
        let agent = agent(app, "1001", team(app, "t", None, None));
        let (user, client) = inspector(app);
        let (_, other) = inspector(app);
        let sample = sample(app, draw(app, "2026-11"), agent, conversation(app, agent, "2026-11-03T02:00:00Z"), user, USUAL);
        submit(&other, sample, &sheet(&[])).refused(404, "not_found");
        other.get(&format!("samples/{sample}/draft")).refused(404, "not_found");
        app.person(Role::TeamLead).post(&format!("samples/{sample}/evaluation"), &json!({ "sheet": sheet(&[]) })).refused(403, "forbidden");
        app.write(move |tx| {
            use assay::db::schema::samples;
            use diesel::prelude::*;
            let open = assay::domain::sampling::sample::SampleState::Open;
            diesel::update(samples::table.find(sample)).set(samples::state.eq(open)).execute(tx.conn)?;
            Ok(())
        });
        submit(&client, sample, &sheet(&[])).refused(409, "not_claimed");
    }

    fn many_at_once_submit_one_evaluation(app: &TestApp) {
        let agent = agent(app, "1001", team(app, "t", None, None));
        let (user, client) = inspector(app);
        let sample = sample(app, draw(app, "2026-11"), agent, conversation(app, agent, "2026-11-03T02:00:00Z"), user, USUAL);
        let ids: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6)
                .map(|_| {
                    let client = client.clone();
                    scope.spawn(move || submit(&client, sample, &sheet(&["respect"])).expect(201).json()["id"].as_str().unwrap().to_owned())
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        let all = app.person(Role::Auditor).get("violations").expect(200).json();
        assert_eq!(codes(&all["items"]), ["abused_customer"]);
    }

    fn evidence_lies_within_the_conversation(app: &TestApp) {
        let agent = agent(app, "1001", team(app, "t", None, None));
        let (user, client) = inspector(app);
        let sample = sample(app, draw(app, "2026-11"), agent, conversation(app, agent, "2026-11-03T02:00:00Z"), user, USUAL);
        let mut sheet = sheet(&["respect"]);
        sheet["violations"] = json!([
            { "violation_type": "left_seat", "evidence": [{ "kind": "lines", "first": 20, "last": 21 }, { "kind": "span", "from_ms": 0, "to_ms": 60001 }] },
            { "violation_type": "no_such_type" },
        ]);
        let problem = submit(&client, sample, &sheet).expect(400).json();
        assert_eq!(
            fields(&problem),
            ["sheet.violations[0].evidence[0].last", "sheet.violations[0].evidence[1].to_ms", "sheet.violations[1].violation_type"]
        );
        sheet["violations"] = json!([{ "violation_type": "left_seat", "evidence": [{ "kind": "sometime" }] }]);
        let problem = submit(&client, sample, &sheet).expect(400).json();
        assert!(fields(&problem)[0].starts_with("sheet.violations[0].evidence[0]"), "{problem}");
    }

    fn an_inspector_corrects_an_own_evaluation_in_time(app: &TestApp) {
        let agent = agent(app, "1001", team(app, "t", None, None));
        let (user, client) = inspector(app);
        let draw = draw(app, "2026-11");
        let made = sample(app, draw, agent, conversation(app, agent, "2026-11-03T02:00:00Z"), user, USUAL);
        let first = submit(&client, made, &sheet(&["identity_check", "attitude"])).expect(201).json();
        let path = format!("evaluations/{}", first["id"].as_str().unwrap());
        let correction = json!({ "sheet": sheet(&["attitude", "ending"]), "reason": "听错了，客户已核实身份" });

        client.put(&path, &correction).refused(400, "invalid");
        client.put_if(&path, "\"2\"", &correction).refused(412, "stale");
        client.put_if(&path, "\"1\"", &json!({ "sheet": sheet(&[]), "reason": " " })).refused(400, "invalid");
        let (_, other) = inspector(app);
        other.put_if(&path, "\"1\"", &correction).refused(404, "not_found");
        app.person(Role::QaManager).put_if(&path, "\"1\"", &correction).refused(403, "forbidden");

        let corrected = client.put_if(&path, "\"1\"", &correction).expect(200).json();
        assert_eq!((&corrected["revision"], &corrected["key_errors"], &corrected["non_key_errors"]), (&json!(2), &json!(1), &json!(1)));
        assert_eq!(codes(&corrected["violations"]), ["hung_up", "service_attitude"]);
        assert_eq!(corrected["violations"][1]["id"], first["violations"][1]["id"], "what still stands keeps its id");
        let withdrawn = client.get("violations?state=withdrawn").expect(200).json();
        assert_eq!(codes(&withdrawn["items"]), ["identity_not_verified"]);
        let revisions = client.get(&format!("{path}/revisions")).expect(200).json();
        assert_eq!(revisions.as_array().unwrap().len(), 2);
        assert_eq!(revisions[0]["grading"]["key_errors"], 1);
        assert_eq!(revisions[1]["reason"], "听错了，客户已核实身份");
        assert_eq!(submit(&client, made, &sheet(&["identity_check", "attitude"])).expect(201).json(), corrected, "a late retry of the first");

        app.clock.advance(chrono::Duration::hours(24) + chrono::Duration::seconds(1));
        client.put_if(&path, "\"2\"", &correction).refused(409, "correction_time_over");
        let last = sample(app, draw, agent, conversation(app, agent, "2026-11-03T03:00:00Z"), user, USUAL);
        let next = sample(app, draw, agent, conversation(app, agent, "2026-11-03T04:00:00Z"), user, USUAL);
        let second = submit(&client, last, &sheet(&[])).expect(201).json();
        mark_closed(app, "2026-11");
        client.put_if(&format!("evaluations/{}", second["id"].as_str().unwrap()), "\"1\"", &correction).expect(200);
        submit(&client, next, &sheet(&["identity_check"])).expect(201);
        let late = app.person(Role::Auditor).get("ledger?period=2026-12").expect(200).json();
        let late = late["items"].as_array().unwrap();
        assert!(!late.is_empty(), "what comes after the close is posted to the open month");
        assert!(late.iter().all(|line| line["kind"] == "adjustment" && line["origin_period"] == "2026-11"), "{late:?}");
    }

    fn fines_follow_what_was_graded(app: &TestApp) {
        let agent = agent(app, "1001", team(app, "t", None, None));
        let (user, client) = inspector(app);
        let made = sample(app, draw(app, "2026-11"), agent, conversation(app, agent, "2026-11-03T02:00:00Z"), user, USUAL);
        let finance = app.person(Role::Finance);
        let lines = || {
            let page = finance.get("ledger?period=2026-11").expect(200).json();
            let of = |line: &Value| (line["kind"].as_str().unwrap().to_owned(), line["amount"]["amount_minor"].as_i64().unwrap());
            let mut lines: Vec<_> = page["items"].as_array().unwrap().iter().map(of).collect();
            lines.sort();
            lines
        };
        let mut sheet_of_e = sheet(&["identity_check"]);
        sheet_of_e["violations"] = json!([{ "violation_type": "repayment_proof_missing" }]);
        let first = submit(&client, made, &sheet_of_e).expect(201).json();
        let fine = |amount: i64| ("fine".to_owned(), amount);
        let reversal = |amount: i64| ("reversal".to_owned(), amount);
        assert_eq!(lines(), [fine(5_000), fine(30_000)]);
        submit(&client, made, &sheet_of_e).expect(201);
        assert_eq!(lines().len(), 2, "a violation is fined once");
        // The identity was verified after all, and the customer lost money by the missing proof: class D.
        let mut corrected = sheet(&[]);
        corrected["violations"] = json!([{ "violation_type": "repayment_proof_missing", "money_lost": true }]);
        let path = format!("evaluations/{}", first["id"].as_str().unwrap());
        let after = client.put_if(&path, "\"1\"", &json!({ "sheet": corrected, "reason": "重听" })).expect(200).json();
        assert_eq!((codes(&after["violations"]), &after["violations"][0]["class"]), (vec!["repayment_proof_missing"], &json!("D")));
        assert_eq!(lines(), [fine(5_000), fine(10_000), fine(30_000), reversal(-30_000), reversal(-5_000)]);
    }

    fn an_evaluation_keeps_the_classes_it_was_graded_with(app: &TestApp) {
        let agent = agent(app, "1001", team(app, "t", None, None));
        let (user, client) = inspector(app);
        let draw = draw(app, "2026-11");
        let first = sample(app, draw, agent, conversation(app, agent, "2026-11-03T02:00:00Z"), user, USUAL);
        let before = submit(&client, first, &sheet(&["attitude"])).expect(201).json();
        let manager = app.person(Role::QaManager);
        let types = manager.get("violation-types?limit=200").expect(200).json();
        let mut attitude = types["items"].as_array().unwrap().iter().find(|it| it["code"] == "service_attitude").unwrap().clone();
        let path = format!("violation-types/{}", attitude["id"].as_str().unwrap());
        let object = attitude.as_object_mut().unwrap();
        object.remove("id");
        object.remove("version");
        object.insert("class".into(), "C".into());
        object.insert("kind".into(), "key".into());
        manager.put_if(&path, "\"1\"", &attitude).expect(200);
        manager.send("POST", &format!("{path}/deactivate"), &[("if-match", "\"2\"")], &[]).expect(200);

        let evaluation = format!("evaluations/{}", before["id"].as_str().unwrap());
        let correction = json!({ "sheet": sheet(&["attitude", "greeting"]), "reason": "补充" });
        let after = client.put_if(&evaluation, "\"1\"", &correction).expect(200).json();
        assert_eq!(codes(&after["violations"]), ["process_not_followed", "service_attitude"]);
        assert_eq!((&after["violations"][1]["class"], &after["violations"][1]["error_kind"]), (&json!("D"), &json!("non_key")));
        // A new one is graded with the catalogue as it is now: the item fails, but the type is out of use.
        let second = sample(app, draw, agent, conversation(app, agent, "2026-11-03T03:00:00Z"), user, USUAL);
        let new = submit(&client, second, &sheet(&["attitude"])).expect(201).json();
        assert_eq!((codes(&new["violations"]).len(), &new["non_key_errors"]), (0, &json!(1)));
    }

    fn everybody_sees_what_is_theirs(app: &TestApp) {
        let (north, south) = (team(app, "north", None, None), team(app, "south", None, None));
        let below = team(app, "north-1", Some(north), None);
        let (one, two) = (agent(app, "1001", below), agent(app, "2001", south));
        let draw = draw(app, "2026-11");
        let (user, client) = inspector(app);
        let seen = sample(app, draw, one, conversation(app, one, "2026-11-03T02:00:00Z"), user, USUAL);
        let blind = Special { blind: true, kind: SampleKind::Targeted, counts: false };
        let hidden = sample(app, draw, two, conversation(app, two, "2026-11-03T02:00:00Z"), user, blind);
        let of_one = submit(&client, seen, &sheet(&["respect"])).expect(201).json();
        let of_two = submit(&client, hidden, &sheet(&["respect"])).expect(201).json();
        assert_eq!((&of_one["employee_no"], &of_two["employee_no"], &of_two["agent_id"]), (&json!("1001"), &Value::Null, &Value::Null));
        assert_eq!(of_two["violations"][0]["agent_name"], Value::Null);

        let total = |client: &crate::support::Client, list: &str| client.get(list).expect(200).json()["items"].as_array().unwrap().len();
        let (_, agent_one) = app.user("agent", Some(one), &[Grant { role: Role::Agent, reach: GrantReach::Own }]);
        let (_, lead) = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(north) }]);
        let (_, other_inspector) = inspector(app);
        let auditor = app.person(Role::Auditor);
        for (who, evaluations) in [(&agent_one, 1), (&lead, 1), (&other_inspector, 0), (&client, 2), (&auditor, 2)] {
            assert_eq!((total(who, "evaluations"), total(who, "violations")), (evaluations, evaluations));
        }
        let path = format!("evaluations/{}", of_two["id"].as_str().unwrap());
        for stranger in [&agent_one, &lead, &other_inspector] {
            stranger.get(&path).refused(404, "not_found");
            stranger.get(&format!("{path}/revisions")).refused(404, "not_found");
        }
        app.person(Role::Finance).get("evaluations").refused(403, "forbidden");
        assert_eq!(auditor.get(&path).expect(200).json()["employee_no"], "2001");
        // Filters, and none that tells the inspector whom blind mode hides.
        assert_eq!(total(&auditor, &format!("evaluations?agent_id={two}&period=2026-11&kind=targeted&inspector_id={user}")), 1);
        assert_eq!(total(&auditor, &format!("violations?team_id={north}&class=A&violation_type=abused_customer")), 1);
        assert_eq!(total(&auditor, "violations?class=B"), 0);
        assert_eq!(total(&client, &format!("evaluations?agent_id={two}")), 0);
        assert_eq!(total(&client, &format!("violations?team_id={south}")), 0);
        auditor.get("evaluations?agent=1").expect(400);
        auditor.get("violations?class=F").expect(400);

        let page = auditor.get("evaluations?limit=1").expect(200).json();
        let next = auditor.get(&format!("evaluations?limit=1&cursor={}", page["next"].as_str().unwrap())).expect(200).json();
        assert_ne!(page["items"][0]["id"], next["items"][0]["id"]);
        assert_eq!(next["next"], Value::Null);
    }
}
