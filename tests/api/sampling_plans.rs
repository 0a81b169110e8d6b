//! Sampling plans over HTTP.

use assay::domain::access::Role;
use serde_json::json;

use crate::support::on_both;
use crate::support::sampling::{Chat, PERIOD, centre, chats};

on_both! {
    /// A plan is made, changed under If-Match, paused, and deleted as long as it has not drawn.
    fn a_plan_lives(app: &TestApp) {
        let centre = centre(app, 2, 5, 1);
        let manager = &centre.manager;
        let made = manager.post("sampling-plans", &json!({"name": " Monthly chats ", "content": centre.content(3)})).expect(201);
        assert_eq!(made.header("etag"), Some("\"1\""));
        let plan = made.json();
        assert_eq!((plan["name"].as_str(), plan["state"].as_str()), (Some("Monthly chats"), Some("active")));
        assert_eq!(plan["content"]["stratify_by"], "day");
        let path = format!("sampling-plans/{}", plan["id"].as_str().unwrap());

        let changed = json!({"name": "Monthly chats", "content": centre.content(4)});
        manager.put_if(&path, "\"7\"", &changed).refused(412, "stale");
        let changed = manager.put_if(&path, "\"1\"", &changed).expect(200).json();
        assert_eq!((changed["version"].as_i64(), changed["content"]["quota"]["count"].as_i64()), (Some(2), Some(4)));
        manager.post("sampling-plans", &json!({"name": "Monthly chats", "content": centre.content(3)})).refused(409, "name_taken");

        let paused = manager.send("POST", &format!("{path}/pause"), &[("if-match", "\"2\"")], b"").expect(200).json();
        assert_eq!(paused["state"], "paused");
        manager.post("draws", &json!({"plan_id": plan["id"], "period": PERIOD})).refused(409, "plan_paused");
        assert_eq!(manager.get("sampling-plans?state=paused").json()["items"].as_array().unwrap().len(), 1);
        assert_eq!(manager.get("sampling-plans?state=active").json()["items"].as_array().unwrap().len(), 0);
        manager.send("POST", &format!("{path}/resume"), &[("if-match", "\"3\"")], b"").expect(200);

        manager.send("DELETE", &path, &[("if-match", "\"4\"")], b"").expect(204);
        manager.get(&path).refused(404, "not_found");
    }

    /// Everything that is wrong with a plan is told at once, with what would be right.
    fn bad_plans_are_refused(app: &TestApp) {
        let centre = centre(app, 1, 1, 1);
        let mut content = centre.content(3);
        content["quota"] = json!({"kind": "count", "count": 0});
        content["due_days"] = json!(0);
        let told = centre.manager.post("sampling-plans", &json!({"name": "", "content": content})).refused(400, "invalid");
        for field in ["name", "content.quota.count", "content.due_days"] {
            assert!(told.contains(field), "{told}");
        }
        let mut content = centre.content(3);
        let nobody = "01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11";
        content["population"] = json!({"teams": [nobody]});
        content["exclusions"] = json!({"agents": [nobody]});
        content["inspectors"] = json!([{"user_id": nobody, "capacity": 1}]);
        content["scorecards"] = json!([{"channel": "chat", "scorecard_id": nobody}]);
        let told = centre.manager.post("sampling-plans", &json!({"name": "x", "content": content})).refused(400, "invalid");
        for field in ["population.teams[0]", "exclusions.agents[0]", "inspectors[0].user_id", "scorecards[0].scorecard_id"] {
            assert!(told.contains(field), "{told}");
        }
        let mut content = centre.content(3);
        content["quota"] = json!({"kind": "everything"});
        let told = centre.manager.post("sampling-plans", &json!({"name": "x", "content": content})).refused(400, "invalid");
        assert!(told.contains("content.quota"), "{told}");
        let told = centre.manager.post("sampling-plans", &json!({"name": "x", "content": centre.content(3), "colour": 1})).refused(400, "invalid");
        assert!(told.contains("colour"), "{told}");
    }

    /// Plans are for QA managers; inspectors see their own samples only.
    fn permissions(app: &TestApp) {
        let centre = centre(app, 1, 1, 1);
        let plan = centre.plan("p", &centre.content(1));
        let body = json!({"name": "q", "content": centre.content(1)});
        for role in [Role::Agent, Role::TeamLead, Role::Finance, Role::Admin, Role::ComplaintDesk] {
            app.person(role).get("sampling-plans").refused(403, "forbidden");
            app.person(role).post("sampling-plans", &body).refused(403, "forbidden");
        }
        centre.inspectors[0].1.get("sampling-plans").refused(403, "forbidden");
        let auditor = app.person(Role::Auditor);
        auditor.get(&format!("sampling-plans/{plan}")).expect(200);
        auditor.post(&format!("sampling-plans/{plan}/preview"), &json!({"period": PERIOD})).expect(200);
        auditor.post("sampling-plans", &body).refused(403, "forbidden");
        app.anonymous().get("sampling-plans").refused(401, "unauthenticated");
    }

    /// The preview knows the population and the shortfall before anything is drawn, and draws nothing.
    fn a_preview_draws_nothing(app: &TestApp) {
        let centre = centre(app, 3, 10, 1);
        chats(app, centre.agents[0], PERIOD, 4, &Chat { minutes: 0, ..Chat::default() });
        chats(app, centre.agents[1], PERIOD, 2, &Chat { satisfaction: Some(1), ..Chat::default() });
        let mut content = centre.content(12);
        content["exclusions"] = json!({"shorter_than_seconds": 30, "agents": [centre.agents[2]]});
        content["targeted"] = json!({"filter": {"satisfaction": {"max": 2}}, "quota": {"kind": "count", "count": 1}});
        content["reserves"] = json!(0);
        let plan = centre.plan("p", &content);
        let preview = centre.manager.post(&format!("sampling-plans/{plan}/preview"), &json!({"period": PERIOD})).expect(200).json();
        assert_eq!(preview["agents"], 2);
        assert_eq!(preview["conversations"], 22);
        assert_eq!(preview["targeted_conversations"], 2);
        assert_eq!(preview["excluded"]["too_short"], 4);
        assert_eq!((preview["random_wanted"].as_i64(), preview["random"].as_i64()), (Some(24), Some(22)));
        assert_eq!(preview["capacity"], 1000);
        let lines = preview["shortfall"].as_array().unwrap();
        assert!(lines.iter().any(|line| line["agent_id"] == json!(centre.agents[0]) && line["reason"] == "exclusions" && line["missing"] == 2));
        assert_eq!(centre.manager.get("draws").json()["items"].as_array().unwrap().len(), 0);
        assert!(preview.get("seed").is_none());
    }
}
