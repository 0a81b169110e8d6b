//! How often people hear of what.

use assay::domain::access::Role;
use assay::domain::language::Language;
use assay::domain::mail::{Post, Recipient};
use assay::jobs::daily_mail;
use assay::jobs::outbox::Round;
use serde_json::json;

use crate::support::mail::{agent_result, memory, outbox, post, reader, round};
use crate::support::on_both;

on_both! {
    fn people_choose_within_what_their_role_must_receive(app: &TestApp) {
        let agent = app.person(Role::Agent);
        let shown = agent.get("me/mail-preferences").expect(200).json();
        let results = shown.as_array().unwrap().iter().find(|t| t["topic"] == "results").unwrap().clone();
        assert_eq!(results, json!({ "topic": "results", "frequency": "at_once", "choices": ["at_once", "daily"] }));
        let refused = agent.put("me/mail-preferences", &json!([{ "topic": "results", "frequency": "never" }])).refused(400, "invalid");
        assert!(refused.contains("at_once, daily"), "{refused}");
        agent.put("me/mail-preferences", &json!([{ "topic": "fine_lists", "frequency": "at_once" }])).refused(400, "invalid");
        agent.put("me/mail-preferences", &json!([{ "topic": "results", "frequency": "daily", "x": 1 }])).refused(400, "invalid");
        let shown = agent.put("me/mail-preferences", &json!([{ "topic": "results", "frequency": "daily" }])).expect(200).json();
        assert!(shown.as_array().unwrap().iter().any(|t| t["topic"] == "results" && t["frequency"] == "daily"));
        app.anonymous().get("me/mail-preferences").refused(401, "unauthenticated");
    }

    fn who_wants_a_digest_gets_one_each_morning(app: &TestApp) {
        let (agent, client, _) = reader(app, Role::Agent, Language::En);
        client.put("me/mail-preferences", &json!([{ "topic": "results", "frequency": "daily" }])).expect(200);
        let (sender, memory) = memory(app);
        for n in 0..3 {
            let letter = agent_result(&format!("call-{n}"), "");
            post(app, &Post { to: Recipient::User(agent), letter, dedupe: n.to_string(), about: Vec::new() });
        }
        assert_eq!(round(app, &sender), Round::default());
        assert_eq!(outbox(app, "held").len(), 3);
        assert_eq!(app.run(daily_mail::run_once(&app.app)).unwrap().digests, 0, "written after today's hour: they wait for tomorrow's");
        app.clock.set("2026-11-10T23:59:00Z".parse().unwrap());
        assert_eq!(app.run(daily_mail::run_once(&app.app)).unwrap().digests, 0, "a minute before eight in Shanghai");
        app.clock.set("2026-11-11T00:00:00Z".parse().unwrap());
        assert_eq!(app.run(daily_mail::run_once(&app.app)).unwrap().digests, 1);
        assert_eq!(app.run(daily_mail::run_once(&app.app)).unwrap().digests, 0, "once");
        assert_eq!(round(app, &sender).sent, 1);
        let mails = memory.take();
        assert_eq!(mails[0].document.subject_line(), "Quality digest of 2026-11-11 (3)");
        let gathered = outbox(app, "gathered");
        assert_eq!(gathered.len(), 3);
        assert_eq!(gathered[0]["gathered_in"], outbox(app, "sent")[0]["id"]);
    }
}
