//! The audit log: complete, searchable, and never rewritten.

use assay::domain::access::{Grant, GrantReach, Role};
use chrono::Duration;
use diesel::RunQueryDsl;
use serde_json::json;

use crate::support::{on_both, people};

on_both! {
    fn who_did_what_to_what_can_be_searched(app: &TestApp) {
        let (manager_id, manager) = app.user("manager", None, &[Grant { role: Role::QaManager, reach: GrantReach::All }]);
        let team = people::team(app, "A", None, None);
        app.clock.set(app.now() + Duration::minutes(5));
        manager.patch_if(&format!("teams/{team}"), "\"1\"", &json!({ "name": "Renamed" })).expect(200);
        let lines = |query: &str| manager.get(&format!("audit?{query}")).expect(200).json()["items"].as_array().unwrap().clone();
        let of_team = lines(&format!("object_kind=team&object_id={team}"));
        assert_eq!(of_team.iter().map(|line| line["action"].as_str().unwrap()).collect::<Vec<_>>(), ["team.changed", "team.created"]);
        let change = &of_team[0];
        assert_eq!((&change["user_id"], &change["actor_kind"], &change["at"]), (&json!(manager_id), &json!("user"), &json!("2026-11-10T04:05:00Z")));
        assert_eq!((&change["before"]["name"], &change["after"]["name"]), (&json!("Team A"), &json!("Renamed")));
        assert!(change["address"].as_str().unwrap().starts_with("127.0.0.1") && !change["request_id"].as_str().unwrap().is_empty());
        assert_eq!(lines(&format!("user_id={manager_id}")).len(), 1);
        assert_eq!(lines("action=team.created&from=2026-11-10T04:00:01Z"), [json!(null); 0]);
        assert_eq!(lines("action=team.created&until=2026-11-10T04:00:01Z").len(), 1);
        assert_eq!(lines("actor_kind=service"), [json!(null); 0]);
        let first = manager.get("audit?limit=1").json();
        let second = manager.get(&format!("audit?limit=1&cursor={}", first["next"].as_str().unwrap())).json();
        assert_eq!((&first["items"][0], second["items"].as_array().unwrap().len()), (change, 1));
        assert_ne!(second["items"][0], first["items"][0]);
    }

    fn a_refused_request_leaves_its_line_and_nothing_else(app: &TestApp) {
        let finance = app.person(Role::Finance);
        finance.post("teams", &json!({ "code": "A", "name": "A" })).refused(403, "forbidden");
        app.admin().post("teams", &json!({ "code": "A", "name": "" })).refused(400, "invalid");
        assert_eq!(app.admin().get("teams").json()["items"], json!([]));
        let lines = app.admin().get("audit?action=request.refused").json()["items"].clone();
        assert_eq!((lines[0]["after"]["status"].as_u64(), lines[1]["after"]["code"].as_str()), (Some(400), Some("forbidden")));
    }

    fn the_log_only_grows(app: &TestApp) {
        people::team(app, "A", None, None);
        let before = app.admin().get("audit").expect(200).json()["items"].clone();
        let mut attempts = vec!["UPDATE audit SET action = 'x'", "DELETE FROM audit"];
        if app.is_postgres() {
            attempts.push("TRUNCATE audit");
        }
        for sql in attempts {
            let refused = app.run(app.app.db.write(move |conn| Ok(diesel::sql_query(sql).execute(conn)?)));
            let why = refused.unwrap_err().to_string();
            assert!(why.contains("audit only grows"), "{sql}: {why}");
        }
        assert_eq!(app.admin().get("audit").expect(200).json()["items"], before);
    }

    fn only_those_of_the_whole_centre_read_it(app: &TestApp) {
        let team = people::team(app, "A", None, None);
        for (role, reach, status) in [
            (Role::Auditor, GrantReach::All, 200),
            (Role::Admin, GrantReach::All, 200),
            (Role::Auditor, GrantReach::Team(team), 403),
            (Role::TeamLead, GrantReach::Team(team), 403),
            (Role::Finance, GrantReach::All, 403),
        ] {
            let (_, client) = app.user("reader", None, &[Grant { role, reach }]);
            client.get("audit").expect(status);
        }
    }
}
