//! Worked days.

use assay::domain::access::{Grant, GrantReach, Role};
use serde_json::json;

use super::agents::close;
use crate::support::{on_both, people};

on_both! {
    fn worked_days_are_recorded_and_corrected_until_the_period_closes(app: &TestApp) {
        let admin = app.admin();
        let agent = people::agent(app, "007", people::team(app, "A", None, None));
        let path = format!("attendance/2026-09/{agent}");
        assert_eq!(admin.put(&path, &json!({ "worked_days": 21 })).expect(200).json()["worked_days"], 21);
        admin.put(&path, &json!({ "worked_days": 22 })).expect(200);
        let detail = admin.put(&path, &json!({ "worked_days": 31 })).refused(400, "invalid");
        assert_eq!(detail, "worked_days: 31 is not possible; 2026-09 has 30 days, use 0 to 30");
        admin.put(&format!("attendance/2026-13/{agent}"), &json!({ "worked_days": 1 })).refused(400, "invalid");
        admin.put("attendance/2026-09/01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11", &json!({ "worked_days": 1 })).refused(404, "not_found");
        close(app, "2026-09");
        admin.put(&path, &json!({ "worked_days": 20 })).refused(409, "period_closed");
        admin.put(&path, &json!({ "worked_days": 22 })).expect(200);
        let report = admin.post_csv("attendance/import", "employee_no,period,worked_days\n007,2026-09,20\n007,2026-10,20\n").expect(200).json();
        assert_eq!((&report["inserted"], &report["faults"][0]["field"]), (&json!(1), &json!("period")));
        let audit = admin.get(&format!("audit?object_id={agent}/2026-09")).json();
        assert_eq!((&audit["items"][0]["before"], &audit["items"][0]["after"]), (&json!(21), &json!(22)));
    }

    fn a_table_of_worked_days_goes_in_and_out(app: &TestApp) {
        let admin = app.admin();
        let team = people::team(app, "A", None, None);
        people::agent(app, "007", team);
        people::agent(app, "008", team);
        let table = "employee_no,period,worked_days\n007,2026-10,23\n008,2026-10,0\n009,2026-10,1\n007,2026-11,x\n007,2026-10,22\n008,2026-02,29\n";
        let report = admin.post_csv("attendance/import", table).expect(200).json();
        assert_eq!((&report["inserted"], &report["refused"]), (&json!(2), &json!(4)));
        let faults: Vec<_> = report["faults"].as_array().unwrap().iter().map(|f| (f["line"].as_u64().unwrap(), f["field"].as_str().unwrap())).collect();
        assert_eq!(faults, [(4, "employee_no"), (5, "worked_days"), (6, "employee_no"), (7, "worked_days")]);
        let exported = admin.get("attendance?format=csv&period=2026-10").expect(200).text();
        assert_eq!(exported, "\u{feff}employee_no,period,worked_days\r\n007,2026-10,23\r\n008,2026-10,0\r\n");
        assert_eq!(admin.post_csv("attendance/import", &exported).expect(200).json()["unchanged"], 2);
        assert_eq!(admin.get("attendance?period=2026-09").json()["items"], json!([]));
    }

    fn everybody_sees_the_worked_days_within_reach(app: &TestApp) {
        let (one, two) = (people::team(app, "A", None, None), people::team(app, "B", None, None));
        let (first, second) = (people::agent(app, "1", one), people::agent(app, "2", two));
        app.admin().post_csv("attendance/import", "employee_no,period,worked_days\n1,2026-10,21\n2,2026-10,22\n").expect(200);
        let lead = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(one) }]).1;
        let agent = app.user("agent", Some(second), &[Grant { role: Role::Agent, reach: GrantReach::Own }]).1;
        let seen = |client: &crate::support::Client| client.get("attendance").expect(200).json()["items"].clone();
        assert_eq!((seen(&lead).as_array().unwrap().len(), &seen(&lead)[0]["agent_id"]), (1, &json!(first)));
        assert_eq!((seen(&agent).as_array().unwrap().len(), &seen(&agent)[0]["agent_id"]), (1, &json!(second)));
        let manager = app.user("manager", None, &[Grant { role: Role::QaManager, reach: GrantReach::Team(one) }]).1;
        manager.put(&format!("attendance/2026-10/{second}"), &json!({ "worked_days": 1 })).refused(404, "not_found");
        let report = manager.post_csv("attendance/import", "employee_no,period,worked_days\n1,2026-10,20\n2,2026-10,20\n").expect(200).json();
        assert_eq!((&report["updated"], &report["faults"][0]["line"]), (&json!(1), &json!(3)));
    }
}
