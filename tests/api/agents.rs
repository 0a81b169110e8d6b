//! Agents, and the teams that they are in over time.

use assay::domain::access::{Grant, GrantReach, Role};
use serde_json::json;

use crate::support::{Client, on_both, people};

fn numbers(client: &Client, path: &str) -> Vec<String> {
    let items = client.get(path).expect(200).json()["items"].clone();
    items.as_array().unwrap().iter().map(|agent| agent["employee_no"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    fn an_agent_is_noted_changed_and_found(app: &TestApp) {
        let admin = app.admin();
        let (one, two) = (people::team(app, "A", None, None), people::team(app, "B", None, None));
        let input = json!({ "employee_no": "007", "name": "Li_Na 李娜", "email": "li.na@example.com", "language": "en", "team_id": one });
        let made = admin.post("agents", &input).expect(201).json();
        people::agent(app, "008", two);
        admin.post("agents", &input).refused(409, "employee_no_taken");
        let bad = json!({ "employee_no": "0 0", "name": "x", "email": "li.na", "team_id": one });
        let problem = admin.post("agents", &bad).expect(400).json();
        let fields: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["employee_no", "email"]);
        let path = format!("agents/{}", made["id"].as_str().unwrap());
        let left = admin.patch_if(&path, "\"1\"", &json!({ "left_on": "2026-10-31", "email": null })).expect(200).json();
        assert_eq!((&left["left_on"], &left["email"], &left["language"]), (&json!("2026-10-31"), &json!(null), &json!("en")));
        admin.patch_if(&path, "\"2\"", &json!({ "team_id": two })).refused(400, "invalid");
        admin.send("PATCH", &path, &[("content-type", "application/json")], b"{}").refused(400, "invalid");
        assert_eq!(numbers(&admin, "agents?left=true"), ["007"]);
        assert_eq!(numbers(&admin, "agents?left=false"), ["008"]);
        assert_eq!(numbers(&admin, "agents?name=li_na"), ["007"]);
        assert_eq!(numbers(&admin, "agents?name=%E5%A8%9C"), ["007"]);
        assert_eq!(numbers(&admin, "agents?name=%25"), [""; 0]);
        assert_eq!(numbers(&admin, "agents?employee_no=008"), ["008"]);
        assert_eq!(numbers(&admin, &format!("agents?team_id={two}")), ["008"]);
    }

    fn a_move_keeps_where_the_agent_was(app: &TestApp) {
        let admin = app.admin();
        let (one, two) = (people::team(app, "A", None, None), people::team(app, "B", None, None));
        let agent = people::agent(app, "007", one);
        let path = format!("agents/{agent}/teams");
        let send = |etag: &str, body| admin.send("POST", &path, &[("content-type", "application/json"), ("if-match", etag)], &serde_json::to_vec(&body).unwrap());
        let moved = send("\"1\"", json!({ "team_id": two, "from": "2026-11-01" })).expect(200);
        assert_eq!((moved.json()["team_id"].clone(), moved.header("etag")), (json!(two), Some("\"2\"")));
        send("\"1\"", json!({ "team_id": one })).refused(412, "stale");
        let same = send("\"2\"", json!({ "team_id": two })).expect(200);
        assert_eq!(same.header("etag"), Some("\"2\""), "the agent is there already");
        let tomorrow = send("\"2\"", json!({ "team_id": one, "from": "2026-11-11" })).refused(400, "invalid");
        assert!(tomorrow.starts_with("from: "), "{tomorrow}");
        let three = people::team(app, "C", None, None);
        let back = send("\"2\"", json!({ "team_id": three, "from": "2026-03-01" })).expect(200).json();
        assert_eq!(back["team_id"], json!(two), "a stay in the past changes nothing for today");
        send("\"3\"", json!({ "team_id": one, "from": "2026-11-01" })).expect(200);
        assert_eq!(
            admin.get(&path).expect(200).json()["items"],
            json!([
                { "from": "2000-01-01", "team_id": one },
                { "from": "2026-03-01", "team_id": three },
                { "from": "2026-11-01", "team_id": one },
            ])
        );
        let audit = admin.get(&format!("audit?object_id={agent}&action=agent.moved")).expect(200).json();
        assert_eq!(audit["items"][0]["before"], json!({ "from": "2026-11-01", "team_id": two }));
    }

    /// An archived team takes nobody in, by whatever way; who is in it stays.
    fn nobody_comes_into_an_archived_team(app: &TestApp) {
        let admin = app.admin();
        let (one, gone) = (people::team(app, "A", None, None), people::team(app, "B", None, None));
        let (agent, inside) = (people::agent(app, "007", one), people::agent(app, "008", gone));
        admin.patch_if(&format!("teams/{gone}"), "\"1\"", &json!({ "archived": true })).expect(200);
        let send = |agent, etag: &str| admin.send("POST", &format!("agents/{agent}/teams"), &[("content-type", "application/json"), ("if-match", etag)], &serde_json::to_vec(&json!({ "team_id": gone })).unwrap());
        let told = send(agent, "\"1\"").refused(400, "invalid");
        assert!(told.starts_with("team_id: the team Team B (B) is archived"), "{told}");
        send(inside, "\"1\"").expect(200);
        let input = json!({ "employee_no": "009", "name": "x", "team_id": gone });
        admin.post("agents", &input).refused(400, "invalid");
        let report = admin.post_csv("agents/import", "employee_no,name,team\n007,x,B\n008,y,B\n009,z,B\n").expect(200).json();
        assert_eq!((&report["refused"], &report["updated"]), (&json!(2), &json!(1)), "{report}");
    }

    /// An id in a path that is none is told with the name of the parameter and what would be right.
    fn a_part_of_a_path_is_told_by_its_name(app: &TestApp) {
        let admin = app.admin();
        let told = admin.get("agents/nonsense").refused(400, "invalid");
        assert!(told.starts_with("agent_id: `nonsense` is not an id; ids look like"), "{told}");
        let problem = admin.get("results/soon/agents/nonsense").expect(400).json();
        let fields: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["period", "agent_id"], "{problem}");
        let told = admin.get("scorecards/01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11/versions/first").refused(400, "invalid");
        assert!(told.starts_with("number: `first` is not a whole number"), "{told}");
    }

    fn a_move_leaves_closed_periods_alone(app: &TestApp) {
        let admin = app.admin();
        let (one, two) = (people::team(app, "A", None, None), people::team(app, "B", None, None));
        let agent = people::agent(app, "007", one);
        close(app, "2026-10");
        let path = format!("agents/{agent}/teams");
        let send = |from: &str| {
            let body = serde_json::to_vec(&json!({ "team_id": two, "from": from })).unwrap();
            admin.send("POST", &path, &[("content-type", "application/json"), ("if-match", "\"1\"")], &body)
        };
        send("2026-10-31").refused(409, "period_closed");
        let report = admin.post_csv("agents/import", "employee_no,name,team,team_from\n007,Agent 007,B,2026/10/31\n").expect(200).json();
        assert_eq!(report["faults"][0]["field"], "team_from");
        send("2026-11-01").expect(200);
    }

    fn everybody_sees_the_agents_within_reach_and_no_others(app: &TestApp) {
        let vendor = people::vendor(app, "V1");
        let top = people::team(app, "A", None, Some(vendor));
        let below = people::team(app, "A-1", Some(top), None);
        let beside = people::team(app, "B", None, None);
        let (_, second, third) = (people::agent(app, "1", top), people::agent(app, "2", below), people::agent(app, "3", beside));
        let grants = [Grant { role: Role::TeamLead, reach: GrantReach::Team(top) }];
        let lead = app.user("lead", None, &grants).1;
        assert_eq!(numbers(&lead, "agents"), ["1", "2"]);
        assert_eq!(numbers(&lead, &format!("agents?team_id={beside}")), [""; 0]);
        lead.get(&format!("agents/{third}")).refused(404, "not_found");
        lead.get(&format!("agents/{third}/teams")).refused(404, "not_found");
        lead.patch_if(&format!("agents/{second}"), "\"1\"", &json!({ "name": "x" })).refused(403, "forbidden");
        let own = app.user("agent", Some(third), &[Grant { role: Role::Agent, reach: GrantReach::Own }]).1;
        assert_eq!(numbers(&own, "agents"), ["3"]);
        own.get(&format!("agents/{second}")).refused(404, "not_found");
        let manager = app.user("manager", None, &[Grant { role: Role::QaManager, reach: GrantReach::Vendor(vendor) }]).1;
        assert_eq!(numbers(&manager, "agents"), ["1", "2"]);
        manager.post("agents", &json!({ "employee_no": "4", "name": "x", "team_id": beside })).refused(400, "invalid");
        let table = "employee_no,name,team\n1,renamed,A\n3,renamed,A\n2,Agent 2,B\n5,new,B\n6,new,A\n";
        let report = manager.post_csv("agents/import", table).expect(200).json();
        assert_eq!((&report["inserted"], &report["updated"], &report["refused"]), (&json!(1), &json!(1), &json!(3)));
        assert_eq!(app.admin().get(&format!("agents/{third}")).json()["name"], "Agent 3");
        assert_eq!(lead.get("agents?format=csv").expect(200).text().lines().count(), 4);
    }

    fn a_table_of_agents_brings_new_ones_changes_and_moves(app: &TestApp) {
        let admin = app.admin();
        people::team(app, "A", None, None);
        people::team(app, "B", None, None);
        let table = "employee_no,name,email,team,team_from\n1,李娜,li@example.com,A,2026-01-15\n2,Bo,,B,\n3,Cy,,C,\n4,Di,nobody,A,2026-13-01\n5,Ed,,,\n";
        let report = admin.post_csv("agents/import", table).expect(200).json();
        assert_eq!((&report["inserted"], &report["refused"]), (&json!(2), &json!(3)));
        let faults: Vec<_> = report["faults"].as_array().unwrap().iter().map(|f| (f["line"].as_u64().unwrap(), f["field"].as_str().unwrap())).collect();
        assert_eq!(faults, [(4, "team"), (5, "team_from"), (5, "email"), (6, "team")]);
        let exported = admin.get("agents?format=csv").expect(200).text();
        let expected = "\u{feff}employee_no,name,email,language,team,team_from,left_on\r\n1,李娜,li@example.com,zh,A,2026-01-15,\r\n2,Bo,,zh,B,2000-01-01,\r\n";
        assert_eq!(exported, expected);
        assert_eq!(admin.post_csv("agents/import", &exported).expect(200).json()["unchanged"], 2);
        let changes = "employee_no,name,team,left_on\n1,李娜,B,\n2,Bo,B,2026-11-09\n";
        let preview = admin.post_csv("agents/import?dry_run=true", changes).expect(200).json();
        let report = admin.post_csv("agents/import", changes).expect(200).json();
        assert_eq!(preview["changes"], report["changes"]);
        assert_eq!(report["changes"][0], json!({ "line": 2, "key": "1", "new": false, "fields": ["team"] }));
        assert_eq!(report["changes"][1]["fields"], json!(["left_on"]));
        let exported = admin.get("agents?format=csv").expect(200).text();
        assert!(exported.contains("1,李娜,li@example.com,zh,B,2026-11-10,\r\n"), "{exported}");
    }

    fn thousands_of_agents_go_in_and_out(app: &TestApp) {
        people::team(app, "A", None, None);
        let mut table = "employee_no,name,team\n".to_owned();
        for n in 0..1100 {
            table.push_str(&format!("{n:05},Agent {n},A\n"));
        }
        let report = app.admin().post_csv("agents/import", &table).expect(200).json();
        assert_eq!((&report["inserted"], report["changes"].as_array().unwrap().len(), &report["changes_left_out"]), (&json!(1100), 1000, &json!(100)));
        let exported = app.admin().get("agents?format=csv").expect(200).text();
        assert_eq!(exported.lines().count(), 1101);
        assert!(exported.lines().skip(1).is_sorted());
    }
}

/// Marks a period as closed, without what else a close does.
pub fn close(app: &crate::support::TestApp, period: &str) {
    let period: assay::domain::period::Period = period.parse().unwrap();
    app.write(move |tx| {
        use assay::db::schema::periods;
        use assay::domain::id::CloseId;
        use assay::domain::month_close::PeriodState;
        use diesel::prelude::*;
        let row = (
            periods::period.eq(period),
            periods::state.eq(PeriodState::Closed),
            periods::close_id.eq(tx.id::<CloseId>()),
            periods::touched_at.eq(tx.at()),
            periods::closed_at.eq(tx.at()),
            periods::standing_in_the_way.eq("{}"),
        );
        diesel::insert_into(periods::table).values(row).execute(tx.conn)?;
        Ok(())
    });
}
