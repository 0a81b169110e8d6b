//! Follow-ups: set from a finding, reminded of, ended, and held against the following month.

use assay::usecases::follow_ups::remind::remind;
use serde_json::json;

use crate::support::aftermath::{People, letters};
use crate::support::on_both;

on_both! {
    fn a_follow_up_is_set_reminded_of_and_ended(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let evaluation = people.failing(app, &["attitude"]);
        let lead = &people.lead.1;
        let found = lead.get(&format!("evaluations/{evaluation}")).expect(200).json();
        let body = json!({ "kind": "coaching", "violation_id": found["violations"][0]["id"], "due_on": "2026-11-16", "text": "listen together" });
        people.agent_client.post("follow-ups", &body).refused(403, "forbidden");
        lead.post("follow-ups", &json!({ "kind": "coaching", "due_on": "2026-11-01", "text": "" })).refused(400, "invalid");
        let made = lead.post("follow-ups", &body).expect(201).json();
        assert_eq!((&made["violation_type"], &made["item"]), (&json!("service_attitude"), &json!("attitude")));
        assert_eq!((&made["owner_id"], &made["recurrence"]), (&json!(people.lead.0), &json!("not_known")));
        assert_eq!(people.agent_client.get("follow-ups").expect(200).json()["items"].as_array().unwrap().len(), 1);

        let round = |at: &str| {
            app.clock.set(at.parse().unwrap());
            app.run(remind(&app.app)).unwrap()
        };
        assert_eq!((round("2026-11-14T15:59:00Z"), round("2026-11-14T16:00:00Z"), round("2026-11-15T15:00:00Z")), (0, 1, 0));
        assert_eq!(letters(app, people.lead.0, "follow_up_due").len(), 1);
        assert_eq!((round("2026-11-16T15:59:59Z"), round("2026-11-16T16:00:00Z"), round("2026-11-20T00:00:00Z")), (0, 1, 0));
        let told = letters(app, people.lead.0, "follow_up_due");
        assert_eq!((told.len(), &told[0]["overdue"], &told[1]["overdue"]), (2, &json!(false), &json!(true)));

        let path = format!("follow-ups/{}/end", made["id"].as_str().unwrap());
        lead.post_if(&path, 1, &json!({ "done": true, "outcome": "did" })).refused(412, "stale");
        let ended = lead.post_if(&path, 3, &json!({ "done": true, "outcome": "understood" })).expect(200).json();
        assert_eq!(ended["state"], "done");
        lead.post_if(&path, 4, &json!({ "done": true, "outcome": "again" })).refused(409, "follow_up_over");
    }

    fn the_following_month_says_whether_the_error_came_back(app: &TestApp) {
        let people = People::new(app, "2026-10-05");
        let evaluation = people.failing(app, &["attitude"]);
        let lead = &people.lead.1;
        let found = lead.get(&format!("evaluations/{evaluation}")).expect(200).json();
        let body = json!({ "kind": "coaching", "violation_id": found["violations"][0]["id"], "due_on": "2026-11-16", "text": "listen together" });
        let id = lead.post("follow-ups", &body).expect(201).json()["id"].as_str().unwrap().to_owned();
        let recurrence = || lead.get(&format!("follow-ups/{id}")).expect(200).json()["recurrence"].clone();
        assert_eq!(recurrence(), "not_known");
        let november = people.in_month(app, "2026-11-05");
        november.failing(app, &["greeting"]);
        assert_eq!(recurrence(), "absent");
        november.failing(app, &["attitude"]);
        assert_eq!(recurrence(), "returned");
    }
}
