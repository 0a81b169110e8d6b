//! Sessions, cookies, headers, proofs, throttling: what docs/SECURITY.md promises of them.

use std::collections::BTreeSet;

use assay::auth;
use assay::db::schema::{sessions, tokens, users};
use assay::db::{self, users::UserRow};
use assay::domain::access::{Grant, GrantReach, Role};
use assay::domain::id::UserId;
use assay::domain::language::Language;
use chrono::Duration;
use diesel::prelude::*;

use crate::api::permission_routes::ROUTES;
use crate::api::permissions::Document;
use crate::support::browser::Visitor;
use crate::support::{Response, TestApp, on_both};

const PASSWORD: &str = "correct horse battery";
const NOBODY: &str = "01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11";

/// A person who logs in with `anna` and [`PASSWORD`].
fn anna(app: &TestApp, role: Role) -> UserId {
    let hash = auth::hash_password(PASSWORD, [9; 32]).unwrap();
    app.write(move |tx| {
        let user = UserRow {
            id: tx.id(),
            username: "anna".into(),
            name: "Anna Li".into(),
            email: None,
            language: Language::En,
            agent_id: None,
            active: true,
            version: 1,
        };
        db::users::insert(tx, &user, Some(&hash))?;
        db::users::insert_grant(tx, user.id, &Grant { role, reach: GrantReach::All })?;
        Ok(user.id)
    })
}

/// Where a browser is when a form is sent.
fn log_in(app: &TestApp, password: &str, headers: &[(&str, &str)]) -> Response {
    let mut all = vec![("content-type", "application/x-www-form-urlencoded"), ("accept-language", "en")];
    all.extend_from_slice(headers);
    app.anonymous().send("POST", "/login", &all, format!("username=anna&password={}", password.replace(' ', "+")).as_bytes())
}

fn cookie(response: &Response) -> String {
    response.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

/// Every address of a page with this method, from the sources, with an id that nobody has in it.
pub fn pages(method: &str) -> BTreeSet<String> {
    fn read(folder: &std::path::Path, texts: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, texts);
            } else if path.extension().is_some_and(|it| it == "rs") {
                texts.push(std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut texts = Vec::new();
    read(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web"), &mut texts);
    let mut found = BTreeSet::new();
    for text in texts {
        for route in text.split(".route(\"").skip(1) {
            let (path, rest) = route.split_once('"').unwrap();
            if rest.trim_start().starts_with(&format!(", web::{method}()")) {
                let parts = path.split('/').map(|part| match part {
                    "{period}" => "2026-11",
                    "{number}" => "1",
                    part if part.starts_with('{') => NOBODY,
                    part => part,
                });
                found.insert(parts.collect::<Vec<_>>().join("/"));
            }
        }
    }
    found
}

on_both! {
    fn a_log_in_begins_a_new_session_and_ends_the_one_before(app: &TestApp) {
        anna(app, Role::Inspector);
        let first = cookie(&log_in(app, PASSWORD, &[]).expect(303));
        let second = cookie(&log_in(app, PASSWORD, &[("cookie", &first)]).expect(303));
        assert_ne!(first, second);
        let asks = |cookie: &str| app.anonymous().send("GET", "/account", &[("cookie", cookie)], &[]).status;
        assert_eq!((asks(&first), asks(&second)), (303, 200));
        // Nor does a session of somebody's own choice come to life.
        let chosen = format!("assay_session=assay_{}", "7".repeat(64));
        let third = cookie(&log_in(app, PASSWORD, &[("cookie", &chosen)]).expect(303));
        assert_ne!(third, chosen);
        assert_eq!((asks(&chosen), asks(&second), asks(&third)), (303, 200, 200));
        let secret = third.split('=').nth(1).unwrap().to_owned();
        let stored: Vec<String> = app.read(|conn| Ok(sessions::table.select(sessions::secret_hash).load(conn)?));
        assert!(stored.contains(&auth::token_hash(&secret)) && !stored.contains(&secret), "only the hash is kept");
    }

    fn a_session_ends_when_it_is_idle_and_after_a_week_in_any_case(app: &TestApp) {
        anna(app, Role::Inspector);
        let mut visitor = Visitor::new(app);
        visitor.log_in("anna", PASSWORD).expect(303);
        for _ in 0..16 {
            app.clock.advance(Duration::hours(10));
            visitor.get("/account").expect(200);
        }
        app.clock.advance(Duration::hours(8));
        visitor.get("/account").expect(303);
        visitor.log_in("anna", PASSWORD).expect(303);
        app.clock.advance(Duration::hours(12));
        visitor.get("/account").expect(303);
    }

    fn one_logs_out_everywhere(app: &TestApp) {
        let user = anna(app, Role::Inspector);
        let (mut here, mut there) = (Visitor::new(app), Visitor::new(app));
        here.log_in("anna", PASSWORD).expect(303);
        there.log_in("anna", PASSWORD).expect(303);
        assert!(here.page("/account").contains("Log out everywhere"));
        assert_eq!(here.submit("/account/sessions/end-all", &[]), "/login");
        here.get("/account").expect(303);
        there.get("/account").expect(303);
        // What is taken away is gone with the next request.
        here.log_in("anna", PASSWORD).expect(303);
        here.get("/queue").expect(200);
        app.write(move |tx| Ok(diesel::delete(db::schema::grants::table.filter(db::schema::grants::user_id.eq(user))).execute(tx.conn)?));
        here.get("/queue").expect(403);
        app.write(move |tx| Ok(diesel::update(users::table.find(user)).set(users::active.eq(false)).execute(tx.conn)?));
        here.get("/account").expect(303);
        log_in(app, PASSWORD, &[]).expect(401);
    }

    fn passwords_that_are_tried_first_are_refused(app: &TestApp) {
        anna(app, Role::Inspector);
        let mut visitor = Visitor::new(app);
        visitor.log_in("anna", PASSWORD).expect(303);
        for (bad, why) in [("short", "has 5 characters"), ("Password2026!", "tried first"), ("1qaz2wsx3edc", "tried first"), ("anna12345678", "tried first")] {
            let page = visitor.post("/account/password", &[("current", PASSWORD), ("password", bad)]).expect(400).text();
            assert!(page.contains(why), "{bad}: {page}");
        }
        let long = "a phrase of many words, which is easier to keep in mind ".repeat(2);
        visitor.post("/account/password", &[("current", PASSWORD), ("password", long.trim())]).expect(303);
    }

    fn tokens_are_kept_as_hashes_and_end_at_once(app: &TestApp) {
        let (user, client) = app.user("program", None, &[Grant { role: Role::Auditor, reach: GrantReach::All }]);
        let token = client.token().unwrap().to_owned();
        let hash = auth::token_hash(&token);
        let stored: Vec<String> = app.read(|conn| Ok(tokens::table.select(tokens::hash).load(conn)?));
        assert!(stored.contains(&hash) && !stored.contains(&token));
        client.get("me").expect(200);
        app.write(move |tx| Ok(diesel::update(users::table.find(user)).set(users::active.eq(false)).execute(tx.conn)?));
        client.get("me").refused(401, "unauthenticated");
        app.write(move |tx| Ok(diesel::update(users::table.find(user)).set(users::active.eq(true)).execute(tx.conn)?));
        client.get("me").expect(200);
        app.write(move |tx| {
            let now = tx.at();
            Ok(diesel::update(tokens::table.filter(tokens::user_id.eq(user))).set(tokens::revoked_at.eq(Some(now))).execute(tx.conn)?)
        });
        client.get("me").refused(401, "unauthenticated");
    }

    fn every_form_needs_the_proof_that_it_was_meant(app: &TestApp) {
        anna(app, Role::QaManager);
        let mut visitor = Visitor::new(app);
        visitor.log_in("anna", PASSWORD).expect(303);
        let forms = pages("post");
        assert!(forms.len() > 60, "{forms:?}");
        let mut open = Vec::new();
        let part = |name: &str, value: &str| format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        let file = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--edge--\r\n";
        for path in forms.iter().filter(|path| !path.starts_with("/login")) {
            for proof in [None, Some("0000")] {
                let answer = visitor.post_bare(path, &proof.map(|proof| ("csrf", proof)).into_iter().collect::<Vec<_>>());
                // Forms with a file come in parts.
                let answer = if answer.status == 403 {
                    answer
                } else {
                    let body = format!("{}{file}", proof.map(|proof| part("csrf", proof)).unwrap_or_default());
                    visitor.send("POST", path, &[("content-type", "multipart/form-data; boundary=edge"), ("accept-language", "en")], body.as_bytes())
                };
                if answer.status != 403 {
                    open.push(format!("{path} {proof:?}: {}", answer.status));
                }
            }
        }
        assert!(open.is_empty(), "{open:#?}");
        // Nor may a script of another site change something with the cookie, and nobody is logged in by one. What is sent fits, so that nothing else is wrong.
        let document = Document(serde_json::from_str(&assay::server::openapi_json()).unwrap());
        for (method, path, _) in ROUTES.iter().filter(|(method, _, asks)| !matches!(*method, "GET" | "HEAD") && *asks != "-") {
            let ask = document.ask(method, path);
            let headers: Vec<(&str, &str)> = ask.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = visitor.send(method, &format!("/api/v1/{}", ask.path), &headers, &ask.body);
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
        }
        log_in(app, PASSWORD, &[("sec-fetch-site", "cross-site")]).expect(403);
        log_in(app, PASSWORD, &[("sec-fetch-site", "same-origin")]).expect(303);
    }

    fn every_answer_carries_the_headers(app: &TestApp) {
        anna(app, Role::Auditor);
        let mut visitor = Visitor::new(app);
        visitor.log_in("anna", PASSWORD).expect(303);
        let api = ROUTES.iter().filter(|(method, _, _)| *method == "GET").map(|(_, path, _)| {
            let parts = path.split('/').map(|part| match part {
                "{period}" => "2026-11",
                part if part.starts_with('{') => NOBODY,
                part => part,
            });
            format!("/api/v1{}", parts.collect::<Vec<_>>().join("/"))
        });
        let others = ["/nowhere", "/api/v1/nowhere", "/api/openapi.json", "/api/docs/", "/healthz", "/readyz", "/metrics", "/api/v1/agents/none"];
        let all: BTreeSet<String> = pages("get").into_iter().chain(api).chain(others.map(str::to_owned)).collect();
        for path in all {
            for answer in [visitor.get(&path), app.anonymous().get(&path)] {
                let header = |name: &str| answer.header(name).unwrap_or_else(|| panic!("{path} has no {name}: {:?}", answer.headers)).to_owned();
                assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
                assert_eq!(header("referrer-policy"), "same-origin", "{path}");
                assert_eq!(header("x-frame-options"), "DENY", "{path}");
                assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{path}");
                let policy = header("content-security-policy");
                assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
                assert!(!policy.contains("script-src 'unsafe") && !policy.contains('*'), "{path}: {policy}");
                let kept = header("cache-control");
                assert!(kept == "no-store" || path.starts_with("/assets/"), "{path}: {kept}");
                assert!(answer.status < 500 || path == "/readyz", "{path}: {}", answer.status);
                assert_eq!(answer.header("server"), None, "{path}");
                assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
            }
        }
    }

    /// Nothing that the service says leads to another host, whatever host it was asked as.
    fn a_foreign_host_changes_nothing(app: &TestApp) {
        anna(app, Role::Inspector);
        let forged = [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")];
        for path in ["/account", "/login", "/nowhere", "/api/v1/me"] {
            let answer = app.anonymous().send("GET", path, &forged, &[]);
            assert!(!answer.text().contains("evil.example"), "{path}");
            assert!(answer.header("location").is_none_or(|to| to.starts_with("/login")), "{path}: {:?}", answer.header("location"));
        }
        let answer = log_in(app, PASSWORD, &forged).expect(303);
        assert_eq!(answer.header("location"), Some("/"));
    }
}

/// Behind a proxy that speaks TLS: the cookie is bound to the host and to TLS, browsers are told to stay there, and the address is the proxy's word.
#[test]
fn behind_a_proxy() {
    let app = TestApp::sqlite_with(|config| config.http.behind_proxy = true);
    anna(&app, Role::Inspector);
    let over_tls = [("x-forwarded-proto", "https"), ("x-forwarded-for", "203.0.113.9")];
    let answer = log_in(&app, PASSWORD, &over_tls).expect(303);
    let set = answer.header("set-cookie").unwrap();
    assert!(set.starts_with("__Host-assay_session=") && set.contains("Secure") && set.contains("HttpOnly"), "{set}");
    assert!(set.contains("SameSite=Lax") && set.contains("Path=/") && !set.contains("Domain"), "{set}");
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000; includeSubDomains"));
    let page = app.anonymous().send("GET", "/account", &[over_tls[0], ("cookie", &cookie(&answer))], &[]).expect(200);
    assert!(page.header("strict-transport-security").is_some());
    assert_eq!(app.anonymous().get("/healthz").header("strict-transport-security"), None, "not where there is no TLS");
    let plain = log_in(&app, PASSWORD, &[]).expect(303);
    assert!(plain.header("set-cookie").unwrap().starts_with("assay_session="));
}

/// Guessing is slowed down by name and by address, and does not keep out who has been here before.
#[test]
fn nobody_locks_somebody_else_out() {
    let app = TestApp::sqlite_with(|config| config.http.behind_proxy = true);
    anna(&app, Role::Inspector);
    // What the caller says of itself stands before what the proxy has added.
    let from = |address: &str, password: &str| log_in(&app, password, &[("x-forwarded-for", &format!("198.51.100.7, {address}"))]).status;
    assert_eq!(from("203.0.113.1", PASSWORD), 303);
    for address in ["203.0.113.50", "203.0.113.51"].iter().cycle().take(8) {
        assert!(matches!(from(address, "a wrong password"), 401 | 429));
    }
    assert_eq!(from("203.0.113.52", PASSWORD), 429, "from elsewhere the name is blocked for a while");
    assert_eq!(from("203.0.113.1", PASSWORD), 303, "but not where its owner has been");
    for _ in 0..6 {
        from("203.0.113.1", "a wrong password");
    }
    assert_eq!(from("203.0.113.1", PASSWORD), 429, "who guesses there is slowed down there");
    // Many names from one address.
    for name in 0..40 {
        let body = format!("username=nobody{name}&password=a+wrong+password");
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("x-forwarded-for", "203.0.113.77")];
        let status = app.anonymous().send("POST", "/login", &headers, body.as_bytes()).status;
        assert_eq!(status, if name <= 30 { 401 } else { 429 }, "{name}");
        if name > 31 {
            break;
        }
    }
}
