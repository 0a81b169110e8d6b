//! Vendors: one by one, and as a table.

use assay::domain::access::Role;
use serde_json::json;

use crate::support::on_both;

on_both! {
    fn a_vendor_is_noted_changed_and_listed(app: &TestApp) {
        let admin = app.admin();
        let made = admin.post("vendors", &json!({ "code": "V1", "name": " 甲公司 " })).expect(201);
        assert_eq!((made.json()["name"].as_str(), made.header("etag")), (Some("甲公司"), Some("\"1\"")));
        let path = format!("vendors/{}", made.json()["id"].as_str().unwrap());
        admin.post("vendors", &json!({ "code": "V1", "name": "X" })).refused(409, "code_taken");
        let detail = admin.post("vendors", &json!({ "code": "V 1", "name": "" })).refused(400, "invalid");
        assert!(detail.contains("code: ") && detail.contains("name: "), "{detail}");

        let archived = admin.patch_if(&path, "\"1\"", &json!({ "archived": true })).expect(200);
        assert_eq!((archived.json()["archived_at"].as_str(), archived.header("etag")), (Some("2026-11-10T04:00:00Z"), Some("\"2\"")));
        admin.patch_if(&path, "\"1\"", &json!({ "name": "Late" })).refused(412, "stale");
        admin.patch_if(&path, "\"2\"", &json!({ "code": "V2" })).refused(400, "invalid");
        let same = admin.patch_if(&path, "\"2\"", &json!({ "archived": true })).expect(200);
        assert_eq!(same.header("etag"), Some("\"2\""), "nothing changed, so the version stays");
        assert_eq!(admin.get(&path).expect(200).json(), archived.json());
        assert_eq!(app.person(Role::Finance).get("vendors").expect(200).json()["items"][0], archived.json());
        admin.get("vendors/01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11").refused(404, "not_found");
    }

    fn the_same_request_again_gets_the_same_answer(app: &TestApp) {
        let admin = app.admin();
        let input = json!({ "code": "V1", "name": "One" });
        let first = admin.post_once("vendors", "key-1", &input).expect(201);
        assert_eq!(admin.post_once("vendors", "key-1", &input).expect(201).json(), first.json());
        admin.post_once("vendors", "key-1", &json!({ "code": "V2", "name": "Two" })).refused(409, "idempotency_key_reused");
        assert_eq!(admin.get("vendors").json()["items"].as_array().unwrap().len(), 1);
    }

    fn a_table_of_vendors_goes_in_and_out(app: &TestApp) {
        let admin = app.admin();
        let table = "name,code\r\n甲,V1\r\n=cmd(),V2\r\n,V3\r\n乙,V1\r\n";
        let preview = admin.post_csv("vendors/import?dry_run=true", table).expect(200).json();
        assert_eq!((&preview["dry_run"], &preview["inserted"]), (&json!(true), &json!(2)));
        assert_eq!(admin.get("vendors").json()["items"], json!([]));
        let report = admin.post_csv("vendors/import", table).expect(200).json();
        assert_eq!((&report["inserted"], &report["refused"]), (&json!(2), &json!(2)));
        assert_eq!(
            report["faults"],
            json!([
                { "line": 4, "field": "name", "code": "invalid", "message": "must not be empty" },
                { "line": 5, "field": "code", "code": "invalid", "message": "`V1` stands in line 2 already; leave one of the two" },
            ])
        );
        let exported = admin.send("GET", "vendors", &[("accept", "text/csv")], &[]).expect(200);
        assert_eq!(exported.text(), "\u{feff}code,name,archived\r\nV1,甲,false\r\nV2,'=cmd(),false\r\n");
        let again = admin.post_csv("vendors/import", &exported.text()).expect(200).json();
        assert_eq!((&again["unchanged"], &again["changes"]), (&json!(2), &json!([])));
        let changed = admin.post_csv("vendors/import", "code,name,archived\nV1,甲,是\n").expect(200).json();
        assert_eq!(changed["changes"], json!([{ "line": 2, "key": "V1", "new": false, "fields": ["archived"] }]));
    }

    fn a_table_that_is_none_is_refused_and_says_why(app: &TestApp) {
        let admin = app.admin();
        let detail = admin.post_csv("vendors/import", "code,colour\n").refused(400, "invalid");
        assert!(detail.contains("`colour` is not a column") && detail.contains("`name` is missing"), "{detail}");
        admin.post("vendors/import", &json!({})).refused(415, "unsupported");
        admin.get("vendors?format=xml").refused(400, "invalid");
        admin.get("vendors?colour=red").refused(400, "invalid");
        admin.get("vendors?limit=201").refused(400, "invalid");
    }
}
