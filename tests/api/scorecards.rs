//! Scorecards and their versions.

use assay::domain::access::Role;
use serde_json::{Value, json};

use crate::support::on_both;

fn item(code: &str, kind: &str) -> Value {
    json!({ "code": code, "title_zh": "标题", "title_en": "Title", "kind": kind, "na_allowed": true })
}

fn content(items: &[Value]) -> Value {
    json!({ "sections": [{ "code": "all", "title_zh": "全部", "title_en": "All", "items": items }] })
}

fn act(client: &crate::support::Client, path: &str, etag: &str) -> crate::support::Response {
    client.send("POST", path, &[("if-match", etag)], &[])
}

on_both! {
    fn a_centre_begins_with_two_published_scorecards(app: &TestApp) {
        let page = app.person(Role::Inspector).get("scorecards").expect(200).json();
        let found: Vec<_> = page["items"].as_array().unwrap().iter().map(|it| (it["code"].as_str().unwrap(), it["versions"][0]["state"].as_str().unwrap())).collect();
        assert_eq!(found, [("chat", "published"), ("phone", "published")]);
        let phone = format!("scorecards/{}/versions/1", page["items"][1]["id"].as_str().unwrap());
        let version = app.person(Role::Agent).get(&phone).expect(200).json();
        assert_eq!(version["content"]["sections"][0]["items"][1]["violation_type"], "identity_not_verified");
    }

    fn a_version_goes_from_draft_to_published_to_retired_and_never_changes_again(app: &TestApp) {
        let manager = app.person(Role::QaManager);
        let new = json!({ "code": "mail", "name_zh": "邮件质检评估表", "name_en": "Mail scorecard", "content": content(&[item("reply", "key")]) });
        let made = manager.post("scorecards", &new).expect(201).json();
        manager.post("scorecards", &new).refused(409, "scorecard_code_taken");
        let card = format!("scorecards/{}", made["id"].as_str().unwrap());
        let (one, two) = (format!("{card}/versions/1"), format!("{card}/versions/2"));

        manager.put_if(&one, "\"7\"", &content(&[])).refused(412, "stale");
        manager.put_if(&one, "\"1\"", &content(&[])).expect(200);
        act(&manager, &format!("{one}/publish"), "\"2\"").refused(400, "invalid");
        manager.put_if(&one, "\"2\"", &content(&[item("reply", "key"), item("greet", "non_key")])).expect(200);
        manager.post(&format!("{card}/versions"), &json!({})).refused(409, "draft_exists");
        let published = act(&manager, &format!("{one}/publish"), "\"3\"").expect(200);
        assert_eq!((published.json()["state"].as_str(), published.header("etag")), (Some("published"), Some("\"4\"")));
        manager.put_if(&one, "\"4\"", &content(&[item("reply", "key")])).refused(409, "version_not_draft");
        act(&manager, &format!("{one}/publish"), "\"4\"").refused(409, "version_not_draft");

        // The next version begins as a copy; publishing it retires the one before.
        let second = manager.post(&format!("{card}/versions"), &json!({})).expect(201).json();
        assert_eq!((&second["number"], &second["content"]), (&json!(2), &published.json()["content"]));
        manager.put_if(&two, "\"1\"", &content(&[item("reply", "non_key"), item("sign", "non_key")])).expect(200);
        act(&manager, &format!("{two}/publish"), "\"2\"").expect(200);
        let states: Vec<_> = manager.get(&card).expect(200).json()["versions"].as_array().unwrap().iter().map(|it| it["state"].as_str().unwrap().to_owned()).collect();
        assert_eq!(states, ["published", "retired"]);
        let difference = manager.get(&format!("{card}/compare?older=1&newer=2")).expect(200).json();
        assert_eq!(difference["added"][0]["item"]["code"], "sign");
        assert_eq!(difference["removed"][0]["item"]["code"], "greet");
        assert_eq!(difference["changed"][0]["fields"], json!(["kind"]));
        act(&manager, &format!("{two}/retire"), "\"3\"").expect(200);
        act(&manager, &format!("{two}/retire"), "\"4\"").refused(409, "version_not_published");
        manager.get(&format!("{card}/versions/9")).refused(404, "not_found");
    }

    fn faults_are_told_all_at_once(app: &TestApp) {
        let manager = app.person(Role::QaManager);
        let mut bad = item("reply", "key");
        bad["violation_type"] = "no_such_type".into();
        bad["title_en"] = "".into();
        let new = json!({ "code": "", "name_zh": "邮件", "name_en": "Mail", "content": content(&[bad.clone(), bad.clone()]) });
        let problem = manager.post("scorecards", &new).expect(400).json();
        let fields: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|it| it["field"].as_str().unwrap()).collect();
        let at = |rest: &str| format!("content.sections[0].items{rest}");
        assert_eq!(fields, ["code", &at("[0].title_en"), &at("[1].title_en"), &at("[1].code")]);
        bad["title_en"] = "Reply".into();
        let new = json!({ "code": "mail", "name_zh": "邮件", "name_en": "Mail", "content": content(&[bad]) });
        let detail = manager.post("scorecards", &new).refused(400, "invalid");
        assert!(detail.contains("content.sections[0].items[0].violation_type: `no_such_type` is not an active violation type"), "{detail}");
        app.person(Role::Inspector).post("scorecards", &new).refused(403, "forbidden");
    }
}
