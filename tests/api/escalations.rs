//! Escalation cases: opened with the evaluation, walked by the clock, acknowledged, ended, overturned.

use assay::db::schema::outbox;
use assay::domain::access::{Grant, GrantReach, Role};
use assay::usecases::escalation::walk::walk;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::support::aftermath::{People, letters, lines, posted};
use crate::support::grading::{self, sheet};
use crate::support::{Client, TestApp, on_both};

fn cases(client: &Client) -> Vec<Value> {
    client.get("escalations").expect(200).json()["items"].as_array().unwrap().clone()
}

fn only(client: &Client) -> (String, i64) {
    let all = cases(client);
    assert_eq!(all.len(), 1, "{all:?}");
    (all[0]["id"].as_str().unwrap().to_owned(), all[0]["version"].as_i64().unwrap())
}

fn history(case: &Value) -> Vec<&str> {
    case["history"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

fn walked(app: &TestApp, at: &str) -> usize {
    app.clock.set(at.parse().unwrap());
    app.run(walk(&app.app)).unwrap()
}

on_both! {
    /// 20 November 2026 is a Friday; 17:00 in Shanghai is 09:00 UTC.
    fn a_case_walks_through_all_levels_over_a_weekend(app: &TestApp) {
        app.clock.set("2026-11-20T09:00:00Z".parse().unwrap());
        let people = People::new(app, "2026-11-19");
        let evaluation = people.failing(app, &["respect", "greeting"]);
        let manager = &people.managers[0].1;
        let (id, _) = only(manager);
        let case = manager.get(&format!("escalations/{id}")).expect(200).json();
        assert_eq!((&case["state"], &case["level"], &case["due_at"]), (&json!("open"), &json!(1), &json!("2026-11-23T04:00:00Z")));
        assert_eq!(case["evaluation_id"], evaluation.to_string());
        assert_eq!((&case["findings"][0]["code"], &case["findings"][0]["trigger"]), (&json!("abused_customer"), &json!("red_line")));
        assert_eq!(case["told"], json!([people.lead.0]));
        assert_eq!(case["may"], json!(["acknowledge", "sanction"]));
        assert_eq!(people.lead.1.get(&format!("escalations/{id}")).expect(200).json()["may"], json!(["acknowledge"]));
        let mail = letters(app, people.lead.0, "escalation_opened");
        assert_eq!((mail.len(), &mail[0]["agent"]), (1, &json!("客服 1001")));
        assert_eq!(letters(app, people.managers[0].0, "escalation_opened").len(), 0, "the second level is not told yet");

        assert_eq!(walked(app, "2026-11-22T12:00:00Z"), 0, "nobody works on a Sunday");
        assert_eq!(walked(app, "2026-11-23T03:59:59Z"), 0);
        assert_eq!(walked(app, "2026-11-23T04:00:00Z"), 1);
        assert_eq!(walked(app, "2026-11-23T04:00:00Z"), 0, "the next level has its own time");
        let case = people.lead.1.get(&format!("escalations/{id}")).expect(200).json();
        assert_eq!((&case["level"], &case["due_at"]), (&json!(2), &json!("2026-11-24T03:00:00Z")));
        assert_eq!(letters(app, people.managers[1].0, "escalation_raised").len(), 1);
        assert_eq!(walked(app, "2026-11-24T03:00:00Z"), 1);
        assert_eq!(walked(app, "2026-12-24T03:00:00Z"), 0, "after the last level the clock is quiet");
        assert_eq!(letters(app, people.lead.0, "escalation_raised").len(), 1, "everybody is told once more");

        let done = people.lead.1.post(&format!("escalations/{id}/acknowledge"), &json!({})).expect(200).json();
        assert_eq!((&done["state"], &done["acknowledged_by"]), (&json!("acknowledged"), &json!(people.lead.0)));
        assert_eq!(history(&done), ["opened", "escalated", "chain_exhausted", "acknowledged"]);
        people.managers[0].1.post(&format!("escalations/{id}/acknowledge"), &json!({})).refused(409, "already_acknowledged");
    }

    /// The same Friday: Saturday is worked instead of Monday, which is a holiday, and there is a break at noon.
    fn time_runs_in_working_hours_and_not_on_holidays(app: &TestApp) {
        app.clock.set("2026-11-20T09:00:00Z".parse().unwrap());
        let people = People::new(app, "2026-11-19");
        let manager = &people.managers[0].1;
        let director = app.user("director", None, &[Grant { role: Role::QaManager, reach: GrantReach::All }]).0;
        let calendar = json!({
            "working_days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "hours": [{ "from": "09:00", "until": "12:00" }, { "from": "13:30", "until": "18:00" }],
            "holidays": ["2026-11-23"], "extra_working_days": ["2026-11-21"],
        });
        manager.put_if("calendar", "\"0\"", &calendar).expect(200);
        let level = |recipient: Value, minutes: u32| json!({ "recipients": [recipient], "minutes": minutes });
        let levels = [
            level(json!({ "role": "team_lead" }), 200),
            level(json!({ "role": "qa_manager" }), 480),
            level(json!({ "user_id": director }), 60),
        ];
        manager.put_if("escalation-policy", "\"0\"", &json!({ "levels": levels })).expect(200);
        people.failing(app, &["respect"]);
        let (id, _) = only(manager);
        let due = || {
            let case = manager.get(&format!("escalations/{id}")).expect(200).json();
            (case["level"].as_i64().unwrap(), case["due_at"].clone())
        };
        // An hour on Friday, the rest on the Saturday that is worked.
        assert_eq!(due(), (1, json!("2026-11-21T03:20:00Z")));
        assert_eq!((walked(app, "2026-11-21T03:19:59Z"), walked(app, "2026-11-21T03:20:00Z")), (0, 1));
        // 310 minutes of that Saturday, then Tuesday.
        assert_eq!(due(), (2, json!("2026-11-24T03:50:00Z")));
        assert_eq!((walked(app, "2026-11-23T09:00:00Z"), walked(app, "2026-11-24T03:50:00Z")), (0, 1));
        // Ten minutes before the break and fifty after it.
        assert_eq!(due(), (3, json!("2026-11-24T06:20:00Z")));
        assert_eq!(letters(app, director, "escalation_raised").len(), 2, "as a manager, and by name");
        assert_eq!((walked(app, "2026-11-24T06:20:00Z"), due()), (1, (3, Value::Null)));
        assert_eq!(walked(app, "2026-12-24T03:00:00Z"), 0);
    }

    fn a_case_is_acknowledged_by_the_link_in_its_mail(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        people.failing(app, &["confidentiality"]);
        let path = letters(app, people.lead.0, "escalation_opened")[0]["acknowledge_path"].as_str().unwrap().to_owned();
        let link = format!("escalation-links/{}", path.rsplit('/').next().unwrap());
        let nobody = app.anonymous();
        assert_eq!(nobody.get(&link).expect(200).json()["state"], "open", "looking acknowledges nothing");
        let done = nobody.post(&link, &json!({})).expect(200).json();
        assert_eq!((&done["state"], &done["findings"][0]["code"]), (&json!("acknowledged"), &json!("disclosed_sensitive_information")));
        assert_eq!(nobody.post(&link, &json!({})).expect(200).json(), done, "a second click changes nothing");
        nobody.get("escalation-links/assay_0000").refused(404, "not_found");
        let (id, _) = only(&people.lead.1);
        let case = people.lead.1.get(&format!("escalations/{id}")).expect(200).json();
        assert_eq!(case["acknowledged_by"], json!(people.lead.0));
        assert_eq!(case["history"][1]["details"], "by the link in the mail");
        app.clock.advance(chrono::Duration::days(31));
        nobody.get(&link).refused(409, "link_expired");
    }

    fn a_dismissal_needs_four_eyes_and_its_fine_and_notice_follow(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        people.failing(app, &["respect"]);
        let [(_, first), (second_id, second)] = &people.managers;
        let (id, version) = only(first);
        let path = format!("escalations/{id}/sanction");
        let sanction = json!({
            "kinds": ["dismissal", "fine", "notice"], "reason": "called the customer at 13800138000 names",
            "amount_minor": 12_300, "notice_to": ["group@example.com"],
        });
        people.lead.1.post_if(&path, version, &sanction).refused(403, "forbidden");
        first.post_if(&path, version, &json!({ "kinds": [], "reason": "" })).refused(400, "invalid");
        first.post_if(&path, version + 7, &sanction).refused(412, "stale");
        let proposed = first.post_if(&path, version, &sanction).expect(200).json();
        assert_eq!(proposed["state"], "proposed");
        assert_eq!(lines(app, people.agent), posted(&[("2026-11", "fine", 50_000)]));
        let version = proposed["version"].as_i64().unwrap();
        let decision = format!("{path}/decision");
        first.post_if(&decision, version, &json!({ "approve": true, "reason": "mine" })).refused(403, "forbidden");
        let ended = second.post_if(&decision, version, &json!({ "approve": true, "reason": "heard it too" })).expect(200).json();
        assert_eq!((&ended["state"], &ended["ended_by"]), (&json!("ended"), &json!(second_id)));
        assert_eq!(lines(app, people.agent), posted(&[("2026-11", "fine", 50_000), ("2026-11", "manual", 12_300)]));
        let notices: Vec<String> = app.read(|conn| {
            Ok(outbox::table.filter(outbox::address.eq("group@example.com")).select(outbox::params).load(conn)?)
        });
        assert_eq!(notices.len(), 1);
        assert!(!notices[0].contains("13800138000"), "the customer's data is masked: {}", notices[0]);
        first.post_if(&path, ended["version"].as_i64().unwrap(), &sanction).refused(409, "case_over");
    }

    fn a_case_closes_by_itself_only_when_its_finding_is_taken_back_and_opens_anew_for_a_new_one(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let evaluation = people.failing(app, &["respect"]);
        let manager = &people.managers[0].1;
        let correction = format!("evaluations/{evaluation}");
        let correct = |items: &[&str], revision: i64| {
            let correction_of = json!({ "sheet": sheet(items), "reason": "heard it again" });
            people.inspector.1.put_if(&correction, &format!("\"{revision}\""), &correction_of).expect(200);
        };
        correct(&["respect", "greeting"], 1);
        let (id, _) = only(manager);
        assert_eq!(cases(manager)[0]["state"], "open", "the finding still stands");
        correct(&["greeting"], 2);
        let case = manager.get(&format!("escalations/{id}")).expect(200).json();
        assert_eq!((&case["state"], &case["findings"][0]["standing"]), (&json!("closed"), &json!(false)));
        assert_eq!(history(&case), ["opened", "finding_overturned", "closed"]);
        assert_eq!(letters(app, people.lead.0, "escalation_closed").len(), 1);
        correct(&["respect"], 3);
        let all = cases(manager);
        assert_eq!((all.len(), &all[0]["state"], &all[1]["state"]), (2, &json!("open"), &json!("closed")));
    }

    fn a_count_within_the_month_opens_one_case(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let manager = &people.managers[0].1;
        let found = manager.get("escalation-policy").expect(200);
        assert_eq!(found.header("etag"), Some("\"0\""), "the default");
        let mut policy = found.json();
        policy["counts"] = json!([{ "code": "three-d", "classes": ["D"], "at_least": 3 }]);
        policy["levels"] = json!([{ "recipients": [{ "user_id": people.managers[1].0 }], "minutes": 60 }]);
        people.lead.1.put_if("escalation-policy", "\"0\"", &policy).refused(403, "forbidden");
        manager.put_if("escalation-policy", "\"0\"", &policy).expect(200);
        manager.put_if("escalation-policy", "\"0\"", &policy).refused(412, "stale");
        policy["levels"] = json!([{ "recipients": [{ "user_id": people.agent }], "minutes": 0 }]);
        manager.put_if("escalation-policy", "\"1\"", &policy).refused(400, "invalid");

        people.failing(app, &["greeting", "attitude"]);
        assert_eq!(cases(manager).len(), 0);
        people.failing(app, &["attitude"]);
        people.failing(app, &["attitude"]);
        let (id, _) = only(manager);
        let case = manager.get(&format!("escalations/{id}")).expect(200).json();
        assert_eq!((&case["findings"][0]["trigger"], &case["findings"][0]["code"]), (&json!("count"), &json!("three-d")));
        assert_eq!((&case["evaluation_id"], &case["told"]), (&Value::Null, &json!([people.managers[1].0])));
    }

    fn a_case_is_seen_by_those_it_concerns_and_never_by_the_agent(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        people.failing(app, &["ending"]);
        let (id, _) = only(&people.lead.1);
        let other = grading::team(app, "other", None, None);
        let stranger = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(other) }]).1;
        assert!(cases(&stranger).is_empty());
        stranger.get(&format!("escalations/{id}")).refused(404, "not_found");
        people.agent_client.get("escalations").refused(403, "forbidden");
        assert_eq!(cases(&people.inspector.1).len(), 0, "whoever graded is not told for that");
        assert_eq!(cases(&app.person(Role::Auditor)).len(), 1);
    }
}
