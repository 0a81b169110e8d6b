//! Appeals: who may make and decide them, and that a decision changes the figures and the money by itself.

use assay::db::appeals::{holds, is_pending};
use assay::domain::access::{Actor, Grant, GrantReach, Role};
use assay::domain::id::{AgentId, EvaluationId};
use assay::domain::month_close::Blockers;
use assay::usecases::appeals::remind::remind;
use assay::usecases::mail::month::write_step;
use serde_json::{Value, json};

use crate::support::aftermath::{People, addressed, hearings, letters, lines, posted};
use crate::support::grading;
use crate::support::{Client, Response, on_both};

fn item(code: &str) -> Value {
    json!({ "kind": "item", "item": code })
}

fn appeal(evaluation: EvaluationId, targets: &[Value]) -> Value {
    let points: Vec<Value> = targets.iter().map(|target| json!({ "target": target, "text": "did do it" })).collect();
    json!({ "evaluation_id": evaluation, "points": points, "text": "please listen again" })
}

/// The violation of a type on an evaluation, as the target of a point.
fn violation(client: &Client, evaluation: EvaluationId, code: &str) -> Value {
    let found = client.get(&format!("evaluations/{evaluation}")).expect(200).json();
    let all = found["violations"].as_array().unwrap();
    let id = &all.iter().find(|it| it["violation_type"] == code).unwrap()["id"];
    json!({ "kind": "violation", "violation_id": id })
}

fn made(client: &Client, body: &Value) -> (String, i64) {
    let answer = client.post("appeals", body).expect(201).json();
    (answer["id"].as_str().unwrap().to_owned(), answer["version"].as_i64().unwrap())
}

fn decide(client: &Client, (id, version): &(String, i64), points: &Value) -> Response {
    client.post_if(&format!("appeals/{id}/decision"), *version, &json!({ "points": points, "reason": "heard the recording" }))
}

fn tally(client: &Client, agent: AgentId, period: &str) -> (Value, Value) {
    let result = client.get(&format!("results/{period}/agents/{agent}")).expect(200).json();
    (result["key_errors"].clone(), result["verdict"].clone())
}

on_both! {
    fn an_appeal_won_before_the_close_changes_the_result_the_money_and_the_case(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let manager = &people.managers[0].1;
        let evaluation = people.failing(app, &["respect", "greeting"]);
        assert_eq!(tally(manager, people.agent, "2026-11"), (json!(1), json!("fail")));
        let appeal = made(&people.agent_client, &appeal(evaluation, &[item("respect")]));
        assert_eq!(letters(app, people.managers[0].0, "appeal_submitted").len(), 1);
        let may = |client: &Client| client.get(&format!("appeals/{}", appeal.0)).expect(200).json()["may"].clone();
        assert_eq!((may(&people.agent_client), may(&people.lead.1)), (json!(["attach", "withdraw"]), json!(["attach"])));
        assert_eq!((may(manager), may(&people.inspector.1)), (json!(["attach", "decide"]), json!([])));
        let correction = json!({ "sheet": grading::sheet(&[]), "reason": "too late" });
        people.inspector.1.put_if(&format!("evaluations/{evaluation}"), "\"1\"", &correction).refused(409, "under_appeal");

        let decided = decide(manager, &appeal, &json!([{ "target": item("respect"), "outcome": "overturned" }])).expect(200).json();
        assert_eq!((&decided["state"], &decided["points"][0]["outcome"]), (&json!("final"), &json!("overturned")));
        assert_eq!(decided["decisions"][0]["effect"]["before"]["key_errors"], 1);
        assert_eq!((&decided["decisions"][0]["effect"]["after"]["key_errors"], &decided["decisions"][0]["revision"]), (&json!(0), &json!(2)));
        assert_eq!(tally(manager, people.agent, "2026-11").0, json!(0));
        let now = manager.get(&format!("evaluations/{evaluation}")).expect(200).json();
        assert_eq!((&now["key_errors"], &now["non_key_errors"], &now["revision"]), (&json!(0), &json!(1), &json!(2)));
        let expected = [("2026-11", "fine", 50_000), ("2026-11", "fine", 10_000), ("2026-11", "reversal", -50_000)];
        let mut got = lines(app, people.agent);
        got.sort();
        let mut expected = posted(&expected);
        expected.sort();
        assert_eq!(got, expected);
        assert_eq!(manager.get("escalations").expect(200).json()["items"][0]["state"], "closed");
        assert_eq!(letters(app, people.lead.0, "escalation_closed").len(), 1);
        decide(manager, &(appeal.0.clone(), 2), &json!([])).refused(409, "appeal_not_pending");
    }

    fn an_appeal_won_after_the_close_adjusts_the_open_month_and_leaves_the_closed_list_as_it_was(app: &TestApp) {
        let people = People::new(app, "2026-10-20");
        let manager = &people.managers[0].1;
        let evaluation = people.failing(app, &["identity_check"]);
        let appeal = made(&people.lead.1, &appeal(evaluation, &[violation(manager, evaluation, "identity_not_verified")]));
        let close = "periods/2026-10/close";
        let refused = manager.post(close, &json!({})).refused(409, "override_needed");
        assert!(refused.contains("1 appeals are open"), "{refused}");
        manager.post(close, &json!({ "override_reason": "finance cannot wait" })).expect(200);
        let list = manager.get("fine-lists/2026-10?format=csv").expect(200).bytes;
        let target = violation(manager, evaluation, "identity_not_verified");
        decide(manager, &appeal, &json!([{ "target": target, "outcome": "overturned" }])).expect(200);
        assert_eq!(lines(app, people.agent), posted(&[("2026-10", "fine", 30_000), ("2026-11", "adjustment", -30_000)]));
        let named = manager.get("ledger?period=2026-11").expect(200).json();
        let original = manager.get("ledger?period=2026-10").expect(200).json();
        assert_eq!(named["items"][0]["original_id"], original["items"][0]["id"]);
        assert_eq!(manager.get("fine-lists/2026-10?format=csv").expect(200).bytes, list, "the closed list stays byte for byte");
        let now = manager.get(&format!("evaluations/{evaluation}")).expect(200).json();
        assert_eq!(now["key_errors"], 0, "the violation took the error of its item with it");
    }

    fn a_violation_is_changed_from_d_to_e(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let manager = &people.managers[0].1;
        let evaluation = people.failing(app, &["attitude"]);
        let target = violation(manager, evaluation, "service_attitude");
        let appeal = made(&people.agent_client, &appeal(evaluation, std::slice::from_ref(&target)));
        let point = |outcome: Value| {
            let mut point = json!({ "target": target });
            point.as_object_mut().unwrap().extend(outcome.as_object().unwrap().clone());
            json!([point])
        };
        decide(manager, &appeal, &point(json!({ "outcome": "changed" }))).refused(400, "invalid");
        decide(manager, &appeal, &point(json!({ "outcome": "changed", "to_type": "no_such_type" }))).refused(400, "invalid");
        let decided = decide(manager, &appeal, &point(json!({ "outcome": "changed", "to_class": "E" }))).expect(200).json();
        assert_eq!(decided["state"], "decided", "not everything was granted, so there is a second instance");
        let expected = [("2026-11", "fine", 10_000), ("2026-11", "reversal", -10_000), ("2026-11", "fine", 5_000)];
        assert_eq!(lines(app, people.agent), posted(&expected));

        let version = decided["version"].as_i64().unwrap();
        let second = format!("appeals/{}/second-instance", appeal.0);
        let asked = people.agent_client.post_if(&second, version, &json!({ "text": "still wrong" })).expect(200).json();
        let asked = (appeal.0.clone(), asked["version"].as_i64().unwrap());
        decide(manager, &asked, &point(json!({ "outcome": "overturned" }))).refused(403, "forbidden");
        let last = decide(&people.managers[1].1, &asked, &point(json!({ "outcome": "overturned" }))).expect(200).json();
        assert_eq!((&last["state"], last["decisions"].as_array().unwrap().len()), (&json!("final"), 2));
        assert_eq!(lines(app, people.agent).iter().map(|line| line.2).sum::<i64>(), 0);
        assert_eq!(last["decisions"][0]["points"][0]["to_class"], "E", "the first decision stays readable");
    }

    fn nobody_appeals_or_decides_who_may_not(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let evaluation = people.failing(app, &["ownership", "greeting"]);
        let other_team = grading::team(app, "other", None, None);
        let other_agent = grading::agent(app, "2002", other_team);
        let own = [Grant { role: Role::Agent, reach: GrantReach::Own }];
        let stranger = app.user("agent", Some(other_agent), &own).1;
        let other_lead = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(other_team) }]).1;
        let body = appeal(evaluation, &[item("ownership")]);
        stranger.post("appeals", &body).refused(404, "not_found");
        other_lead.post("appeals", &body).refused(404, "not_found");
        people.inspector.1.post("appeals", &body).refused(403, "forbidden");
        people.agent_client.post("appeals", &appeal(evaluation, &[item("respect")])).refused(400, "invalid");
        let appeal_made = made(&people.lead.1, &body);
        people.agent_client.post("appeals", &body).refused(409, "already_appealed");
        assert_eq!(people.inspector.1.get("appeals").expect(200).json()["items"].as_array().unwrap().len(), 1, "about what was graded");
        assert!(stranger.get("appeals").expect(200).json()["items"].as_array().unwrap().is_empty());

        let points = json!([{ "target": item("ownership"), "outcome": "upheld" }]);
        people.lead.1.post_if(&format!("appeals/{}/decision", appeal_made.0), 1, &json!({ "points": points, "reason": "no" })).refused(403, "forbidden");
        let of_team = app.user("manager", None, &[Grant { role: Role::QaManager, reach: GrantReach::Team(people.team) }]).1;
        decide(&of_team, &appeal_made, &points).refused(403, "forbidden");
        let colleague = grading::agent(app, "1002", people.team);
        let in_team = app.user("manager", Some(colleague), &[Grant { role: Role::QaManager, reach: GrantReach::All }]).1;
        decide(&in_team, &appeal_made, &points).refused(403, "forbidden");
        decide(&people.managers[0].1, &(appeal_made.0.clone(), 9), &points).refused(412, "stale");
        decide(&people.managers[0].1, &appeal_made, &points).expect(200);
        assert_eq!(lines(app, people.agent).len(), 2, "upholding changes nothing");

        // The time is over five working days after the result.
        app.clock.advance(chrono::Duration::days(8));
        people.agent_client.post("appeals", &appeal(evaluation, &[item("greeting")])).refused(409, "appeal_time_over");
    }

    fn an_appeal_has_attachments_is_taken_back_and_is_counted(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let manager = &people.managers[0].1;
        let evaluation = people.failing(app, &["ownership", "attitude"]);
        let (id, version) = made(&people.agent_client, &appeal(evaluation, &[item("ownership"), item("attitude")]));
        let attach = |name: &str, content: &[u8]| {
            people.agent_client.send("POST", &format!("appeals/{id}/attachments?name={name}"), &[("content-type", "application/octet-stream")], content)
        };
        let kept = attach("note.txt", "截图".as_bytes()).expect(200).json();
        assert_eq!((&kept["media_type"], &kept["bytes"]), (&json!("text/plain; charset=utf-8"), &json!(6)));
        attach("bad.exe", b"MZ\0\0").refused(415, "unsupported");
        attach("big.txt", &vec![b'a'; (5 << 20) + 1]).refused(413, "too_large");
        let file = manager.get(&format!("appeals/{id}/attachments/{}", kept["id"].as_str().unwrap())).expect(200);
        assert_eq!(file.bytes, "截图".as_bytes());
        assert!(file.header("content-disposition").unwrap().starts_with("attachment"));
        app.person(Role::Finance).get(&format!("appeals/{id}")).refused(403, "forbidden");

        people.lead.1.post_if(&format!("appeals/{id}/withdrawal"), version, &json!({})).refused(403, "forbidden");
        people.agent_client.post_if(&format!("appeals/{id}/withdrawal"), version, &json!({})).expect(200);
        let again = made(&people.agent_client, &appeal(evaluation, &[item("ownership"), item("attitude")]));
        app.clock.advance(chrono::Duration::days(1));
        let points = json!([
            { "target": item("ownership"), "outcome": "upheld" },
            { "target": item("attitude"), "outcome": "overturned" },
        ]);
        decide(manager, &again, &points).expect(200);
        let figures = manager.get("appeals/statistics?period=2026-11").expect(200).json();
        assert_eq!((&figures["appeals"], &figures["pending"], &figures["mean_days"]), (&json!(1), &json!(0), &json!(1.0)));
        assert_eq!((&figures["overall"]["points"], &figures["overall"]["accepted_share"]), (&json!(2), &json!(0.5)));
        assert_eq!(figures["inspectors"][0]["user_id"], json!(people.inspector.0));
        assert_eq!(figures["items"].as_array().unwrap().len(), 2);
    }

    fn an_appeal_that_waits_is_called_to_mind_once_before_its_time_and_once_after(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let evaluation = people.failing(app, &["ownership"]);
        // Made on Tuesday 10 November: five working days end with Tuesday 17 November.
        let (id, _) = made(&people.agent_client, &appeal(evaluation, &[item("ownership")]));
        let due = people.lead.1.get(&format!("appeals/{id}")).expect(200).json()["due_at"].clone();
        assert_eq!(due, "2026-11-17T16:00:00Z");
        let round = |at: &str| {
            app.clock.set(at.parse().unwrap());
            app.run(remind(&app.app)).unwrap()
        };
        assert_eq!(round("2026-11-16T15:59:59Z"), 0);
        assert_eq!((round("2026-11-16T16:00:00Z"), round("2026-11-17T01:00:00Z")), (1, 0));
        assert_eq!((round("2026-11-17T16:00:00Z"), round("2026-11-30T01:00:00Z")), (1, 0));
        assert_eq!(letters(app, people.managers[0].0, "appeal_due").len(), 1);
        assert_eq!(letters(app, people.managers[1].0, "appeal_overdue").len(), 1);
    }

    fn who_heard_the_first_result_or_the_month_hears_what_the_appeal_changed(app: &TestApp) {
        let people = People::new(app, "2026-10-20");
        addressed(app);
        let manager = &people.managers[0].1;
        let (won, lost) = (people.failing(app, &["identity_check"]), people.failing(app, &["attitude"]));
        let me = people.agent_client.get("me").expect(200).json()["user_id"].as_str().unwrap().parse().unwrap();
        assert_eq!(letters(app, me, "agent_result").len(), 2);
        let first = made(&people.agent_client, &appeal(lost, &[item("attitude")]));
        decide(manager, &first, &json!([{ "target": item("attitude"), "outcome": "upheld" }])).expect(200);
        assert_eq!(letters(app, me, "result_changed").len(), 0, "what was upheld has not changed");
        assert_eq!(letters(app, me, "appeal_decided").len(), 1);

        manager.post("periods/2026-10/close", &json!({})).expect(200);
        while app.run(write_step(&app.app, &Actor::service())).unwrap() {}
        assert_eq!((letters(app, me, "agent_month").len(), letters(app, people.lead.0, "lead_month").len()), (1, 1));
        let second = made(&people.agent_client, &appeal(won, &[item("identity_check")]));
        decide(manager, &second, &json!([{ "target": item("identity_check"), "outcome": "overturned" }])).expect(200);
        for user in [me, people.lead.0] {
            let told = letters(app, user, "result_changed");
            assert_eq!((told.len(), &told[0]["before"]["key"], &told[0]["evaluation"]["errors"]["key"]), (1, &json!(1), &json!(0)));
            assert_eq!(told[0]["reason"], "heard the recording");
        }
        let other = grading::team(app, "other", None, None);
        let stranger = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(other) }]).0;
        assert!(letters(app, stranger, "result_changed").is_empty());
    }

    fn while_a_month_is_being_closed_appeals_and_decisions_come_again_later(app: &TestApp) {
        let people = People::new(app, "2026-10-20");
        let manager = &people.managers[0].1;
        let (first, second) = (people.failing(app, &["identity_check"]), people.failing(app, &["attitude"]));
        let waiting = made(&people.agent_client, &appeal(first, &[item("identity_check")]));
        let period = grading::month("2026-10");
        app.write(move |tx| {
            let close = tx.id();
            assay::db::periods::begin_close(tx, period, close, Blockers::default(), Some("test"))
        });
        people.agent_client.post("appeals", &appeal(second, &[item("attitude")])).refused(503, "busy");
        let overturned = json!([{ "target": item("identity_check"), "outcome": "overturned" }]);
        decide(manager, &waiting, &overturned).refused(503, "busy");
        app.write(move |tx| assay::db::periods::forget_close(tx, period));
        people.agent_client.post("appeals", &appeal(second, &[item("attitude")])).expect(201);
        decide(manager, &waiting, &overturned).expect(200);
    }

    fn evidence_is_held_while_an_appeal_waits(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let evaluation = people.failing(app, &["ownership"]);
        let conversation = app.read(move |conn| Ok(assay::db::concerned::of_evaluation(conn, evaluation)?.conversation_id));
        let held = || app.read(move |conn| Ok((is_pending(conn, evaluation)?, holds(conn, conversation)?)));
        assert_eq!(held(), (false, false));
        let appeal = made(&people.agent_client, &appeal(evaluation, &[item("ownership")]));
        assert_eq!(held(), (true, true));
        decide(&people.managers[0].1, &appeal, &json!([{ "target": item("ownership"), "outcome": "upheld" }])).expect(200);
        assert_eq!(held(), (false, false));
    }

    fn a_decider_reads_and_hears_what_is_contested(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let (conversation, sound) = people.recorded("call-1");
        let evaluation = people.graded_this(app, conversation, &grading::sheet(&["ownership"]));
        made(&people.agent_client, &appeal(evaluation, &[item("ownership")]));
        let (decider, client) = &people.managers[1];
        client.get(&format!("evaluations/{evaluation}")).expect(200);
        client.get(&format!("conversations/{conversation}")).expect(200);
        client.get(&sound).expect(200);
        assert_eq!(hearings(app, *decider), 1);
    }
}
