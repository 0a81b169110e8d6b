//! The pages of the service itself: health, outbox, webhooks, audit, tokens.

use assay::domain::access::Role;
use serde_json::json;

use super::people::link_after;
use crate::support::browser::Visitor;
use crate::support::on_both;

on_both! {
    /// A token is shown once, works, and ends.
    fn a_token_is_shown_once(app: &TestApp) {
        let mut admin = Visitor::of(app, Role::Admin);
        let page = admin.post("/system/tokens", &[("name", "nightly export")]).expect(400).text();
        assert!(page.contains("id=\"f-scopes-fault\"") && page.contains("value=\"nightly export\""), "{page}");
        // What people call a scope stands before what programs call it, in the language of the page.
        assert!(page.contains("see vendors, teams and agents <code class=\"small muted\">people.read</code>"), "{page}");
        admin.submit("/account/looks", &[("language", "zh"), ("theme", "auto")]);
        assert!(admin.page("/system/tokens").contains("查看供应商、班组和客服 <code class=\"small muted\">people.read</code>"));
        admin.submit("/account/looks", &[("language", "en"), ("theme", "auto")]);
        let response = admin.post("/system/tokens", &[("name", "nightly export"), ("scopes", "people.read"), ("expires_on", "2026-12-31")]).expect(200);
        assert_eq!(response.header("cache-control"), Some("no-store"));
        let page = response.text();
        let secret = page.split("<code class=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
        app.with_token(&secret).get("agents").expect(200);
        app.with_token(&secret).get("audit").expect(403);
        let list = admin.page("/system/tokens");
        assert!(list.contains("nightly export") && !list.contains(&secret));
        let id = link_after(&list, "/system/tokens/", "/revoke");
        admin.submit(&format!("/system/tokens/{id}/revoke"), &[]);
        app.with_token(&secret).get("agents").expect(401);
        assert!(admin.page("/system/tokens").contains("revoked"));
        // Anybody has tokens of their own, but not of others.
        let mut inspector = Visitor::of(app, Role::Inspector);
        inspector.get("/system/tokens").expect(200);
        let admin_id = app.admin().get("users").expect(200).json()["items"][0]["id"].as_str().unwrap().to_owned();
        inspector.get(&format!("/system/tokens?user={admin_id}")).expect(403);
    }

    fn a_webhook_is_made_tried_and_removed(app: &TestApp) {
        let mut admin = Visitor::of(app, Role::Admin);
        let page = admin.post("/system/webhooks", &[("name", "chat room"), ("url", "ftp://example.com"), ("active", "on")]).expect(400).text();
        assert!(page.contains("id=\"f-url-fault\"") && page.contains("id=\"f-events-fault\"") && page.contains("value=\"chat room\""), "{page}");
        let fields = [("name", "chat room"), ("url", "https://example.com/hook"), ("active", "on"), ("events", "draw.made"), ("events", "period.closed")];
        let page = admin.post("/system/webhooks", &fields).expect(200).text();
        assert!(page.contains("assay_whsec_"));
        let id = link_after(&admin.page("/system/webhooks"), "/system/webhooks/", "\">chat room");
        let at = format!("/system/webhooks/{id}");
        let page = admin.page(&at);
        assert!(!page.contains("assay_whsec_") && page.contains("value=\"draw.made\" checked"));
        assert!(admin.post(&format!("{at}/secret"), &[]).expect(200).text().contains("assay_whsec_"));
        admin.submit(&format!("{at}/try"), &[]);
        let outbox = admin.page(&format!("/system/outbox?webhook={id}"));
        assert!(outbox.contains("ping") && outbox.contains("queued"), "{outbox}");
        let message = app.admin().get(&format!("outbox?webhook_id={id}")).expect(200).json()["items"][0]["id"].as_str().unwrap().to_owned();
        let page = admin.post(&format!("/system/outbox/{message}/again"), &[]).expect(409).text();
        assert!(page.contains("only what was sent, given up or is unsure"), "{page}");
        admin.submit(&format!("{at}/remove"), &[]);
        admin.get(&at).expect(404);
    }

    /// The log is searched by who, what, whom and when, and shows what it was before and after.
    fn the_audit_log_is_searched(app: &TestApp) {
        let mut admin = Visitor::of(app, Role::Admin);
        let vendor = app.admin().post("vendors", &json!({"code": "V9", "name": "Ninth"})).expect(201).json();
        let id = vendor["id"].as_str().unwrap();
        app.admin().patch_if(&format!("vendors/{id}"), "\"1\"", &json!({"name": "Ninth <i>Ltd</i>"})).expect(200);
        let page = admin.page(&format!("/system/audit?object_kind=vendor&object_id={id}"));
        assert!(page.contains("vendor.created") && page.contains("vendor.changed"));
        let change = "<del><span class=\"sr\">before:</span>Ninth</del> <ins><span class=\"sr\">after:</span>Ninth &#60;i&#62;Ltd&#60;/i&#62;</ins>";
        assert!(page.contains(change), "{page}");
        assert!(!admin.page("/system/audit?action=vendor.changed&who=nobody").contains(id));
        assert!(admin.page("/system/audit?action=vendor.changed&from=2026-11-10&until=2026-11-10").contains(id));
        assert!(admin.page("/system/audit?action=vendor.changed&from=2026-11-11").contains("No line fits"));
        Visitor::of(app, Role::Inspector).get("/system/audit").expect(403);
    }

    fn the_health_of_the_service_is_shown(app: &TestApp) {
        let mut admin = Visitor::of(app, Role::Admin);
        let page = admin.page("/system/health");
        assert!(page.contains(if app.is_postgres() { "PostgreSQL" } else { "SQLite" }) && page.contains("all well"), "{page}");
        assert!(page.contains(env!("CARGO_PKG_VERSION")));
        Visitor::of(app, Role::Auditor).get("/system/health").expect(200);
        let mut manager = Visitor::of(app, Role::QaManager);
        manager.get("/system/health").expect(403);
        manager.get("/system/outbox").expect(403);
    }
}
