//! Versions of the fine policy.

use assay::domain::access::Role;
use serde_json::{Value, json};

use crate::support::graded::Centre;
use crate::support::{TestApp, on_both};

/// The seed's amounts, in force from a month on.
pub fn terms(first_period: &str) -> Value {
    let mut terms: Value = serde_json::from_str(include_str!("../../seed/fine_policy.json")).unwrap();
    terms["first_period"] = first_period.into();
    terms
}

/// Makes a version with the seed's amounts, in force from the beginning, and gives its number.
pub fn make_first(app: &TestApp) -> i64 {
    let made = app.person(Role::QaManager).post("fine-policies", &terms("2000-01")).expect(201).json();
    made["version"].as_i64().unwrap()
}

on_both! {
    fn a_version_is_made_listed_and_shown(app: &TestApp) {
        let manager = app.person(Role::QaManager);
        let made = manager.post_once("fine-policies", "one", &terms("2000-01")).expect(201).json();
        let number = made["version"].as_i64().unwrap();
        let again = manager.post_once("fine-policies", "one", &terms("2000-01")).expect(201).json();
        assert_eq!(again["id"], made["id"], "a repeat makes no second version");
        manager.post("fine-policies", &terms("2027-01")).expect(201);
        let list = app.person(Role::Finance).get("fine-policies?limit=1").expect(200).json();
        assert_eq!(list["items"][0]["version"], number + 1);
        let rest = app.person(Role::Agent).get(&format!("fine-policies?cursor={}", list["next"].as_str().unwrap())).expect(200).json();
        assert_eq!(rest["items"][0]["id"], made["id"]);
        let shown = manager.get(&format!("fine-policies/{}", made["id"].as_str().unwrap())).expect(200).json();
        assert_eq!(shown, made);
        manager.get("fine-policies/01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11").refused(404, "not_found");
    }

    fn a_faulty_version_is_refused_with_every_field(app: &TestApp) {
        let mut faulty = terms("2000-01");
        faulty["currency"] = "USD".into();
        faulty["class_amounts_minor"]["A"] = (-1).into();
        faulty["types"] = json!([{ "violation_type": "unheard_of", "amount_minor": 1 }]);
        let answer = app.person(Role::QaManager).post("fine-policies", &faulty).expect(400).json();
        let fields: Vec<_> = answer["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap().to_owned()).collect();
        assert_eq!(fields, ["currency", "class_amounts_minor.A", "types[0].violation_type"]);
        faulty["class_amounts"] = json!({});
        assert!(app.person(Role::QaManager).post("fine-policies", &faulty).refused(400, "invalid").contains("class_amounts"));
        app.person(Role::Finance).post("fine-policies", &terms("2000-01")).refused(403, "forbidden");
    }

    fn the_past_cannot_be_changed(app: &TestApp) {
        let manager = app.person(Role::QaManager);
        make_first(app);
        let centre = Centre::new(app);
        centre.grade(app, centre.agents[0], "2026-10", &[("test_d", 1)]);
        let detail = manager.post("fine-policies", &terms("2026-10")).refused(400, "invalid");
        assert!(detail.contains("use 2026-11 or later"), "{detail}");
        manager.post("fine-policies", &terms("2026-11")).expect(201);
        manager.post("periods/2026-10/close", &json!({})).expect(200);
        assert!(manager.post("fine-policies", &terms("2026-09")).refused(400, "invalid").contains("2026-10 is closed"));
    }
}
