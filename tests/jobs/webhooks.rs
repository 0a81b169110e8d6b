//! Webhooks: signed, tried again, turned off.

use assay::db::outbox::announce;
use assay::domain::access::Role;
use assay::domain::webhook::{Announcement, Event};
use assay::jobs::outbox::Round;
use chrono::Duration;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

use crate::support::mail::{memory, outbox, round};
use crate::support::on_both;
use crate::support::receiver::Receiver;

fn event(app: &crate::support::TestApp, key: &str) -> usize {
    let dedupe = key.to_owned();
    app.write(move |tx| {
        let data = json!({ "case_id": "7", "level": 1 });
        announce(tx, &Announcement { event: Event::CaseOpened, data, dedupe: dedupe.clone(), about: Vec::new() })
    })
}

fn webhook(app: &crate::support::TestApp, receiver: &Receiver) -> Value {
    let input = json!({ "name": "chat", "url": receiver.url, "events": ["case.opened", "case.closed"] });
    app.admin().post("webhooks", &input).expect(201).json()
}

on_both! {
    fn an_event_arrives_signed_and_once(app: &TestApp) {
        let receiver = Receiver::start();
        let made = webhook(app, &receiver);
        let (sender, _) = memory(app);
        assert_eq!(event(app, "7"), 1);
        assert_eq!(event(app, "7"), 0, "the same event again");
        assert_eq!(round(app, &sender), Round { sent: 1, ..Round::default() });
        let calls = receiver.calls();
        assert_eq!(calls.len(), 1);
        let call = &calls[0];
        assert_eq!(call.header("assay-event"), "case.opened");
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(made["secret"].as_str().unwrap().as_bytes()).unwrap();
        mac.update(format!("{}.{}", call.header("assay-timestamp"), call.body).as_bytes());
        assert_eq!(call.header("assay-signature"), format!("v1={}", hex::encode(mac.finalize().into_bytes())));
        assert_eq!(call.header("assay-timestamp"), app.now().timestamp().to_string());
        let body: Value = serde_json::from_str(&call.body).unwrap();
        assert_eq!(body["event"], "case.opened");
        assert_eq!(body["data"]["case_id"], "7");
    }

    fn a_receiver_in_trouble_is_tried_again_with_the_same_id(app: &TestApp) {
        let receiver = Receiver::start();
        webhook(app, &receiver);
        let (sender, _) = memory(app);
        event(app, "1");
        receiver.answer(&[503, 0, 429]);
        for _ in 0..3 {
            assert_eq!(round(app, &sender).again, 1);
            app.clock.advance(Duration::minutes(3));
        }
        assert_eq!(round(app, &sender).sent, 1);
        let calls = receiver.calls();
        let ids: Vec<&str> = calls.iter().map(|c| c.header("assay-delivery")).collect();
        assert_eq!(ids.len(), 4);
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        event(app, "2");
        receiver.answer(&[410]);
        assert_eq!(round(app, &sender).dead, 1);
        assert!(outbox(app, "dead")[0]["last_error"].as_str().unwrap().contains("410"));
    }

    fn webhooks_are_kept_by_administrators(app: &TestApp) {
        let receiver = Receiver::start();
        let made = webhook(app, &receiver);
        let path = format!("webhooks/{}", made["id"].as_str().unwrap());
        let admin = app.admin();
        assert!(admin.get(&path).expect(200).json().get("secret").is_none(), "shown once");
        app.person(Role::QaManager).get("webhooks").refused(403, "forbidden");
        app.person(Role::Auditor).get("webhooks").expect(200);
        app.person(Role::Auditor).post(&format!("{path}/trial"), &()).refused(403, "forbidden");
        let far = json!({ "name": "chat", "url": "http://example.com/", "events": [] });
        let detail = admin.post("webhooks", &far).refused(400, "invalid");
        assert!(detail.contains("url") && detail.contains("events"), "{detail}");

        let again = admin.post(&format!("{path}/secret"), &()).expect(200).json();
        assert_ne!(again["secret"], made["secret"]);
        admin.post(&format!("{path}/trial"), &()).expect(201);
        let (sender, _) = memory(app);
        assert_eq!(round(app, &sender).sent, 1);
        assert_eq!(receiver.calls()[0].header("assay-event"), "ping");

        let off = json!({ "name": "chat", "url": receiver.url, "events": ["case.opened"], "active": false });
        admin.put_if(&path, "\"1\"", &off).expect(200);
        admin.put_if(&path, "\"1\"", &off).refused(412, "stale");
        assert_eq!(event(app, "3"), 0);
        admin.post(&format!("{path}/trial"), &()).refused(409, "webhook_off");
        admin.delete(&path).expect(204);
        admin.get(&path).refused(404, "not_found");
        assert_eq!(admin.get("webhooks").expect(200).json()["items"].as_array().unwrap().len(), 0);
    }

    fn the_secret_is_not_kept_with_the_answer_of_a_repeated_request(app: &TestApp) {
        let receiver = Receiver::start();
        let input = json!({ "name": "chat", "url": receiver.url, "events": ["case.opened"] });
        app.admin().post_once("webhooks", "k1", &input).expect(201);
        app.admin().post_once("webhooks", "k1", &input).refused(409, "secret_shown_once");
    }
}
