//! The page behind the link in the mail about a severe case.

use serde_json::json;

use crate::support::aftermath::{People, letters};
use crate::support::browser::Visitor;
use crate::support::grading::sheet;
use crate::support::{TestApp, on_both};

/// Where the mail to somebody leads.
fn path(app: &TestApp, user: assay::domain::id::UserId) -> String {
    letters(app, user, "escalation_opened")[0]["acknowledge_path"].as_str().unwrap().to_owned()
}

/// A disclosure, in whose remark the inspector typed the customer's number.
fn disclosed() -> serde_json::Value {
    let mut sheet = sheet(&["confidentiality"]);
    for answer in sheet["items"].as_array_mut().unwrap() {
        if answer["code"] == "confidentiality" {
            answer["comment"] = json!("把客户电话 13812345678 告诉了<b>第三方</b>");
        }
    }
    sheet
}

on_both! {
    fn the_page_shows_the_case_and_its_button_acknowledges_it_without_a_log_in(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        people.graded(app, &disclosed());
        let path = path(app, people.lead.0);
        let mut somebody = Visitor::new(app);
        let open = somebody.get(&path).expect(200);
        assert!(open.header("content-security-policy").unwrap().contains("form-action 'self'"));
        let open = open.text();
        assert!(open.contains("客服 1001") && open.contains("<form method=\"post\">") && open.contains("Acknowledge for"), "{open}");
        assert!(open.contains("138****5678") && !open.contains("13812345678"), "the customer's number is masked: {open}");
        assert!(!open.contains("<b>第三方"), "what was typed is escaped");
        let cases = || people.managers[0].1.get("escalations").expect(200).json()["items"].clone();
        assert_eq!(cases()[0]["state"], "open", "looking acknowledges nothing");

        let done = somebody.post_bare(&path, &[]).expect(303);
        assert_eq!(done.header("location"), Some(path.as_str()));
        assert_eq!((&cases()[0]["state"], &cases()[0]["acknowledged_by"]), (&json!("acknowledged"), &json!(people.lead.0)));
        let after = somebody.get(&path).expect(200).text();
        assert!(after.contains("You have acknowledged this case") && !after.contains("<form"), "{after}");
        somebody.post_bare(&path, &[]).expect(303);
    }

    fn a_link_that_does_not_work_says_why(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        people.graded(app, &disclosed());
        let path = path(app, people.lead.0);
        let mut somebody = Visitor::new(app);
        assert!(somebody.get("/escalations/links/assay_0000").expect(404).text().contains("There is no such link"));
        assert!(somebody.post_bare("/escalations/links/assay_0000", &[]).expect(404).text().contains("There is no such link"));
        app.clock.advance(chrono::Duration::days(31));
        assert!(somebody.get(&path).expect(410).text().contains("This link has expired"));
        assert!(somebody.post_bare(&path, &[]).expect(410).text().contains("This link has expired"));
        assert_eq!(people.managers[0].1.get("escalations").expect(200).json()["items"][0]["state"], "open");
    }

    fn who_comes_second_hears_who_was_first_and_an_ended_case_says_so(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        people.graded(app, &disclosed());
        let path = path(app, people.lead.0);
        let manager = &people.managers[0].1;
        let case = manager.get("escalations").expect(200).json()["items"][0].clone();
        let (id, version) = (case["id"].as_str().unwrap(), case["version"].as_i64().unwrap());
        manager.post(&format!("escalations/{id}/acknowledge"), &json!({})).expect(200);
        let mut somebody = Visitor::new(app);
        somebody.post_bare(&path, &[]).expect(303);
        let page = somebody.get(&path).expect(200).text();
        assert!(page.contains("already acknowledged · manager-"), "{page}");
        let end = json!({ "kinds": ["no_action"], "reason": "told already" });
        manager.post_if(&format!("escalations/{id}/sanction"), version + 1, &end).expect(200);
        let page = somebody.get(&path).expect(200).text();
        assert!(page.contains("This case has ended") && !page.contains("<form"), "{page}");
        somebody.post_bare(&path, &[]).expect(303);
    }
}
