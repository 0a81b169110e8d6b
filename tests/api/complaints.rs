//! Complaints and operating breaches: recorded, adjudicated, charged, appealed, imported.

use assay::domain::access::Role;
use serde_json::{Value, json};

use crate::support::aftermath::{People, addressed, letters, lines, posted};
use crate::support::on_both;

fn complaint(people: &People, reference: &str) -> Value {
    json!({ "reference": reference, "agent_id": people.agent, "occurred_on": "2026-11-04", "text": "was rude" })
}

fn id_of(answer: &Value) -> (String, i64) {
    (answer["id"].as_str().unwrap().to_owned(), answer["version"].as_i64().unwrap())
}

on_both! {
    fn a_complaint_is_charged_by_its_level_again_and_after_an_appeal(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        addressed(app);
        let desk = app.person(Role::ComplaintDesk);
        people.lead.1.post("complaints", &complaint(&people, "C-1")).refused(403, "forbidden");
        desk.post("complaints", &json!({ "reference": "", "agent_id": people.agent, "occurred_on": "2027-01-01", "text": "" })).refused(400, "invalid");
        let (id, version) = id_of(&desk.post("complaints", &complaint(&people, "C-1")).expect(201).json());
        desk.post("complaints", &complaint(&people, "C-1")).refused(409, "reference_taken");
        assert!(lines(app, people.agent).is_empty(), "it costs nothing before it is adjudicated");
        let adjudication = format!("complaints/{id}/adjudication");
        let found = |level: &str| json!({ "upheld": true, "level": level, "reason": "heard the recording" });
        desk.post_if(&adjudication, version, &json!({ "upheld": true, "reason": "x" })).refused(400, "invalid");
        desk.post_if(&adjudication, version, &found("general")).expect(200);
        desk.post_if(&adjudication, version, &found("severe")).refused(412, "stale");
        desk.post_if(&adjudication, version + 1, &found("severe")).expect(200);
        let mut expected = vec![("2026-11", "complaint", 10_000), ("2026-11", "reversal", -10_000), ("2026-11", "complaint", 50_000)];
        assert_eq!(lines(app, people.agent), posted(&expected));
        let told = letters(app, people.agent_user, "charged");
        let told: Vec<_> = told.iter().map(|it| (&it["found"]["en"], &it["amount"]["amount_minor"], &it["changed"])).collect();
        let (general, severe) = (json!("upheld, general liability"), json!("upheld, severe liability"));
        assert_eq!(told, [(&general, &json!(10_000), &json!(false)), (&severe, &json!(50_000), &json!(true))]);

        let appeal = json!({ "complaint_id": id, "points": [{ "target": { "kind": "whole" } }], "text": "it was the customer" });
        let (appeal, version) = id_of(&people.agent_client.post("appeals", &appeal).expect(201).json());
        let decision = json!({ "points": [{ "target": { "kind": "whole" }, "outcome": "changed", "to_level": "minor" }], "reason": "partly" });
        desk.post_if(&format!("appeals/{appeal}/decision"), version, &decision).refused(403, "forbidden");
        people.managers[0].1.post_if(&format!("appeals/{appeal}/decision"), version, &decision).expect(200);
        expected.extend([("2026-11", "reversal", -50_000), ("2026-11", "complaint", 5_000)]);
        assert_eq!(lines(app, people.agent), posted(&expected));
        let now = people.agent_client.get(&format!("complaints/{id}")).expect(200).json();
        assert_eq!((&now["state"], &now["level"]), (&json!("upheld"), &json!("minor")));
    }

    fn an_operating_breach_is_charged_by_occurrence_and_taken_back(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        addressed(app);
        let desk = app.person(Role::ComplaintDesk);
        let body = json!({ "reference": "B-1", "agent_id": people.agent, "occurred_on": "2026-11-04", "occurrences": 3, "text": "wrong button" });
        let first = desk.post_once("breaches", "key-1", &body).expect(201).json();
        assert_eq!(desk.post_once("breaches", "key-1", &body).expect(201).json(), first, "a retry is the same breach");
        assert_eq!(lines(app, people.agent), posted(&[("2026-11", "operating_breach", 15_000)]));
        let (id, version) = id_of(&first);
        let appeal = json!({ "breach_id": id, "points": [{ "target": { "kind": "whole" } }], "text": "twice only" });
        let (appeal, appealed) = id_of(&people.lead.1.post("appeals", &appeal).expect(201).json());
        let decision = json!({ "points": [{ "target": { "kind": "whole" }, "outcome": "changed", "to_occurrences": 2 }], "reason": "twice" });
        desk.post_if(&format!("breaches/{id}/withdrawal"), version, &json!({ "reason": "x" })).refused(409, "under_appeal");
        people.managers[0].1.post_if(&format!("appeals/{appeal}/decision"), appealed, &decision).expect(200);
        desk.post_if(&format!("breaches/{id}/withdrawal"), version, &json!({ "reason": "x" })).refused(412, "stale");
        desk.post_if(&format!("breaches/{id}/withdrawal"), version + 1, &json!({ "reason": "a mistake" })).expect(200);
        let got: Vec<i64> = lines(app, people.agent).iter().map(|line| line.2).collect();
        assert_eq!(got, [15_000, -15_000, 10_000, -10_000]);
        let told = letters(app, people.agent_user, "charged");
        let told: Vec<_> = told.iter().map(|it| (&it["amount"]["amount_minor"], &it["changed"], &it["reason"])).collect();
        assert_eq!(told, [(&json!(15_000), &json!(false), &json!("wrong button")), (&json!(0), &json!(true), &json!("a mistake"))]);
        desk.post_if(&format!("breaches/{id}/withdrawal"), version + 2, &json!({ "reason": "again" })).refused(409, "breach_not_standing");
    }

    fn tables_come_in_twice_without_harm_and_bad_lines_are_named(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let desk = app.person(Role::ComplaintDesk);
        let table = "reference,employee_no,occurred_on,level,text\n\
                     C-1,1001,2026-11-02,general,rude\n\
                     C-2,1001,2026-11-03,,slow\n\
                     C-3,9999,2026-11-03,minor,who\n\
                     C-4,1001,03.11.2026,grave,\n";
        let report = desk.post_csv("complaints/import", table).expect(200).json();
        assert_eq!((&report["inserted"], &report["refused"]), (&json!(2), &json!(2)), "{report}");
        let fields: Vec<_> = report["faults"].as_array().unwrap().iter().map(|it| (it["line"].clone(), it["field"].clone())).collect();
        assert_eq!(fields, [(json!(4), json!("employee_no")), (json!(5), json!("occurred_on")), (json!(5), json!("level"))]);
        assert_eq!(lines(app, people.agent), posted(&[("2026-11", "complaint", 10_000)]));
        let again = desk.post_csv("complaints/import", table).expect(200).json();
        assert_eq!((&again["inserted"], &again["unchanged"]), (&json!(0), &json!(2)));
        assert_eq!(lines(app, people.agent).len(), 1);
        let breaches = "reference,employee_no,occurred_on,occurrences,text\nB-1,1001,2026-11-02,2,x\nB-2,1001,2026-11-02,none,x\n";
        let report = desk.post_csv("breaches/import", breaches).expect(200).json();
        assert_eq!((&report["inserted"], &report["refused"]), (&json!(1), &json!(1)));
        desk.post_csv("breaches/import", breaches).expect(200);
        assert_eq!(lines(app, people.agent).last().unwrap().2, 10_000);
        assert_eq!(people.lead.1.get("complaints?state=upheld").expect(200).json()["items"].as_array().unwrap().len(), 1);
        assert_eq!(people.agent_client.get("breaches").expect(200).json()["items"].as_array().unwrap().len(), 1);
    }
}
