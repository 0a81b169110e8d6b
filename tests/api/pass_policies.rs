//! Versions of the pass policy.

use assay::domain::access::Role;
use serde_json::json;

use crate::support::grading::mark_closed;
use crate::support::on_both;

on_both! {
    fn the_past_cannot_be_changed(app: &TestApp) {
        let manager = app.person(Role::QaManager);
        let policy = |first: &str| json!({ "first_period": first, "max_key_ratio": "0.05", "max_non_key_ratio": 0.5, "more_than_worked_days": 5 });
        let first = manager.get("pass-policies").expect(200).json();
        assert_eq!((first["items"][0]["number"].as_i64(), first["items"][0]["max_key_ratio"].as_str()), (Some(1), Some("0.1")));
        manager.post("pass-policies", &policy("2026-10")).refused(400, "invalid");
        let made = manager.post_once("pass-policies", "k", &policy("2026-12")).expect(201).json();
        assert_eq!((&made["number"], &made["max_non_key_ratio"]), (&json!(2), &json!("0.5")));
        assert_eq!(manager.post_once("pass-policies", "k", &policy("2026-12")).expect(201).json(), made);
        mark_closed(app, "2026-11");
        manager.post("pass-policies", &policy("2026-11")).refused(400, "invalid");
        let in_force = |period: &str| manager.get(&format!("pass-policies?in_force_for={period}")).expect(200).json()["items"][0]["number"].as_i64();
        assert_eq!((in_force("2026-11"), in_force("2026-12"), in_force("2027-05")), (Some(1), Some(2), Some(2)));
        let page = manager.get("pass-policies?limit=1").expect(200).json();
        let next = manager.get(&format!("pass-policies?limit=1&cursor={}", page["next"].as_str().unwrap())).expect(200).json();
        assert_eq!(next["items"][0]["number"], 1);
    }

    fn thresholds_are_exact_and_faults_are_named(app: &TestApp) {
        let manager = app.person(Role::QaManager);
        let policy = |key: serde_json::Value, days: i64| json!({ "first_period": "2026-12", "max_key_ratio": key, "max_non_key_ratio": "0.6", "more_than_worked_days": days });
        let detail = manager.post("pass-policies", &policy(json!("0.00001"), 5)).refused(400, "invalid");
        assert!(detail.contains("max_key_ratio"), "{detail}");
        manager.post("pass-policies", &policy(json!(-0.1), 5)).refused(400, "invalid");
        let detail = manager.post("pass-policies", &policy(json!("0.1"), 32)).refused(400, "invalid");
        assert!(detail.contains("more_than_worked_days"), "{detail}");
        for role in [Role::Inspector, Role::TeamLead, Role::Finance, Role::Auditor, Role::Admin] {
            app.person(role).post("pass-policies", &policy(json!("0.1"), 5)).refused(403, "forbidden");
        }
        app.person(Role::Agent).get("pass-policies").expect(200);
    }
}
