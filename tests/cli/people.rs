//! `assay people`, `assay user` and `assay token`, the program itself.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::{TestApp, on_both};

fn assay(app: &TestApp, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_assay"))
        .args(arguments)
        .env("DATABASE_URL", &app.app.config.database.url)
        .env_remove("ASSAY_PASSWORD")
        .current_dir(app.folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its arguments does not read to the end.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}

#[track_caller]
fn printed(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

on_both! {
    fn people_come_in_and_go_out_by_the_program(app: &TestApp) {
        let import = |kind: &str, table: &str, code| printed(&assay(app, &["people", "import", kind, "-"], table), code);
        assert_eq!(import("vendors", "code,name\nV1,甲\n", 0), "1 inserted, 0 updated, 0 unchanged, 0 refused\n");
        import("teams", "code,name,vendor\nA,一组,V1\n", 0);
        let preview = assay(app, &["people", "import", "agents", "-", "--dry-run", "--json"], "employee_no,name,team\n007,Bo,A\n");
        let preview: Value = serde_json::from_str(&printed(&preview, 0)).unwrap();
        assert_eq!((&preview["dry_run"], &preview["inserted"]), (&json!(true), &json!(1)));
        let report = import("agents", "employee_no,name,team\n007,Bo,A\n008,,B\n", 1);
        let refused = "1 inserted, 0 updated, 0 unchanged, 1 refused\nline 3, name: must not be empty\n";
        assert_eq!(report, refused);
        import("attendance", "employee_no,period,worked_days\n007,2026-10,20\n", 0);
        import("users", "username,name,roles\nli,李,team_lead@team:A\n", 0);
        let exported = printed(&assay(app, &["people", "export", "agents"], ""), 0);
        assert_eq!(exported, "\u{feff}employee_no,name,email,language,team,team_from,left_on\r\n007,Bo,,zh,A,2000-01-01,\r\n");
        printed(&assay(app, &["people", "export", "users", "--output", "users.csv"], ""), 0);
        let users = std::fs::read_to_string(app.folder.path().join("users.csv")).unwrap();
        assert!(users.ends_with("li,李,,zh,,true,team_lead@team:A\r\n"), "{users}");
        let missing = assay(app, &["people", "import", "agents", "nowhere.csv"], "");
        printed(&missing, 2);
        assert!(String::from_utf8_lossy(&missing.stderr).contains("nowhere.csv"));
        printed(&assay(app, &["people", "import", "agents", "-"], "employee_no,nome\n"), 2);
    }

    fn users_get_roles_passwords_and_tokens_by_the_program(app: &TestApp) {
        printed(&assay(app, &["user", "add", "li.na", "--name", "李娜", "--role", "finance"], ""), 0);
        let user = assay(app, &["user", "grant", "li.na", "--role", "auditor", "--json"], "");
        let user: Value = serde_json::from_str(&printed(&user, 0)).unwrap();
        assert_eq!(user["grants"].as_array().unwrap().len(), 2);
        let user = assay(app, &["user", "grant", "li.na", "--role", "auditor", "--remove", "--json"], "");
        let user: Value = serde_json::from_str(&printed(&user, 0)).unwrap();
        assert_eq!(user["grants"][0]["role"], "finance");
        assert!(printed(&assay(app, &["user", "list"], ""), 0).contains("li.na\t李娜\tfinance\n"));
        printed(&assay(app, &["user", "passwd", "li.na"], "correct horse\n"), 0);
        printed(&assay(app, &["user", "passwd", "li.na"], "short\n"), 2);
        printed(&assay(app, &["user", "passwd", "nobody"], "correct horse\n"), 2);
        printed(&assay(app, &["user", "grant", "li.na", "--role", "team_lead@team:X"], ""), 2);
        printed(&assay(app, &["user", "grant", "li.na", "--role", "boss"], ""), 2);

        let made = assay(app, &["token", "create", "li.na", "--name", "export", "--scope", "people.read", "--days", "3650", "--json"], "");
        let made: Value = serde_json::from_str(&printed(&made, 0)).unwrap();
        let client = app.with_token(made["secret"].as_str().unwrap());
        client.get("teams").expect(200);
        client.get("audit").refused(403, "forbidden");
        let listed = printed(&assay(app, &["token", "list", "li.na"], ""), 0);
        assert!(listed.contains("export\tpeople.read") && !listed.contains(made["secret"].as_str().unwrap()), "{listed}");
        printed(&assay(app, &["token", "revoke", made["id"].as_str().unwrap()], ""), 0);
        client.get("teams").refused(401, "unauthenticated");
        assert!(printed(&assay(app, &["token", "list", "li.na"], ""), 0).ends_with("\trevoked\n"));
        let lines = app.admin().get("audit?actor_kind=operator&object_kind=token").expect(200).json();
        assert_eq!(lines["items"].as_array().unwrap().len(), 2);
    }
}
