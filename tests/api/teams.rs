//! Teams, how they nest, and who sees which.

use assay::domain::access::{Grant, GrantReach, Role};
use serde_json::json;

use crate::support::{Client, on_both, people};

fn codes(client: &Client, path: &str) -> Vec<String> {
    let items = client.get(path).expect(200).json()["items"].clone();
    items.as_array().unwrap().iter().map(|team| team["code"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    fn teams_nest_and_never_in_a_circle(app: &TestApp) {
        let admin = app.admin();
        let top = people::team(app, "T", None, None);
        let middle = people::team(app, "T-1", Some(top), None);
        let bottom = people::team(app, "T-1-1", Some(middle), None);
        let detail = admin.patch_if(&format!("teams/{top}"), "\"1\"", &json!({ "parent_id": bottom })).refused(400, "invalid");
        assert!(detail.starts_with("parent_id: "), "{detail}");
        admin.post("teams", &json!({ "code": "X", "name": "X", "parent_id": "01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11" })).refused(400, "invalid");
        assert_eq!(codes(&admin, &format!("teams?below={middle}")), ["T-1", "T-1-1"]);
        admin.patch_if(&format!("teams/{middle}"), "\"1\"", &json!({ "parent_id": null })).expect(200);
        assert_eq!(codes(&admin, &format!("teams?below={top}")), ["T"]);
        assert_eq!(codes(&admin, &format!("teams?below={middle}")), ["T-1", "T-1-1"]);
    }

    fn a_vendor_s_team_has_no_other_vendor_s_teams_below(app: &TestApp) {
        let (one, two) = (people::vendor(app, "V1"), people::vendor(app, "V2"));
        let top = people::team(app, "A", None, Some(one));
        let inherits = people::team(app, "A-1", Some(top), None);
        let admin = app.admin();
        assert_eq!(admin.get(&format!("teams/{inherits}")).json()["vendor_id"], json!(one));
        let other = json!({ "code": "A-2", "name": "A-2", "parent_id": top, "vendor_id": two });
        admin.post("teams", &other).refused(400, "invalid");
        admin.patch_if(&format!("teams/{top}"), "\"1\"", &json!({ "vendor_id": two })).refused(400, "invalid");
        assert_eq!(codes(&admin, &format!("teams?vendor_id={one}")), ["A", "A-1"]);
    }

    fn everybody_sees_the_teams_within_reach_and_no_others(app: &TestApp) {
        let vendor = people::vendor(app, "V1");
        let top = people::team(app, "A", None, Some(vendor));
        let below = people::team(app, "A-1", Some(top), None);
        let beside = people::team(app, "B", None, None);
        let agent = people::agent(app, "007", beside);
        let lead = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(below) }]).1;
        assert_eq!(codes(&lead, "teams"), ["A-1"]);
        lead.get(&format!("teams/{top}")).refused(404, "not_found");
        assert_eq!(lead.get("vendors").json()["items"][0]["code"], "V1");
        let auditor = app.user("auditor", None, &[Grant { role: Role::Auditor, reach: GrantReach::Vendor(vendor) }]).1;
        assert_eq!(codes(&auditor, "teams"), ["A", "A-1"]);
        let agent = app.user("agent", Some(agent), &[Grant { role: Role::Agent, reach: GrantReach::Own }]).1;
        assert_eq!(codes(&agent, "teams"), ["B"]);
        assert_eq!(agent.get("vendors").json()["items"], json!([]));
        assert_eq!(codes(&app.admin(), "teams?limit=2"), ["A", "A-1"]);
        let next = app.admin().get("teams?limit=2").json()["next"].as_str().unwrap().to_owned();
        assert_eq!(codes(&app.admin(), &format!("teams?limit=2&cursor={next}")), ["B"]);
        app.admin().get("teams?cursor=zz").refused(400, "invalid");
        app.person(Role::Inspector).get("teams").refused(403, "forbidden");
    }

    fn a_manager_of_one_vendor_changes_only_that_vendor_s_teams(app: &TestApp) {
        let vendor = people::vendor(app, "V1");
        let own = people::team(app, "A", None, Some(vendor));
        let foreign = people::team(app, "B", None, None);
        let manager = app.user("manager", None, &[Grant { role: Role::QaManager, reach: GrantReach::Vendor(vendor) }]).1;
        manager.post("teams", &json!({ "code": "A-1", "name": "new", "parent_id": own })).expect(201);
        manager.post("teams", &json!({ "code": "A-2", "name": "new", "vendor_id": vendor })).expect(201);
        manager.post("teams", &json!({ "code": "B-1", "name": "new", "parent_id": foreign })).refused(400, "invalid");
        manager.post("teams", &json!({ "code": "C", "name": "new" })).refused(400, "invalid");
        manager.patch_if(&format!("teams/{foreign}"), "\"1\"", &json!({ "name": "mine" })).refused(404, "not_found");
        manager.patch_if(&format!("teams/{own}"), "\"1\"", &json!({ "parent_id": foreign })).refused(400, "invalid");
        manager.post("vendors", &json!({ "code": "V9", "name": "new" })).refused(403, "forbidden");
        let report = manager.post_csv("teams/import", "code,name,parent\nB,mine,\nA-3,new,A\nC,new,\n").expect(200).json();
        assert_eq!((&report["inserted"], &report["refused"]), (&json!(1), &json!(2)));
        assert_eq!(report["faults"][0]["field"], "code");
        assert_eq!(report["faults"][1]["field"], "parent");
    }

    fn a_table_of_teams_may_name_a_team_further_down(app: &TestApp) {
        people::vendor(app, "V1");
        let admin = app.admin();
        let table = "code,name,parent,vendor,archived\nA-1-1,三,A-1,,\nA-1,二,A,,no\nA,一,,V1,\nB,b,nowhere,,\nC,c,D,,\nD,d,C,,\nE,e,,V7,\nA-9,\"x,\",A,,yes\n";
        for dry_run in [true, false] {
            let report = admin.post_csv(&format!("teams/import?dry_run={dry_run}"), table).expect(200).json();
            assert_eq!((&report["inserted"], &report["refused"]), (&json!(4), &json!(4)), "{report}");
            let faults: Vec<_> = report["faults"].as_array().unwrap().iter().map(|f| (f["line"].as_u64().unwrap(), f["field"].as_str().unwrap())).collect();
            assert_eq!(faults, [(5, "parent"), (6, "parent"), (7, "parent"), (8, "vendor")]);
        }
        let exported = admin.get("teams?format=csv").expect(200).text();
        let expected = "\u{feff}code,name,parent,vendor,archived\r\nA,一,,V1,false\r\nA-1,二,A,V1,false\r\nA-1-1,三,A-1,V1,false\r\nA-9,\"x,\",A,V1,true\r\n";
        assert_eq!(exported, expected);
        let again = admin.post_csv("teams/import", &exported).expect(200).json();
        assert_eq!((&again["unchanged"], &again["refused"]), (&json!(4), &json!(0)));
        let moved = admin.post_csv("teams/import", "code,name,parent\nA-1,二,\nA-1-1,三,A\n").expect(200).json();
        assert_eq!(moved["changes"][0]["fields"], json!(["parent"]));
        let top = admin.get("teams?limit=1").json()["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(codes(&admin, &format!("teams?below={top}")), ["A", "A-1-1", "A-9"]);
    }
}
