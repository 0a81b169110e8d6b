//! Every limit has an answer of its own.

use assay::domain::access::Role;
use serde_json::json;

use crate::support::sampling::centre;
use crate::support::{Client, TestApp};

fn app() -> (TestApp, Client) {
    let app = TestApp::sqlite_with(|config| {
        config.limits.json_bytes = 4096;
        config.limits.line_bytes = 2048;
        config.limits.csv_rows = 3;
        config.limits.csv_bytes = 8192;
        config.limits.attachment_bytes = 1024;
    });
    let manager = app.person(Role::QaManager);
    (app, manager)
}

#[test]
fn a_body_that_is_too_long_is_refused_before_it_is_read() {
    let (app, manager) = app();
    let told = app.admin().post("teams", &json!({ "code": "x", "name": "x".repeat(5000) })).refused(413, "too_large");
    assert!(told.contains("limits.json_bytes"), "{told}");
    let told = app.admin().post_csv("teams/import", &"x".repeat(9000)).refused(413, "too_large");
    assert!(told.contains("limits.csv_bytes"), "{told}");
    let id = "01a18298-9480-7246-80ab-7da4737165d1";
    let attached = manager.send("POST", &format!("appeals/{id}/attachments?name=a.txt"), &[], &[b'a'; 2000]);
    assert!(attached.refused(413, "too_large").contains("limits.attachment_bytes"));
}

#[test]
fn json_that_is_nested_where_nothing_is_nested_is_refused_at_its_first_level() {
    let (app, _) = app();
    let deep = format!("{{\"code\":{}{}}}", "[".repeat(1000), "]".repeat(1000));
    let json = [("content-type", "application/json")];
    let told = app.admin().send("POST", "teams", &json, deep.as_bytes()).refused(400, "invalid");
    assert!(told.starts_with("code: invalid type: sequence"), "{told}");
}

#[test]
fn an_encoded_body_is_refused_and_never_unpacked() {
    let (app, _) = app();
    for encoding in ["gzip", "zstd", "br", "deflate"] {
        let headers = [("content-type", "application/json"), ("content-encoding", encoding)];
        let told = app.admin().send("POST", "teams", &headers, b"\x1f\x8b").refused(415, "unsupported");
        assert!(told.contains(encoding), "{told}");
    }
}

#[test]
fn a_line_or_a_nesting_too_far_is_named_in_the_report_and_the_rest_is_taken() {
    let (app, manager) = app();
    centre(&app, 1, 0, 1);
    let good = |id: &str| {
        format!(
            r#"{{"source":"s","external_id":"{id}","channel":"chat","agent":"1000","started_at":"2026-11-03T10:15:00Z","duration_ms":5}}"#
        )
    };
    let nested = good("2").replace('{', &format!(r#"{{"attributes":{{"a":{}1{}}},"#, "[".repeat(300), "]".repeat(300)));
    let file = [good("1"), nested, "x".repeat(3000), good("3")].join("\n");
    let report =
        manager.send("POST", "conversations/import", &[("content-type", "application/x-ndjson")], file.as_bytes()).expect(200).json();
    let codes: Vec<&str> = report["refusals"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect();
    assert_eq!((&report["inserted"], codes), (&json!(2), vec!["nested_too_deeply", "line_too_long"]), "{report}");
}

#[test]
fn a_table_with_too_many_rows_or_too_long_a_row_says_from_where_it_was_not_read() {
    let (app, _) = app();
    let rows = |count: usize| (0..count).map(|n| format!("v{n},Vendor {n}\n")).collect::<String>();
    let faults = |table: &str| {
        let report = app.admin().post_csv("vendors/import?dry_run=true", table).expect(200).json();
        let faults = report["faults"].as_array().unwrap().clone();
        faults.iter().map(|fault| (fault["line"].as_u64().unwrap(), fault["code"].as_str().unwrap().to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(faults(&format!("code,name\n{}", rows(3))), []);
    assert_eq!(faults(&format!("code,name\n{}", rows(5))), [(5, "too_many_rows".to_owned())]);
    assert_eq!(faults(&format!("code,name\nv,{}\n", "x".repeat(3000))), [(2, "line_too_long".to_owned())]);
    assert_eq!(faults("code,name\nv,\n"), [(2, "invalid".to_owned())]);
}
