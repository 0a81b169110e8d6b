//! Bearer tokens: shown once, ended in time, no wider than what made them.

use assay::domain::access::{Grant, GrantReach, Role};
use chrono::Duration;
use serde_json::json;

use crate::support::on_both;

on_both! {
    fn a_token_is_shown_once_and_ends(app: &TestApp) {
        let finance = app.person(Role::Finance);
        let input = json!({ "name": "month export", "scopes": ["ledger.export", "people.read"], "expires_at": "2026-11-10T05:00:00Z" });
        let made = finance.post("tokens", &input).expect(201).json();
        let secret = made["secret"].as_str().unwrap();
        assert!(secret.starts_with("assay_"));
        let listed = finance.get("tokens").expect(200);
        assert!(!listed.text().contains(secret));
        assert_eq!(listed.json()["items"][1]["scopes"], json!(["ledger.export", "people.read"]));
        let narrow = app.with_token(secret);
        narrow.get("teams").expect(200);
        narrow.get("tokens").refused(403, "forbidden");
        app.clock.set(app.now() + Duration::hours(1));
        assert!(narrow.get("teams").refused(401, "unauthenticated").contains("expired"));
        let log = app.admin().get("audit?action=token.created&limit=200").text();
        assert!(log.contains("month export") && !log.contains(secret));
    }

    fn the_last_use_is_noted_at_most_once_a_minute(app: &TestApp) {
        let finance = app.person(Role::Finance);
        let used = |app: &crate::support::TestApp| {
            finance.get("tokens").expect(200);
            let at = finance.get("tokens").expect(200).json()["items"][0]["last_used_at"].as_str().unwrap().to_owned();
            (at, app.now())
        };
        let (first, begun) = used(app);
        assert_eq!(first, "2026-11-10T04:00:00Z");
        app.clock.set(begun + Duration::seconds(59));
        assert_eq!(used(app).0, first);
        app.clock.set(begun + Duration::seconds(60));
        assert_eq!(used(app).0, "2026-11-10T04:01:00Z");
    }

    fn a_token_is_revoked_by_its_owner_or_an_administrator(app: &TestApp) {
        let (owner_id, owner) = app.user("owner", None, &[Grant { role: Role::Finance, reach: GrantReach::All }]);
        let make = || {
            let made = owner.post("tokens", &json!({ "name": "t", "scopes": ["read"] })).expect(201).json();
            (format!("tokens/{}", made["id"].as_str().unwrap()), app.with_token(made["secret"].as_str().unwrap()))
        };
        let (first, second) = (make(), make());
        app.person(Role::Finance).delete(&first.0).refused(404, "not_found");
        first.1.delete(&first.0).refused(403, "forbidden");
        owner.delete(&first.0).expect(204);
        owner.delete(&first.0).expect(204);
        assert!(first.1.get("me").refused(401, "unauthenticated").contains("revoked"));
        app.admin().delete(&second.0).expect(204);
        second.1.get("me").refused(401, "unauthenticated");
        owner.delete("tokens/01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11").refused(404, "not_found");
        app.person(Role::Auditor).get(&format!("tokens?user_id={owner_id}")).expect(200);
        app.person(Role::Finance).get(&format!("tokens?user_id={owner_id}")).refused(403, "forbidden");
        assert_eq!(app.admin().get("audit?action=token.revoked").json()["items"].as_array().unwrap().len(), 2);
    }

    fn nobody_makes_a_token_that_may_do_more(app: &TestApp) {
        let (owner_id, owner) = app.user("owner", None, &[Grant { role: Role::QaManager, reach: GrantReach::All }]);
        let made = owner.post("tokens", &json!({ "name": "t", "scopes": ["tokens.own", "read"] })).expect(201).json();
        let narrow = app.with_token(made["secret"].as_str().unwrap());
        narrow.post("tokens", &json!({ "name": "t", "scopes": ["all"] })).refused(403, "forbidden");
        narrow.post("tokens", &json!({ "name": "t", "scopes": ["read"] })).expect(201);
        app.person(Role::QaManager).post("tokens", &json!({ "name": "t", "scopes": ["read"], "user_id": owner_id })).refused(403, "forbidden");
        app.admin().post("tokens", &json!({ "name": "t", "scopes": ["read"], "user_id": owner_id })).expect(201);
        app.admin().post("tokens", &json!({ "name": "t", "scopes": ["read"], "user_id": "01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11" })).refused(400, "invalid");
        let detail = owner.post("tokens", &json!({ "name": "", "scopes": ["reed"], "expires_at": "2026-11-10T04:00:00Z" })).refused(400, "invalid");
        for part in ["name: ", "scopes: `reed` is not a scope", "expires_at: lies in the past"] {
            assert!(detail.contains(part), "{detail}");
        }
    }

    fn a_repeated_request_makes_one_token_and_does_not_show_it_again(app: &TestApp) {
        let finance = app.person(Role::Finance);
        let input = json!({ "name": "t", "scopes": ["read"] });
        let secret = finance.post_once("tokens", "key-1", &input).expect(201).json()["secret"].as_str().unwrap().to_owned();
        finance.post_once("tokens", "key-1", &input).refused(409, "token_shown_once");
        assert_eq!(finance.get("tokens").json()["items"].as_array().unwrap().len(), 2);
        let stored = app.read(|conn| {
            use assay::db::schema::answers;
            use diesel::prelude::*;
            Ok(answers::table.select(answers::answer).load::<String>(conn)?)
        });
        assert!(stored.len() == 1 && !stored[0].contains(&secret));
    }
}
