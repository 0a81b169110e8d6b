//! Calibration: blind until it is closed, measured afterwards, and without any effect on results.

use serde_json::json;

use crate::support::aftermath::{People, hearings, letters, lines};
use crate::support::grading::{self, sheet};
use crate::support::on_both;

on_both! {
    fn a_session_is_blind_then_names_the_items_that_divide_people(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let manager = &people.managers[0].1;
        let (second_id, second) = grading::inspector(app);
        let (third_id, third) = grading::inspector(app);
        let body = json!({
            "name": "November", "conversation_id": grading::conversation(app, people.agent, "2026-11-03T02:00:00Z"),
            "scorecard_version_id": grading::published(app, "phone"), "participants": [people.inspector.0, second_id],
            "reference_id": people.managers[1].0, "due_on": "2026-11-20",
        });
        people.inspector.1.post("calibrations", &body).refused(403, "forbidden");
        manager.post("calibrations", &json!({ "name": "", "conversation_id": people.agent, "scorecard_version_id": people.agent,
            "participants": [second_id], "due_on": "2026-11-01" })).refused(400, "invalid");
        let made = manager.post("calibrations", &body).expect(201).json();
        let path = format!("calibrations/{}", made["id"].as_str().unwrap());
        third.get(&path).refused(404, "not_found");
        let grade = |failed: &[&str]| json!({ "sheet": sheet(failed) });
        third.put(&format!("{path}/grade"), &grade(&[])).refused(404, "not_found");
        second.put(&format!("{path}/grade"), &json!({ "sheet": { "items": [] } })).refused(400, "invalid");
        people.inspector.1.put(&format!("{path}/grade"), &grade(&["respect", "greeting"])).expect(200);
        let seen = second.put(&format!("{path}/grade"), &grade(&["greeting"])).expect(200).json();
        assert_eq!(seen["grades"].as_object().unwrap().keys().collect::<Vec<_>>(), [&second_id.to_string()], "only the own grade");
        people.managers[1].1.put(&format!("{path}/grade"), &grade(&["greeting", "attitude"])).expect(200);
        manager.get(&format!("{path}/report")).refused(409, "calibration_open");

        let closed = manager.post_if(&format!("{path}/close"), 1, &json!({})).expect(200).json();
        assert_eq!((&closed["state"], closed["grades"].as_object().unwrap().len()), (&json!("closed"), 3));
        second.put(&format!("{path}/grade"), &grade(&[])).refused(409, "calibration_closed");
        let report = second.get(&format!("{path}/report")).expect(200).json();
        assert_eq!(report["dividing"], json!(["respect"]));
        assert_eq!((&report["overall"]["units"], &report["overall"]["percentage"]), (&json!(17), &json!(0.9412)));
        assert_eq!(report["people"].as_array().unwrap().len(), 2, "who gives the reference is none of the participants");
        let attitude = report["items"].as_array().unwrap().iter().find(|it| it["item"] == "attitude").unwrap();
        assert_eq!((&attitude["like_reference"], &attitude["agreement"]["percentage"]), (&json!(0.0), &json!(1.0)));
        assert_eq!(manager.get("calibrations/report").expect(200).json()["sessions"], 1);

        assert!(lines(app, people.agent).is_empty() && manager.get("escalations").expect(200).json()["items"].as_array().unwrap().is_empty());
        let result = manager.get(&format!("results/2026-11/agents/{}", people.agent));
        assert!(result.status == 404 || result.json()["evaluations"] == 0, "calibration touches no result");
        assert_ne!(third_id, second_id);
    }

    fn whoever_takes_part_reads_and_hears_the_conversation_while_it_is_open(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let manager = &people.managers[0].1;
        let ((conversation, sound), (other, _)) = (people.recorded("call-1"), people.recorded("call-2"));
        let (second_id, second) = grading::inspector(app);
        let body = json!({
            "name": "November", "conversation_id": conversation, "scorecard_version_id": grading::published(app, "phone"),
            "participants": [people.inspector.0, second_id], "due_on": "2026-11-20",
        });
        second.get(&format!("conversations/{conversation}")).refused(404, "not_found");
        let made = manager.post("calibrations", &body).expect(201).json();
        let read = second.get(&format!("conversations/{conversation}")).expect(200).json();
        assert_eq!(read["agent"], serde_json::Value::Null);
        second.get(&sound).expect(200);
        assert_eq!(hearings(app, second_id), 1);
        assert_eq!(letters(app, second_id, "assignments")[0]["due_on"], "2026-11-20");
        second.get(&format!("conversations/{other}")).refused(404, "not_found");
        app.clock.set("2026-11-20T02:00:00Z".parse().unwrap());
        app.run(assay::jobs::daily_mail::run_once(&app.app)).unwrap();
        let due = &letters(app, second_id, "samples_due")[0]["days"][0];
        assert_eq!((&due["what"], &due["due_on"], &due["samples"]), (&json!("calibration"), &json!("2026-11-20"), &json!(1)));
        manager.post_if(&format!("calibrations/{}/close", made["id"].as_str().unwrap()), 1, &json!({})).expect(200);
        second.get(&format!("conversations/{conversation}")).refused(404, "not_found");
    }
}
