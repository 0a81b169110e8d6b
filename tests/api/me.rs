//! Who the caller is, and what every answer has in common.

use assay::domain::language::Language;

use crate::support::mail::{list_closed, post, reader};
use crate::support::on_both;
use assay::domain::access::Role;

on_both! {
    fn a_caller_learns_who_it_is(app: &TestApp) {
        let me = app.admin().get("me").expect(200);
        assert_eq!(me.json()["roles"], serde_json::json!(["admin"]));
        assert!(me.header("x-request-id").is_some_and(|id| !id.is_empty()));
        let auditor = app.person(Role::Auditor).get("me").expect(200).json();
        assert!(!auditor["actions"].as_array().unwrap().contains(&"periods.close".into()));
    }

    fn without_a_valid_token_nothing_is_told(app: &TestApp) {
        let detail = app.anonymous().get("me").refused(401, "unauthenticated");
        assert!(detail.contains("Authorization: Bearer"), "{detail}");
        app.with_token("assay_wrong").get("me").refused(401, "unauthenticated");
        app.anonymous().get("/api/v1/nowhere").refused(404, "not_found");
    }

    fn the_metrics_tell_what_waits_in_the_outbox(app: &TestApp) {
        let (user, ..) = reader(app, Role::Finance, Language::En);
        let without_address = app.user("finance", None, &[]).0;
        post(app, &list_closed(user, "1"));
        app.clock.advance(chrono::Duration::seconds(90));
        post(app, &list_closed(user, "2"));
        post(app, &list_closed(without_address, "3"));
        let metrics = app.anonymous().get("/metrics").expect(200).text();
        assert!(metrics.contains(r#"assay_outbox_messages{channel="mail",state="queued"} 2"#), "{metrics}");
        assert!(metrics.contains(r#"assay_outbox_messages{channel="mail",state="dead"} 1"#), "{metrics}");
        assert!(metrics.contains("assay_outbox_oldest_seconds 90"), "{metrics}");
    }

    fn the_service_tells_its_health(app: &TestApp) {
        app.anonymous().get("/healthz").expect(200);
        app.anonymous().get("/readyz").expect(200);
        app.anonymous().get("me");
        let metrics = app.anonymous().get("/metrics").expect(200).text();
        assert!(metrics.contains(r#"assay_http_request_seconds_count{method="GET",route="/api/v1/me""#), "{metrics}");
        assert!(metrics.contains(r#"assay_outbox_messages{channel="mail",state="dead"} 0"#), "{metrics}");
        assert!(metrics.contains("assay_outbox_oldest_seconds 0"), "{metrics}");
        app.anonymous().get("/api/docs/").expect(200);
        app.anonymous().get("/api/openapi.json").expect(200);
    }
}
