//! In and out at a browser.

use assay::auth;
use assay::db::{self, users::UserRow};
use assay::domain::access::{Grant, GrantReach, Role};
use assay::domain::language::Language;

use crate::support::browser::Visitor;
use crate::support::{TestApp, on_both};

const PASSWORD: &str = "correct horse battery";

/// A person who logs in with `anna` and [`PASSWORD`].
fn anna(app: &TestApp) {
    let hash = auth::hash_password(PASSWORD, [9; 32]).unwrap();
    app.write(move |tx| {
        let user = UserRow {
            id: tx.id(),
            username: "anna".into(),
            name: "Anna <b>Li</b>".into(),
            email: None,
            language: Language::En,
            agent_id: None,
            active: true,
            version: 1,
        };
        db::users::insert(tx, &user, Some(&hash))?;
        db::users::insert_grant(tx, user.id, &Grant { role: Role::Inspector, reach: GrantReach::All }).map(drop)
    });
}

on_both! {
    fn a_person_logs_in_looks_around_and_logs_out(app: &TestApp) {
        anna(app);
        let mut visitor = Visitor::new(app);
        let away = visitor.get("/account?x=1").expect(303);
        assert_eq!(away.header("location"), Some("/login?next=/account%3Fx%3D1"));
        let wrong = visitor.log_in("anna", "wrong password").expect(401).text();
        assert!(wrong.contains("the user name or the password is wrong") && wrong.contains("value=\"anna\""), "{wrong}");
        let inside = visitor.log_in("anna", PASSWORD).expect(303);
        let cookie = inside.header("set-cookie").unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let page = visitor.get("/account").expect(200);
        assert!(page.header("content-security-policy").unwrap().contains("script-src 'self'"));
        let page = page.text();
        assert!(page.contains("Anna &#60;b&#62;Li") && !page.contains("<b>Li"), "names are escaped");
        assert!(!page.contains("<script>") && !page.contains("style="), "no inline script or style");
        visitor.post("/logout", &[]).expect(303);
        visitor.get("/account").expect(303);
    }

    fn a_change_needs_the_proof_that_it_was_meant(app: &TestApp) {
        anna(app);
        let mut visitor = Visitor::new(app);
        visitor.log_in("anna", PASSWORD).expect(303);
        let page = visitor.post_bare("/account/looks", &[("language", "zh"), ("theme", "dark")]).expect(403).text();
        assert!(page.contains("This is not open to you"));
        visitor.post_bare("/account/looks", &[("csrf", "0000"), ("language", "zh"), ("theme", "dark")]).expect(403);
        visitor.post("/account/looks", &[("language", "zh"), ("theme", "dark")]).expect(303);
        let page = visitor.get("/account").expect(200).text();
        assert!(page.contains("<html lang=\"zh-CN\" data-theme=\"dark\">"), "{page}");
        // The session may also speak to the API, for scripts of our pages.
        visitor.get("/api/v1/me").expect(200);
        let csrf = visitor.csrf();
        visitor.send("POST", "/api/v1/nowhere", &[("x-csrf-token", &csrf)], b"").expect(404);
    }

    fn a_new_password_ends_the_other_sessions(app: &TestApp) {
        anna(app);
        let (mut here, mut there) = (Visitor::new(app), Visitor::new(app));
        here.log_in("anna", PASSWORD).expect(303);
        there.log_in("anna", PASSWORD).expect(303);
        let page = here.post("/account/password", &[("current", "no"), ("password", "another horse battery")]).expect(400).text();
        assert!(page.contains("is not your password"));
        let page = here.post("/account/password", &[("current", PASSWORD), ("password", "short")]).expect(400).text();
        assert!(page.contains("has 5 characters"));
        here.post("/account/password", &[("current", PASSWORD), ("password", "another horse battery")]).expect(303);
        here.get("/account").expect(200);
        there.get("/account").expect(303);
        Visitor::new(app).log_in("anna", PASSWORD).expect(401);
        Visitor::new(app).log_in("anna", "another horse battery").expect(303);
    }

    fn guessing_is_slowed_down_and_sessions_end(app: &TestApp) {
        anna(app);
        let mut visitor = Visitor::new(app);
        for _ in 0..6 {
            visitor.log_in("anna", "wrong password").expect(401);
        }
        let page = visitor.log_in("anna", PASSWORD).expect(429).text();
        assert!(page.contains("too many failed attempts"), "{page}");
        app.clock.advance(chrono::Duration::seconds(3));
        visitor.log_in("anna", PASSWORD).expect(303);
        app.clock.advance(chrono::Duration::hours(11));
        visitor.get("/account").expect(200);
        app.clock.advance(chrono::Duration::hours(13));
        visitor.get("/account").expect(303);
    }

    fn the_way_back_leads_to_our_own_pages_only(app: &TestApp) {
        anna(app);
        for (next, to) in [("/account", "/account"), ("https://example.com", "/"), ("//example.com", "/"), ("/\\example.com", "/")] {
            let fields = [("username", "anna"), ("password", PASSWORD), ("next", next)];
            let response = Visitor::new(app).post_bare("/login", &fields).expect(303);
            assert_eq!(response.header("location"), Some(to));
        }
    }
}
