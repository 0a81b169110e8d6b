//! Inspecting the inspectors: blind second gradings, differences, and what a missed error costs.

use assay::domain::access::{Grant, GrantReach, Role};
use serde_json::{Value, json};

use crate::support::aftermath::{People, addressed, hearings, letters, lines, posted};
use crate::support::grading::{self, sheet};
use crate::support::on_both;

on_both! {
    fn a_missed_error_without_good_reason_costs_the_first_inspector_double(app: &TestApp) {
        let mut people = People::new(app, "2026-11-05");
        // The inspector is also on the ledger, as an agent of another team.
        let qa = grading::team(app, "qa", None, None);
        let inspector_agent = grading::agent(app, "9001", qa);
        let first = app.user("inspector", Some(inspector_agent), &[Grant { role: Role::Inspector, reach: GrantReach::Own }]);
        let (second_id, second) = std::mem::replace(&mut people.inspector, first);
        let evaluation = people.failing(app, &["greeting"]);
        let manager = &people.managers[0].1;
        people.inspector.1.post("regrades/choice", &json!({ "period": "2026-11", "percent": 10 })).refused(403, "forbidden");
        manager.post("regrades/choice", &json!({ "period": "2026-11", "percent": 0 })).refused(400, "invalid");
        let chosen = manager.post("regrades/choice", &json!({ "period": "2026-11", "percent": 10 })).expect(200).json();
        assert_eq!((&chosen["candidates"], &chosen["chosen"], &chosen["unassigned"]), (&json!(1), &json!(1), &json!(0)));
        let again = manager.post("regrades/choice", &json!({ "period": "2026-11", "percent": 100 })).expect(200).json();
        assert_eq!(again["candidates"], 0, "none is chosen twice");

        assert!(people.inspector.1.get("regrades").expect(200).json()["items"].as_array().unwrap().is_empty());
        let task = second.get("regrades").expect(200).json()["items"][0].clone();
        assert_eq!((&task["inspector_id"], &task["evaluation_id"], &task["first_inspector_id"]), (&json!(second_id), &Value::Null, &Value::Null));
        let path = format!("regrades/{}", task["id"].as_str().unwrap());
        people.inspector.1.post(&format!("{path}/grade"), &json!({ "sheet": sheet(&[]) })).refused(404, "not_found");
        let graded = second.post(&format!("{path}/grade"), &json!({ "sheet": sheet(&["identity_check"]) })).expect(200).json();
        assert_eq!((&graded["state"], &graded["differences"]), (&json!("graded"), &Value::Null));
        second.post(&format!("{path}/grade"), &json!({ "sheet": sheet(&[]) })).refused(409, "already_graded");
        let unchanged = manager.get(&format!("evaluations/{evaluation}")).expect(200).json();
        assert_eq!((&unchanged["key_errors"], &unchanged["revision"]), (&json!(0), &json!(1)), "the result is not touched");

        let seen = manager.get(&path).expect(200).json();
        let items: Vec<_> = seen["differences"].as_array().unwrap().iter().map(|it| it["item"].clone()).collect();
        assert_eq!(items, ["greeting", "identity_check"]);
        let verdict = |greeting: &str, good_reason: bool| {
            json!({ "decisions": [
                { "verdict": greeting, "reason": "was said" },
                { "verdict": "second_right", "good_reason": good_reason, "reason": "not verified" },
            ] })
        };
        let decision = format!("{path}/decision");
        second.post_if(&decision, 2, &verdict("first_right", false)).refused(403, "forbidden");
        manager.post_if(&decision, 2, &json!({ "decisions": [] })).refused(400, "invalid");
        let decided = manager.post_if(&decision, 2, &verdict("first_right", false)).expect(200).json();
        assert_eq!(decided["borne"]["amount_minor"], 60_000, "double the 300.00 of class B");
        assert_eq!(lines(app, inspector_agent), posted(&[("2026-11", "manual", 60_000)]));
        assert_eq!(decided["regrade"]["state"], "decided");
        manager.post_if(&decision, 3, &verdict("first_right", true)).refused(409, "not_graded_again");
    }

    fn what_an_inspector_bears_is_never_decided_without_being_posted(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let admin = app.user("admin", None, &[Grant { role: Role::Admin, reach: GrantReach::All }]).1;
        let (_, second) = grading::inspector(app);
        people.failing(app, &[]);
        let manager = &people.managers[0].1;
        manager.post("regrades/choice", &json!({ "period": "2026-11", "percent": 100 })).expect(200);
        let path = format!("regrades/{}", second.get("regrades").expect(200).json()["items"][0]["id"].as_str().unwrap());
        second.post(&format!("{path}/grade"), &json!({ "sheet": sheet(&["identity_check"]) })).expect(200);
        let missed = json!({ "decisions": [{ "verdict": "second_right", "good_reason": false, "reason": "not verified" }] });
        let decision = format!("{path}/decision");
        let refused = manager.post_if(&decision, 2, &missed).refused(409, "no_staff_record");
        assert!(refused.contains("bear 600.00 CNY"), "{refused}");
        assert_eq!(manager.get(&path).expect(200).json()["state"], "graded", "nothing is half decided");

        let qa = grading::team(app, "qa", None, None);
        let staff = grading::agent(app, "9001", qa);
        let account = format!("users/{}", people.inspector.0);
        let etag = admin.get(&account).expect(200).header("etag").unwrap().to_owned();
        admin.patch_if(&account, &etag, &json!({ "agent_id": staff })).expect(200);
        addressed(app);
        let decided = manager.post_if(&decision, 2, &missed).expect(200).json();
        assert!(decided["posted"].is_string());
        let told = letters(app, people.inspector.0, "charged");
        assert_eq!((told.len(), &told[0]["amount"]["amount_minor"], &told[0]["reason"]), (1, &json!(60_000), &json!("not verified")));
        assert_eq!(lines(app, staff), posted(&[("2026-11", "manual", 60_000)]));
    }

    fn the_second_inspector_reads_and_hears_what_is_to_be_judged_and_nothing_more(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let manager = &people.managers[0].1;
        let ((first, sound), (other, other_sound)) = (people.recorded("call-1"), people.recorded("call-2"));
        let evaluation = people.graded_this(app, first, &sheet(&[]));
        let (second_id, second) = grading::inspector(app);
        second.get(&format!("conversations/{first}")).refused(404, "not_found");
        manager.post("regrades/choice", &json!({ "period": "2026-11", "percent": 100 })).expect(200);
        let told = letters(app, second_id, "assignments");
        assert_eq!((told.len(), &told[0]["samples"]), (1, &json!(1)));
        let read = second.get(&format!("conversations/{first}")).expect(200).json();
        assert_eq!((&read["agent"], read["transcript"].as_array().unwrap().len()), (&Value::Null, 1), "whose it is is not told");
        app.clock.advance(chrono::Duration::days(14));
        app.run(assay::jobs::daily_mail::run_once(&app.app)).unwrap();
        let due = letters(app, second_id, "samples_due");
        assert_eq!((&due[0]["days"][0]["what"], &due[0]["days"][0]["samples"]), (&json!("second_grading"), &json!(1)));
        second.get(&sound).expect(200);
        assert_eq!(hearings(app, second_id), 1, "each hearing is in the audit log");
        second.get(&format!("conversations/{other}")).refused(404, "not_found");
        second.get(&other_sound).refused(404, "not_found");
        second.get(&format!("evaluations/{evaluation}")).refused(404, "not_found");
        let listed = second.get("conversations").expect(200).json();
        assert!(listed["items"].as_array().unwrap().is_empty(), "it is no sample of the second inspector");

        let task = second.get("regrades").expect(200).json()["items"][0]["id"].as_str().unwrap().to_owned();
        second.post(&format!("regrades/{task}/grade"), &json!({ "sheet": sheet(&[]) })).expect(200);
        second.get(&format!("conversations/{first}")).refused(404, "not_found");
        second.get(&sound).refused(404, "not_found");
    }

    fn a_manager_who_is_to_grade_again_does_not_see_the_first_grade_before(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        people.failing(app, &["greeting"]);
        let both = [Role::QaManager, Role::Inspector].map(|role| Grant { role, reach: GrantReach::All });
        let (both_id, both) = app.user("both", None, &both);
        people.managers[0].1.post("regrades/choice", &json!({ "period": "2026-11", "percent": 100 })).expect(200);
        let task = both.get("regrades").expect(200).json()["items"][0].clone();
        assert_eq!((&task["inspector_id"], &task["evaluation_id"]), (&json!(both_id), &Value::Null));
        let path = format!("regrades/{}", task["id"].as_str().unwrap());
        assert_eq!(both.get(&path).expect(200).json()["first_inspector_id"], Value::Null);
        assert_eq!(people.managers[0].1.get(&path).expect(200).json()["first_inspector_id"], json!(people.inspector.0));
        both.post(&format!("{path}/grade"), &json!({ "sheet": sheet(&[]) })).expect(200);
        assert_eq!(both.get(&path).expect(200).json()["first_inspector_id"], json!(people.inspector.0));
    }
}
