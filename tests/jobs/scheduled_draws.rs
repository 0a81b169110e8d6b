//! Plans that draw by themselves.

use assay::jobs::scheduled_draws::run_once;
use chrono::{DateTime, Utc};
use serde_json::json;

use crate::support::on_both;
use crate::support::sampling::{Chat, centre, chats};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

on_both! {
    /// A scheduled plan draws once when its time comes, however many instances look, and again in the next month.
    fn a_schedule_draws_once_a_month(app: &TestApp) {
        let centre = centre(app, 2, 20, 1);
        for agent in &centre.agents {
            chats(app, *agent, "2026-11", 20, &Chat::default());
        }
        let mut content = centre.content(3);
        content["schedule"] = json!({"day_of_month": 1, "hour": 2});
        let plan = centre.plan("scheduled", &content);
        let tick = || app.run(run_once(&app.app)).unwrap().len();
        assert_eq!(tick(), 0, "its moment for October was before the plan was made");
        app.clock.set(at("2026-11-30T17:59:59Z"));
        assert_eq!(tick(), 0);

        // Two in the morning of 1 December in Shanghai; three instances look at the same time.
        app.clock.set(at("2026-11-30T18:00:00Z"));
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(tick);
            }
        });
        let drawn = || centre.manager.get(&format!("draws?plan_id={plan}")).json()["items"].as_array().unwrap().clone();
        tick();
        assert_eq!(drawn().len(), 1);
        assert_eq!((drawn()[0]["period"].as_str(), drawn()[0]["state"].as_str()), (Some("2026-11"), Some("drawn")));
        assert_eq!(drawn()[0]["summary"]["random"], 6);
        assert_eq!(tick(), 0);

        // A paused plan does not draw; resumed, it makes up for it.
        centre.manager.send("POST", &format!("sampling-plans/{plan}/pause"), &[("if-match", "\"1\"")], b"").expect(200);
        app.clock.set(at("2027-01-02T00:00:00Z"));
        assert_eq!(tick(), 0);
        centre.manager.send("POST", &format!("sampling-plans/{plan}/resume"), &[("if-match", "\"2\"")], b"").expect(200);
        assert_eq!(tick(), 1);
        assert_eq!(drawn()[0]["period"], "2026-12");
    }

    /// A plan that cannot draw does not keep the others from drawing.
    fn one_bad_plan_does_not_stop_the_others(app: &TestApp) {
        let centre = centre(app, 1, 5, 1);
        let draft = json!({"code": "draft", "name_zh": "草稿", "name_en": "Draft", "content": {"sections": []}});
        let draft = centre.manager.post("scorecards", &draft).expect(201).json();
        let mut content = centre.content(1);
        content["schedule"] = json!({"day_of_month": 1, "hour": 0});
        centre.plan("good", &content);
        content["scorecards"] = json!([{"channel": "chat", "scorecard_id": draft["id"]}]);
        centre.plan("bad", &content);
        app.clock.set(at("2026-12-05T00:00:00Z"));
        assert_eq!(app.run(run_once(&app.app)).unwrap().len(), 1);
        assert_eq!(app.run(run_once(&app.app)).unwrap().len(), 0);
    }
}
