//! The queue and the grading page without script: what is there, what a refused sheet keeps, and on to the next.

use assay::domain::access::{GrantReach, Role};

use serde_json::json;

use crate::support::aftermath::People;
use crate::support::browser::Visitor;
use crate::support::grading::*;
use crate::support::on_both;
use crate::support::sounds::{form, wav};
use crate::support::visitors::{check_page, somebody, visit};

const DAY: &str = "2026-11-03T02:00:00Z";

/// A whole sheet as the page sends it, with these items failed.
fn filled(failed: &[&str]) -> Vec<(String, String)> {
    let mut fields =
        vec![("version".to_owned(), "0".to_owned()), ("seconds".to_owned(), "30".to_owned()), ("do".to_owned(), "submit".to_owned())];
    for code in KEY_ITEMS.iter().chain(&NON_KEY_ITEMS) {
        let bad = failed.contains(code);
        fields.push((format!("outcome:{code}"), if bad { "fail" } else { "pass" }.to_owned()));
        if bad {
            fields.push((format!("comment:{code}"), format!("remark on {code}")));
        }
    }
    fields
}

fn pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Where the first link of this kind on a page leads.
fn way(page: &str, prefix: &str) -> String {
    let found = page.split("href=\"").find(|part| part.starts_with(prefix));
    found.unwrap_or_else(|| panic!("no link {prefix} in {page}")).split('"').next().unwrap().to_owned()
}

on_both! {
    fn a_sheet_is_refused_with_what_was_typed_and_then_leads_to_the_next(app: &TestApp) {
        let user = somebody(app, "inspector", Role::Inspector, GrantReach::Own, None);
        let agent = agent(app, "E1", team(app, "t", None, None));
        let draw = draw(app, "2026-11");
        let samples = [0, 1].map(|_| sample(app, draw, agent, conversation(app, agent, DAY), user, USUAL));
        let mut inspector = Visitor::new(app);
        inspector.log_in("inspector", "correct horse battery").expect(303);
        let queue = inspector.get("/queue").expect(200).text();
        check_page(&queue);
        assert!(samples.iter().all(|sample| queue.contains(&sample.to_string())));
        let path = format!("/samples/{}/grade", samples[0]);
        let page = inspector.get(&path).expect(200).text();
        assert!(!page.contains(" style=") && page.len() < 200_000, "{} bytes", page.len());
        // What would follow is on the page: the fine of each violation, in minor units of the currency.
        assert!(page.contains("data-currency=\"CNY\"") && page.contains("data-type=\"abused_customer\" data-fine=\"50000\""), "{page}");
        let mut fields = vec![("version".to_owned(), "0".to_owned()), ("seconds".to_owned(), "30".to_owned())];
        for code in KEY_ITEMS.iter().chain(&NON_KEY_ITEMS) {
            fields.push((format!("outcome:{code}"), if *code == "respect" { "fail" } else { "pass" }.to_owned()));
        }
        fields.push(("evidence:respect".to_owned(), "3-4".to_owned()));
        fields.push(("comment:respect".to_owned(), "shouted <at> the customer".to_owned()));
        let send = |inspector: &mut Visitor<'_>, fields: &[(String, String)]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            inspector.post(&path, &fields)
        };
        let again = send(&mut inspector, &fields).expect(400).text();
        check_page(&again);
        // The fault stands beside its item, and what was typed stays as it was typed, read or not.
        let item = again.split("data-item=\"respect\"").nth(1).unwrap().split("data-item=").next().unwrap();
        assert!(item.contains("cannot be read; write lines as #3-5") && item.contains("value=\"3-4\""), "{again}");
        assert!(item.contains("shouted &#60;at&#62; the customer</textarea>") && item.contains("value=\"fail\" checked"), "{item}");
        for (name, value) in &mut fields {
            if name == "evidence:respect" {
                *value = "#3-4".to_owned();
            }
        }
        let next = send(&mut inspector, &fields).expect(303);
        assert_eq!(next.header("location"), Some(format!("/samples/{}/grade", samples[1]).as_str()));
        let queue = inspector.get("/queue").expect(200).text();
        assert!(queue.contains("1 / 2"), "progress of the day: {queue}");
    }

    fn a_second_grade_is_given_blind_from_the_queue(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let mut second = visit(app, "second", Role::Inspector, GrantReach::Own, None);
        let evaluation = people.failing(app, &["greeting"]);
        assert!(!second.page("/queue").contains("Second gradings"));
        people.managers[0].1.post("regrades/choice", &json!({ "period": "2026-11", "percent": 100 })).expect(200);
        let queue = second.page("/queue");
        check_page(&queue);
        assert!(queue.contains("Second gradings") && queue.contains("2026-11") && !queue.contains("Nothing waits for you"), "{queue}");
        let path = way(&queue, "/regrades/");
        let page = second.page(&path);
        check_page(&page);
        // Neither whose it is nor the first grade; no draft at the service, no replacement, and no fine or case follows.
        assert!(page.contains("<h1>Second grading</h1>") && page.contains("is kept in this browser"), "{page}");
        for hidden in ["1001", "remark on", "\" checked", &evaluation.to_string(), "data-draft", "/replace", "data-currency", "opens an escalation case"] {
            assert!(!page.contains(hidden), "{hidden}: {page}");
        }
        let mut fields = filled(&["respect"]);
        fields.retain(|(name, _)| name != "outcome:greeting");
        let again = second.post(&path, &pairs(&fields)).expect(400).text();
        check_page(&again);
        let item = again.split("data-item=\"greeting\"").nth(1).unwrap().split("data-item=").next().unwrap();
        assert!(item.contains("class=\"fault small\"") && again.contains("remark on respect</textarea>"), "{again}");
        // Whom it was not given to is not led there.
        visit(app, "third", Role::Inspector, GrantReach::Own, None).get(&path).expect(404);
        let mut manager = Visitor::of(app, Role::QaManager);
        manager.get(&path).expect(403);
        manager.post(&path, &pairs(&fields)).expect(403);
        assert_eq!(second.submit(&path, &pairs(&filled(&["respect"]))), "/queue?done=graded");
        let queue = second.page("/queue?done=graded");
        assert!(queue.contains("The grade is handed in.") && !queue.contains("Second gradings"), "{queue}");
        second.get(&path).expect(409);
        second.post(&path, &pairs(&filled(&[]))).expect(409);
        // The manager decides, and reads what differs by its names.
        let at = path.strip_suffix("/grade").unwrap();
        let page = manager.page(&format!("/decisions{at}"));
        assert!(page.contains("id=\"f-decisions[1].verdict\"") && page.contains("Does not abuse or mock the customer"), "{page}");
    }

    fn a_calibration_grade_is_given_and_changed_while_the_session_is_open(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let second_id = somebody(app, "second", Role::Inspector, GrantReach::Own, None);
        let manager_id = somebody(app, "boss", Role::QaManager, GrantReach::All, None);
        let [mut second, mut manager] = ["second", "boss"].map(|name| {
            let mut visitor = Visitor::new(app);
            visitor.log_in(name, "correct horse battery").expect(303);
            visitor
        });
        let (conversation, _) = people.recorded("call-1");
        let body = json!({
            "name": "November <1>", "conversation_id": conversation, "scorecard_version_id": published(app, "phone"),
            "participants": [people.inspector.0, second_id], "reference_id": manager_id, "due_on": "2026-11-30",
        });
        let api = &people.managers[0].1;
        let made = api.post("calibrations", &body).expect(201).json();
        let path = format!("/calibrations/{}/grade", made["id"].as_str().unwrap());
        let queue = second.page("/queue");
        check_page(&queue);
        assert!(queue.contains("November &#60;1&#62;") && queue.contains(&path) && queue.contains("waits for you"), "{queue}");
        let page = second.page(&path);
        check_page(&page);
        assert!(!page.contains("1001") && page.contains(">Hand in <kbd>") && page.contains("id=\"player\""), "{page}");
        let mut fields = filled(&["respect"]);
        fields.push(("evidence:respect".to_owned(), "0:00-0:02".to_owned()));
        assert_eq!(second.submit(&path, &pairs(&fields)), "/queue?done=graded");
        assert!(second.page("/queue?done=graded").contains("handed in</span>"));
        // It can be given again, from what was given.
        let page = second.page(&path);
        assert!(page.contains("remark on respect</textarea>") && page.contains("value=\"0:00-0:02\"") && page.contains("Hand in again"), "{page}");
        assert_eq!(second.submit(&path, &pairs(&filled(&["greeting"]))), "/queue?done=graded");
        let page = second.page(&path);
        assert!(page.contains("remark on greeting</textarea>") && !page.contains("remark on respect"), "{page}");
        // Who gives the reference comes from the session's page, and does not see the other's grade either.
        let session = format!("/decisions/calibrations/{}", made["id"].as_str().unwrap());
        assert!(manager.page(&session).contains("Give your grade"));
        let page = manager.page(&path);
        assert!(!page.contains("remark on") && !page.contains("\" checked"), "{page}");
        let done = manager.submit(&path, &pairs(&filled(&["greeting"])));
        assert_eq!(done, format!("{session}?done=graded"));
        let page = manager.page(&done);
        assert!(page.contains("The grade is handed in.") && page.contains("Change your grade"), "{page}");
        visit(app, "third", Role::Inspector, GrantReach::Own, None).get(&path).expect(404);
        people.inspector.1.put(&format!("calibrations/{}/grade", made["id"].as_str().unwrap()), &json!({ "sheet": sheet(&[]) })).expect(200);
        api.post_if(&format!("calibrations/{}/close", made["id"].as_str().unwrap()), 1, &json!({})).expect(200);
        second.get(&path).expect(409);
        second.post(&path, &pairs(&filled(&[]))).expect(409);
        assert!(!second.page("/queue").contains("November"));
        // The report calls items and people by their names, in the session and over the last ones.
        for page in [manager.page(&session), manager.page("/decisions/calibrations")] {
            assert!(page.contains("second at work") && !page.contains("<td>greeting</td>") && page.contains("Opens the call by the script"), "{page}");
        }
    }

    /// The player's clock is the conversation's; a recording that begins later counts from its own start.
    fn a_span_is_the_same_second_where_the_recording_begins_later(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let call = json!({
            "source": "pbx", "external_id": "late", "channel": "call", "agent": "1001", "started_at": DAY, "duration_ms": 8000,
            "recordings": [{ "file": "a.wav", "start_ms": 4000, "stereo": { "left": "agent", "right": "customer" } }],
        });
        let line = format!("{call}\n");
        let (media_type, body) = form(&[
            ("conversations", Some("calls.ndjson"), "application/octet-stream", line.as_bytes()),
            ("recording", Some("a.wav"), "audio/wav", &wav(2, 32_000, 3)),
        ]);
        let manager = &people.managers[0].1;
        manager.send("POST", "conversations/import", &[("content-type", &media_type)], &body).expect(200);
        let found = manager.get("conversations?external_id=late").expect(200).json();
        let conversation = found["items"][0]["id"].as_str().unwrap().parse().unwrap();
        let user = somebody(app, "inspector", Role::Inspector, GrantReach::Own, None);
        let sample = sample(app, draw(app, "2026-11"), people.agent, conversation, user, USUAL);
        let mut inspector = Visitor::new(app);
        inspector.log_in("inspector", "correct horse battery").expect(303);
        let path = format!("/samples/{sample}/grade");
        assert!(inspector.page(&path).contains("data-start=\"4000\""));
        let mut fields = filled(&["greeting"]);
        fields.push(("evidence:greeting".to_owned(), "0:05-0:07".to_owned()));
        let mut draft = fields.clone();
        draft.retain(|(name, _)| name != "do");
        inspector.post(&format!("/samples/{sample}/draft"), &pairs(&draft)).expect(200);
        assert!(inspector.page(&path).contains("name=\"evidence:greeting\" value=\"0:05-0:07\""), "the draft shows what was typed");
        fields[0].1 = "1".to_owned();
        inspector.submit(&path, &pairs(&fields));
        let graded = manager.get("evaluations").expect(200).json()["items"][0]["id"].as_str().unwrap().to_owned();
        let stored = manager.get(&format!("evaluations/{graded}")).expect(200).json();
        let item = stored["items"].as_array().unwrap().iter().find(|it| it["code"] == "greeting").unwrap();
        assert_eq!((&item["evidence"][0]["from_ms"], &item["evidence"][0]["to_ms"]), (&json!(1000), &json!(3000)), "{item}");
        assert!(Visitor::of(app, Role::QaManager).page(&format!("/evaluations/{graded}")).contains("?at=5000"));
    }
}
