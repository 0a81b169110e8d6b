//! What a sample gives its inspector to see, and what it keeps from changing.

use assay::domain::access::{Grant, GrantReach, Role};
use assay::domain::id::ConversationId;
use serde_json::{Value, json};

use crate::support::sounds::{form, wav};
use crate::support::{Client, on_both};

fn call(id: &str, extra: Value) -> String {
    let mut conversation = json!({
        "source": "pbx", "external_id": id, "channel": "call", "agent": "1", "started_at": "2026-11-03T10:15:00+08:00", "duration_ms": 2000,
        "transcript": [{"speaker": "agent", "text": "hello"}], "recordings": [{"file": "a.wav"}],
    });
    conversation.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    format!("{conversation}\n")
}

fn upload(client: &Client, conversations: &str) -> Value {
    let (a, b) = (wav(1, 800, 1), wav(1, 800, 2));
    let (media_type, body) = form(&[
        ("recording", Some("a.wav"), "audio/wav", &a),
        ("recording", Some("b.wav"), "audio/wav", &b),
        ("conversations", None, "application/x-ndjson", conversations.as_bytes()),
    ]);
    client.send("POST", "conversations/import", &[("content-type", &media_type)], &body).expect(200).json()
}

fn id_of(client: &Client, external_id: &str) -> ConversationId {
    let list = client.get(&format!("conversations?external_id={external_id}")).expect(200).json();
    list["items"][0]["id"].as_str().unwrap().parse().unwrap()
}

fn code(report: &Value) -> &str {
    report["refusals"][0]["code"].as_str().unwrap_or_else(|| panic!("{report}"))
}

on_both! {
    fn an_inspector_sees_the_own_samples_and_blind_ones_without_their_agent(app: &TestApp) {
        let team = app.make_team("t", None);
        app.make_agents(team, &["1"]);
        let manager = app.person(Role::QaManager);
        upload(&manager, &["blind", "open", "other"].map(|id| call(id, json!({}))).concat());
        let ids = ["blind", "open", "other"].map(|id| id_of(&manager, id));
        let (user, inspector) = app.user("inspector", None, &[Grant { role: Role::Inspector, reach: GrantReach::All }]);
        let blind = app.make_sample(ids[0], user, true);
        app.make_sample(ids[1], user, false);
        let list = inspector.get("conversations").expect(200).json();
        let mut seen: Vec<_> = list["items"].as_array().unwrap().iter().map(|i| (i["external_id"].as_str().unwrap(), i["agent"].is_null())).collect();
        seen.sort();
        assert_eq!(seen, [("blind", true), ("open", false)]);
        let asked = inspector.get("conversations?agent=1").expect(200).json();
        assert_eq!(asked["items"].as_array().unwrap().len(), 1, "asking for an agent must not tell whose the blind one is");

        let shown = inspector.get(&format!("conversations/{}", ids[0])).expect(200);
        assert!(!shown.text().contains("Agent 1") && !shown.text().contains("employee_no"), "{}", shown.text());
        let recording = shown.json()["recordings"][0]["id"].as_str().unwrap().to_owned();
        let sound = format!("conversations/{}/recordings/{recording}", ids[0]);
        inspector.get(&sound).expect(200);
        inspector.get(&format!("conversations/{}", ids[2])).refused(404, "not_found");
        app.replace_sample(blind);
        inspector.get(&format!("conversations/{}", ids[0])).refused(404, "not_found");
        inspector.get(&sound).refused(404, "not_found");
    }

    fn a_sampled_conversation_keeps_what_the_draw_and_the_evidence_rest_on(app: &TestApp) {
        let team = app.make_team("t", None);
        app.make_agents(team, &["1", "2"]);
        let manager = app.person(Role::QaManager);
        upload(&manager, &call("c", json!({})));
        let id = id_of(&manager, "c");
        let (user, _) = app.user("inspector", None, &[Grant { role: Role::Inspector, reach: GrantReach::All }]);
        let sample = app.make_sample(id, user, false);
        for change in [json!({"agent": "2"}), json!({"channel": "chat"}), json!({"started_at": "2026-11-03T10:16:00+08:00"})] {
            assert_eq!(code(&upload(&manager, &call("c", change))), "conversation_sampled");
        }
        let transcript = json!([{"speaker": "agent", "text": "hello"}, {"speaker": "customer", "text": "late"}]);
        let late = json!({"satisfaction": 2, "transcript": transcript});
        assert_eq!(upload(&manager, &call("c", late))["updated"], 1, "what comes late may be added");
        app.make_draft(sample, user);
        let with = |extra: Value| {
            let mut all = json!({"satisfaction": 2, "transcript": transcript});
            all.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            upload(&manager, &call("c", all))
        };
        for change in [
            json!({"transcript": [{"speaker": "agent", "text": "other"}]}),
            json!({"recordings": []}),
            json!({"recordings": [{"file": "b.wav"}]}),
            json!({"recordings": [{"file": "a.wav", "speaker": "agent"}]}),
        ] {
            assert_eq!(code(&with(change)), "conversation_graded");
        }
        assert_eq!(with(json!({"recordings": [{"file": "a.wav"}, {"file": "b.wav"}], "queue": "q"}))["updated"], 1);
        assert_eq!(manager.get(&format!("conversations/{id}")).expect(200).json()["recordings"].as_array().unwrap().len(), 2);
        // A sample that was replaced binds no more.
        app.replace_sample(sample);
        assert_eq!(upload(&manager, &call("c", json!({"agent": "2"})))["updated"], 1);
    }
}
