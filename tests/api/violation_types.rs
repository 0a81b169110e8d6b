//! The violation catalogue.

use assay::domain::access::Role;
use serde_json::{Value, json};

use crate::support::on_both;

fn with(object: &Value, field: &str, value: &str) -> Value {
    let mut changed = object.clone();
    changed[field] = value.into();
    changed
}

on_both! {
    fn a_centre_begins_with_the_handbook_s_catalogue(app: &TestApp) {
        let manager = app.person(Role::QaManager);
        let page = manager.get("violation-types?limit=200").expect(200).json();
        let types = page["items"].as_array().unwrap();
        let count = |class: &str| types.iter().filter(|it| it["class"] == class).count();
        assert_eq!(["A", "B", "C", "D", "E"].map(count), [2, 3, 3, 9, 3]);
        let red: Vec<_> = types.iter().filter(|it| it["red_line"] == true).map(|it| it["name_zh"].as_str().unwrap()).collect();
        assert_eq!(red, ["透露敏感信息", "辱骂客户", "推诿", "主动挂机"]);
        let first = manager.get("violation-types?limit=7").expect(200).json();
        let next = manager.get(&format!("violation-types?limit=200&cursor={}", first["next"].as_str().unwrap())).expect(200).json();
        assert_eq!(next["items"][0], types[7]);
    }

    fn a_manager_changes_it_in_the_running_service(app: &TestApp) {
        let manager = app.person(Role::QaManager);
        let new = json!({ "code": "mocked", "class": "B", "name_zh": "嘲讽客户", "name_en": "Mocked the customer", "red_line": true, "order": 45 });
        let made = manager.post("violation-types", &new).expect(201);
        let entry = made.json();
        assert_eq!((made.header("etag"), &entry["kind"], &entry["active"]), (Some("\"1\""), &json!("key"), &json!(true)));
        manager.post("violation-types", &new).refused(409, "violation_type_code_taken");
        let bad = json!({ "code": "a b", "class": "A", "name_zh": "", "name_en": "x", "red_line": false, "class_if_money_lost": "E" });
        let problem = manager.post("violation-types", &bad).expect(400).json();
        let fields: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|it| it["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["code", "name_zh", "red_line", "class_if_money_lost"]);
        manager.post("violation-types", &json!({ "code": "x", "klass": "A" })).refused(400, "invalid");

        let path = format!("violation-types/{}", entry["id"].as_str().unwrap());
        let changed = with(&new, "class", "C");
        manager.put_if(&path, "\"1\"", &changed).expect(200);
        manager.put_if(&path, "\"1\"", &changed).refused(412, "stale");
        let renamed = with(&new, "code", "other");
        manager.put_if(&path, "\"2\"", &renamed).refused(400, "invalid");
        let off = manager.send("POST", &format!("{path}/deactivate"), &[("if-match", "\"2\"")], &[]).expect(200).json();
        assert_eq!((&off["active"], &off["version"]), (&json!(false), &json!(3)));
        let inactive = manager.get("violation-types?active=false").expect(200).json();
        assert_eq!(inactive["items"].as_array().unwrap().len(), 1);
        assert_eq!(manager.get(&path).expect(200).header("etag"), Some("\"3\""));

        app.person(Role::Inspector).get(&path).expect(200);
        for role in [Role::Inspector, Role::TeamLead, Role::Auditor, Role::Admin] {
            app.person(role).post("violation-types", &new).refused(403, "forbidden");
        }
        manager.get("violation-types/01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11").refused(404, "not_found");
        let none: Value = app.person(Role::Agent).get("violation-types?active=maybe").expect(400).json();
        assert_eq!(none["code"], "invalid");
    }
}
