//! An agent reads, acknowledges and appeals; the lead follows up; a severe case is acknowledged and ended.

use assay::domain::access::{GrantReach, Role};
use serde_json::json;

use crate::support::aftermath::People;
use crate::support::browser::Visitor;
use crate::support::visitors::{check_page, visit, visit_as_agent};
use crate::support::{Response, on_both};

/// Where a form led, read.
fn followed(visitor: &mut Visitor<'_>, done: &Response) -> String {
    let page = visitor.get(done.header("location").unwrap()).expect(200).text();
    check_page(&page);
    page
}

/// Sends a file in a form of several parts.
fn upload(visitor: &mut Visitor<'_>, path: &str, name: &str, content: &[u8]) -> Response {
    let csrf = visitor.csrf();
    let mut body = format!("--cut\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n").into_bytes();
    body.extend_from_slice(format!("--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").as_bytes());
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--cut--\r\n");
    visitor.send("POST", path, &[("content-type", "multipart/form-data; boundary=cut"), ("accept-language", "en")], &body)
}

on_both! {
    fn an_agent_acknowledges_and_appeals_with_the_time_left(app: &TestApp) {
        let people = People::new(app, "2026-11-10");
        let evaluation = people.failing(app, &["respect", "greeting"]);
        let mut agent = visit_as_agent(app, people.agent);
        let path = format!("/evaluations/{evaluation}");
        let page = agent.get(&path).expect(200).text();
        check_page(&page);
        assert!(page.contains("working days left") && page.contains("I have read it"), "{page}");
        let read = agent.post(&format!("{path}/acknowledge"), &[("revision", "1")]).expect(303);
        assert!(followed(&mut agent, &read).contains("Read by the agent:"));
        agent.post(&format!("{path}/acknowledge"), &[("revision", "2")]).expect(412);
        let new = format!("/appeals/new?evaluation={evaluation}");
        check_page(&agent.get(&new).expect(200).text());
        // What was typed and ticked stays, and every fault is told.
        let bare = [("evaluation", evaluation.to_string()), ("point", "item:respect".into()), ("text:item:respect", "was <calm>".into()), ("text", String::new())];
        let bare: Vec<(&str, &str)> = bare.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = agent.post("/appeals/new", &bare).expect(400).text();
        check_page(&refused);
        assert!(refused.contains("was &#60;calm&#62;") && refused.contains("value=\"item:respect\" checked") && refused.contains("fault-text"), "{refused}");
        let mut full = bare.clone();
        full.push(("text", "please listen again"));
        full.retain(|(name, value)| *name != "text" || !value.is_empty());
        let made = agent.post("/appeals/new", &full).expect(303);
        let appeal = made.header("location").unwrap().split('?').next().unwrap().to_owned();
        let page = followed(&mut agent, &made);
        assert!(page.contains("waits for a decision") && page.contains("please listen again") && page.contains("Withdraw"), "{page}");
        upload(&mut agent, &format!("{appeal}/attachments"), "note.txt", "I was calm.".as_bytes()).expect(303);
        assert!(agent.get(&appeal).expect(200).text().contains("note.txt"));
        upload(&mut agent, &format!("{appeal}/attachments"), "x.exe", b"MZ\x00\x01").expect(415);
        // The decision stands beside what it changed.
        let id = appeal.rsplit('/').next().unwrap();
        let decision = json!({ "points": [{ "target": { "kind": "item", "item": "respect" }, "outcome": "overturned" }], "reason": "heard it" });
        let version = people.managers[0].1.get(&format!("appeals/{id}")).expect(200).json()["version"].as_i64().unwrap();
        people.managers[0].1.post_if(&format!("appeals/{id}/decision"), version, &decision).expect(200);
        let page = agent.get(&appeal).expect(200).text();
        check_page(&page);
        assert!(page.contains("overturned") && page.contains("What it changed") && page.contains("<td>key errors</td><td>1</td><td>0</td>"), "{page}");
        let list = agent.get("/appeals").expect(200).text();
        check_page(&list);
        assert!(list.contains(&appeal) && list.contains("1 / 1"));
        assert!(agent.get("/appeals?state=open").expect(200).text().contains("No appeal fits"));
        // Corrected since: it asks to be read again, and shows its appeal.
        let page = agent.get(&path).expect(200).text();
        assert!(page.contains("I have read it") && page.contains(&appeal));
        // Somebody else's is not there.
        let other = crate::support::grading::agent(app, "1002", people.team);
        let mut stranger = visit(app, "agent.wang", Role::Agent, GrantReach::Own, Some(other));
        stranger.get(&appeal).expect(404);
        stranger.get(&new).expect(404);
        stranger.post(&format!("{path}/acknowledge"), &[("revision", "2")]).expect(404);
    }

    fn complaints_and_breaches_stand_with_the_result_and_are_appealed_there(app: &TestApp) {
        let people = People::new(app, "2026-11-10");
        let desk = app.person(Role::ComplaintDesk);
        let about = |reference: &str, text: &str| json!({ "reference": reference, "agent_id": people.agent, "occurred_on": "2026-11-09", "text": text });
        let complaint = desk.post("complaints", &about("C-1", "was <rude>")).expect(201).json()["id"].as_str().unwrap().to_owned();
        let mut breach = about("B-1", "wrong button");
        breach["occurrences"] = json!(3);
        let breach = desk.post("breaches", &breach).expect(201).json()["id"].as_str().unwrap().to_owned();
        let mut agent = visit_as_agent(app, people.agent);
        let month = format!("/results/2026-11/agents/{}", people.agent);
        let page = agent.page(&month);
        check_page(&page);
        assert!(page.contains("was &#60;rude&#62;") && page.contains("to be adjudicated") && page.contains("Operating breach B-1") && page.contains("× 3 ·") && page.contains("150.00 CNY"), "{page}");
        // There is nothing to appeal against before the desk has decided.
        let (new_complaint, new_breach) = (format!("/appeals/new?complaint={complaint}"), format!("/appeals/new?breach={breach}"));
        assert!(!page.contains(&new_complaint) && page.contains(&new_breach) && page.contains("working days left"), "{page}");
        desk.post_if(&format!("complaints/{complaint}/adjudication"), 1, &json!({ "upheld": true, "level": "general", "reason": "heard it" })).expect(200);
        let page = agent.page(&month);
        assert!(page.contains(&new_complaint) && page.contains("upheld: general") && page.contains("100.00 CNY"), "{page}");

        let page = agent.page(&new_complaint);
        check_page(&page);
        assert!(page.contains("was &#60;rude&#62;") && page.contains("heard it") && page.contains("name=\"complaint\" value="), "{page}");
        let refused = agent.post("/appeals/new", &[("complaint", &complaint), ("text", " ")]).expect(400).text();
        check_page(&refused);
        assert!(refused.contains("fault-text") && refused.contains("C-1"), "{refused}");
        let made = agent.post("/appeals/new", &[("complaint", &complaint), ("text", "it was the line")]).expect(303);
        let page = followed(&mut agent, &made);
        assert!(page.contains("it was the line") && page.contains("Complaint C-1") && page.contains("100.00 CNY"), "{page}");
        let appeal = made.header("location").unwrap().split('?').next().unwrap().to_owned();
        let page = agent.page(&month);
        assert!(page.contains(&appeal) && !page.contains(&new_complaint), "{page}");
        agent.post("/appeals/new", &[("complaint", &complaint), ("text", "once more")]).expect(409);
        // What the decision changed is told in words.
        let id = appeal.rsplit('/').next().unwrap();
        let manager = &people.managers[0].1;
        let decision = json!({ "points": [{ "target": { "kind": "whole" }, "outcome": "changed", "to_level": "minor" }], "reason": "partly" });
        manager.post_if(&format!("appeals/{id}/decision"), 1, &decision).expect(200);
        let page = agent.page(&appeal);
        check_page(&page);
        assert!(page.contains("<td>liability level</td><td>general</td><td>minor</td>") && page.contains("50.00 CNY"), "{page}");

        // The lead appeals for the agent; nobody else's lead does.
        let mut lead = visit(app, "lead.zhao", Role::TeamLead, GrantReach::Team(people.team), None);
        assert!(lead.page(&month).contains(&new_breach));
        check_page(&lead.page(&new_breach));
        let made = lead.post("/appeals/new", &[("breach", &breach), ("text", "twice only")]).expect(303);
        assert!(followed(&mut lead, &made).contains("Operating breach B-1"));
        let appeal = made.header("location").unwrap().split('?').next().unwrap().to_owned();
        let decision = json!({ "points": [{ "target": { "kind": "whole" }, "outcome": "overturned" }], "reason": "it was allowed" });
        manager.post_if(&format!("appeals/{}/decision", appeal.rsplit('/').next().unwrap()), 1, &decision).expect(200);
        let page = lead.page(&appeal);
        assert!(page.contains("<td>state</td><td>stands</td><td>overturned by an appeal</td>") && page.contains("0.00 CNY"), "{page}");
        let other = crate::support::grading::agent(app, "1002", people.team);
        let mut stranger = visit(app, "agent.wang", Role::Agent, GrantReach::Own, Some(other));
        for path in [&new_complaint, &new_breach] {
            stranger.get(path).expect(404);
        }
        stranger.post("/appeals/new", &[("breach", &breach), ("text", "x")]).expect(404);
        stranger.get("/appeals/new?breach=x").expect(400);
        agent.get("/appeals/new").expect(400);
    }

    /// Items and violations are called by their names, also where they do not stand any more.
    fn what_a_decision_changed_is_told_by_names(app: &TestApp) {
        let people = People::new(app, "2026-11-10");
        let mut sheet = crate::support::grading::sheet(&["respect"]);
        sheet["violations"] = json!([{ "violation_type": "too_late", "comment": "an hour" }]);
        let evaluation = people.graded(app, &sheet);
        let shown = people.managers[0].1.get(&format!("evaluations/{evaluation}")).expect(200).json();
        let late = shown["violations"].as_array().unwrap().iter().find(|it| it["violation_type"] == "too_late").unwrap()["id"].clone();
        let targets = [json!({ "kind": "item", "item": "respect" }), json!({ "kind": "violation", "violation_id": late })];
        let points: Vec<_> = targets.iter().map(|target| json!({ "target": target, "text": "" })).collect();
        let appeal = people.agent_client.post("appeals", &json!({ "evaluation_id": evaluation, "points": points, "text": "no" })).expect(201).json();
        let id = appeal["id"].as_str().unwrap();
        let decided: Vec<_> = targets.iter().map(|target| json!({ "target": target, "outcome": "overturned" })).collect();
        people.managers[0].1.post_if(&format!("appeals/{id}/decision"), 1, &json!({ "points": decided, "reason": "right" })).expect(200);
        let mut agent = visit_as_agent(app, people.agent);
        let mut manager = visit(app, "manager.chen", Role::QaManager, GrantReach::All, None);
        for page in [agent.page(&format!("/appeals/{id}")), manager.page(&format!("/decisions/appeals/{id}"))] {
            check_page(&page);
            assert!(page.contains("Too late") && !page.contains(">too_late<") && !page.contains(">respect<"), "{page}");
        }
        let page = agent.page(&format!("/appeals/{id}"));
        assert!(!page.contains("abused_customer") && page.contains("<td>violations</td>"), "{page}");
    }

    fn a_lead_sets_a_follow_up_and_ends_it(app: &TestApp) {
        let people = People::new(app, "2026-11-10");
        let evaluation = people.failing(app, &["greeting"]);
        let mut lead = visit(app, "lead.zhao", Role::TeamLead, GrantReach::Team(people.team), None);
        assert!(lead.get(&format!("/evaluations/{evaluation}")).expect(200).text().contains("Set a follow-up"));
        check_page(&lead.get("/follow-ups").expect(200).text());
        check_page(&lead.get(&format!("/follow-ups/new?evaluation={evaluation}")).expect(200).text());
        let id = evaluation.to_string();
        let past = [("evaluation", id.as_str()), ("kind", "coaching"), ("due_on", "2020-01-01"), ("text", "listen to <three> calls")];
        let refused = lead.post("/follow-ups/new", &past).expect(400).text();
        assert!(refused.contains("listen to &#60;three&#62; calls") && refused.contains("fault-due_on"), "{refused}");
        let good = [("evaluation", id.as_str()), ("kind", "coaching"), ("due_on", "2026-11-20"), ("text", "listen to three calls")];
        let made = lead.post("/follow-ups/new", &good).expect(303);
        let one = made.header("location").unwrap().split('?').next().unwrap().to_owned();
        assert!(followed(&mut lead, &made).contains("to be done"));
        let done = lead.post(&one, &[("version", "1"), ("do", "done"), ("outcome", "much better")]).expect(303);
        let page = followed(&mut lead, &done);
        assert!(page.contains("much better") && !page.contains("End it"));
        assert!(lead.get("/follow-ups?owner=me&state=done").expect(200).text().contains(&one));
        lead.get("/follow-ups/new").expect(400);
        // The agent reads it and sets none.
        let mut agent = visit_as_agent(app, people.agent);
        agent.get(&one).expect(200);
        agent.get(&format!("/follow-ups/new?evaluation={evaluation}")).expect(403);
    }

    fn a_severe_case_is_acknowledged_by_the_lead_and_ended_by_the_manager(app: &TestApp) {
        let people = People::new(app, "2026-11-10");
        let mut lead = visit(app, "lead.zhao", Role::TeamLead, GrantReach::Team(people.team), None);
        people.failing(app, &["respect"]);
        let list = lead.get("/escalations").expect(200).text();
        check_page(&list);
        let case = format!("/escalations/{}", list.split("href=\"/escalations/").nth(1).unwrap().split('"').next().unwrap());
        assert!(list.contains("not acknowledged"));
        let page = lead.get(&case).expect(200).text();
        check_page(&page);
        assert!(page.contains("I take the case on") && !page.contains("End the case") && page.contains("opened; the first level was told"));
        let taken = lead.post(&format!("{case}/acknowledge"), &[]).expect(303);
        assert!(followed(&mut lead, &taken).contains("its clock has stopped"));
        lead.post(&format!("{case}/sanction"), &[("version", "2"), ("kinds", "no_action"), ("reason", "x")]).expect(403);
        let mut manager = visit(app, "manager.chen", Role::QaManager, GrantReach::All, None);
        let page = manager.get(&case).expect(200).text();
        check_page(&page);
        let version = page.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let wrong = manager.post(&format!("{case}/sanction"), &[("version", &version), ("kinds", "fine"), ("amount_minor", "much"), ("reason", "told <off>")]);
        let wrong = wrong.expect(400).text();
        check_page(&wrong);
        assert!(wrong.contains("“much” is not an amount") && wrong.contains("told &#60;off&#62;") && wrong.contains("value=\"fine\" checked"), "{wrong}");
        let ended = manager.post(&format!("{case}/sanction"), &[("version", &version), ("kinds", "offline_training"), ("reason", "two days")]).expect(303);
        let page = followed(&mut manager, &ended);
        assert!(page.contains("offline for training") && page.contains("two days"), "{page}");
        // Whom it is about does not see it.
        let mut agent = visit_as_agent(app, people.agent);
        agent.get(&case).expect(403);
    }
}
