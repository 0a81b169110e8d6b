//! Users, their roles and passwords.

use assay::domain::access::{Grant, GrantReach, Role};
use serde_json::json;

use crate::support::{on_both, people};

on_both! {
    fn a_user_gets_roles_and_they_work_at_once(app: &TestApp) {
        let admin = app.admin();
        let team = people::team(app, "A", None, None);
        let input = json!({ "username": "wang", "name": "王", "grants": [{ "role": "team_lead", "team_id": team }] });
        let made = admin.post("users", &input).expect(201).json();
        assert_eq!(made["grants"], json!([{ "role": "team_lead", "reach": "team", "vendor_id": null, "team_id": team }]));
        admin.post("users", &input).refused(409, "username_taken");
        let token = admin.post("tokens", &json!({ "name": "t", "scopes": ["all"], "user_id": made["id"] })).expect(201).json();
        let wang = app.with_token(token["secret"].as_str().unwrap());
        wang.get("teams").expect(200);
        wang.get("users").refused(403, "forbidden");
        let path = format!("users/{}", made["id"].as_str().unwrap());
        let changed = admin.patch_if(&path, "\"1\"", &json!({ "grants": [{ "role": "inspector" }, { "role": "auditor" }] })).expect(200).json();
        assert_eq!(changed["grants"].as_array().unwrap().len(), 2);
        wang.get("users").expect(200);
        admin.patch_if(&path, "\"2\"", &json!({ "active": false })).expect(200);
        wang.get("users").refused(401, "unauthenticated");
        assert_eq!(admin.get("users?role=auditor&active=false").json()["items"][0]["username"], "wang");
        assert_eq!(admin.get("users?username=admin").json()["items"].as_array().unwrap().len(), 1);
    }

    fn what_does_not_fit_is_refused_by_field(app: &TestApp) {
        let admin = app.admin();
        let nobody = "01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11";
        let input = json!({ "username": "a b", "name": "", "grants": [{ "role": "team_lead" }, { "role": "agent" }] });
        let problem = admin.post("users", &input).expect(400).json();
        let fields: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["username", "name", "grants[0].reach", "grants[1].role"]);
        for grant in [json!({ "role": "team_lead", "team_id": nobody }), json!({ "role": "auditor", "vendor_id": nobody })] {
            admin.post("users", &json!({ "username": "x", "name": "x", "grants": [grant] })).refused(400, "invalid");
        }
        admin.post("users", &json!({ "username": "x", "name": "x", "agent_id": nobody })).refused(400, "invalid");
        admin.post("users", &json!({ "username": "x", "name": "x", "grants": [{ "role": "boss" }] })).refused(400, "invalid");
        let agent = people::agent(app, "007", people::team(app, "A", None, None));
        admin.post("users", &json!({ "username": "x", "name": "x", "agent_id": agent })).expect(201);
        admin.post("users", &json!({ "username": "y", "name": "y", "agent_id": agent })).refused(409, "agent_taken");
    }

    fn somebody_always_administers_the_centre(app: &TestApp) {
        let admin = app.admin();
        let first = admin.get("users?username=admin").json()["items"][0].clone();
        let path = format!("users/{}", first["id"].as_str().unwrap());
        admin.patch_if(&path, "\"1\"", &json!({ "active": false })).refused(409, "last_admin");
        admin.patch_if(&path, "\"1\"", &json!({ "grants": [] })).refused(409, "last_admin");
        admin.post_csv("users/import", "username,name,active\nadmin,admin,no\n").refused(409, "last_admin");
        app.user("second", None, &[Grant { role: Role::Admin, reach: GrantReach::All }]);
        admin.patch_if(&path, "\"1\"", &json!({ "grants": [{ "role": "auditor" }] })).expect(200);
    }

    fn passwords_are_set_by_administrators_and_by_their_owners(app: &TestApp) {
        let (id, owner) = app.user("wang", None, &[Grant { role: Role::Finance, reach: GrantReach::All }]);
        let (other, _) = app.user("zhao", None, &[]);
        let path = format!("users/{id}/password");
        app.admin().put(&path, &json!({ "password": "correct horse" })).expect(204);
        owner.put(&path, &json!({ "password": "battery staple" })).refused(400, "invalid");
        owner.put(&path, &json!({ "password": "battery staple", "current_password": "wrong horses" })).refused(400, "invalid");
        owner.put(&path, &json!({ "password": "battery staple", "current_password": "correct horse" })).expect(204);
        let short = owner.put(&path, &json!({ "password": "staple", "current_password": "battery staple" })).refused(400, "invalid");
        assert!(short.starts_with("password: has 6 characters"), "{short}");
        owner.put(&format!("users/{other}/password"), &json!({ "password": "battery staple" })).refused(403, "forbidden");
        let log = app.admin().get("audit?limit=200").text();
        assert!(log.contains("user.password_set") && !log.contains("staple") && !log.contains("argon2"), "{log}");
        assert!(!app.admin().get("users").text().contains("argon2"));
    }

    fn a_table_of_users_goes_in_and_out(app: &TestApp) {
        let admin = app.admin();
        people::vendor(app, "V1");
        let team = people::team(app, "A", None, None);
        people::agent(app, "007", team);
        let table = "username,name,agent,roles\nli,李,007,agent\nwang,王,,team_lead@team:A; auditor@vendor:V1\nbo,Bo,007,\ncy,Cy,,team_lead@team:B;auditor@vendor:V9\ndi,Di,,agent\ned,Ed,,boss\n";
        let report = admin.post_csv("users/import", table).expect(200).json();
        assert_eq!((&report["inserted"], &report["refused"]), (&json!(2), &json!(4)), "{report}");
        let faults: Vec<_> = report["faults"].as_array().unwrap().iter().map(|f| (f["line"].as_u64().unwrap(), f["field"].as_str().unwrap())).collect();
        assert_eq!(faults, [(4, "agent"), (5, "roles"), (6, "roles"), (7, "roles")]);
        let exported = admin.get("users?format=csv").expect(200).text();
        let expected = "\u{feff}username,name,email,language,agent,active,roles\r\nadmin,admin,,zh,,true,admin@all\r\nli,李,,zh,007,true,agent@own\r\nwang,王,,zh,,true,team_lead@team:A; auditor@vendor:V1\r\n";
        assert_eq!(exported, expected);
        assert_eq!(admin.post_csv("users/import", &exported).expect(200).json()["unchanged"], 3);
        let report = admin.post_csv("users/import", "username,name,roles\nwang,王,\n").expect(200).json();
        assert_eq!(report["changes"][0]["fields"], json!(["roles"]));
    }

    fn users_are_seen_by_those_whose_reach_covers_them(app: &TestApp) {
        let vendor = people::vendor(app, "V1");
        let team = people::team(app, "A", None, Some(vendor));
        let agent = people::agent(app, "007", team);
        app.user("agent", Some(agent), &[Grant { role: Role::Agent, reach: GrantReach::Own }]);
        app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(team) }]);
        let (stranger, _) = app.user("stranger", None, &[Grant { role: Role::Finance, reach: GrantReach::All }]);
        let manager = app.user("manager", None, &[Grant { role: Role::QaManager, reach: GrantReach::Vendor(vendor) }]).1;
        let items = manager.get("users").expect(200).json()["items"].clone();
        let mut names: Vec<_> = items.as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap().split('-').next().unwrap().to_owned()).collect();
        names.sort();
        assert_eq!(names, ["agent", "lead", "manager"]);
        manager.get(&format!("users/{stranger}")).refused(404, "not_found");
        manager.post("users", &json!({ "username": "x", "name": "x" })).refused(403, "forbidden");
    }
}
