//! The pages of what is decided after the grade: appeals, second gradings, calibration, complaints, and their rules.

use assay::domain::access::{Grant, GrantReach, Role};
use serde_json::json;

use super::imports::ended;
use super::people::{field, link_after};
use crate::support::aftermath::{People, lines, posted};
use crate::support::browser::Visitor;
use crate::support::on_both;
use crate::support::people::team;
use crate::support::visitors::check_page;

on_both! {
    /// The appeal stands beside the finding; each point is decided, and what was typed stays where it is not.
    fn an_appeal_is_decided_point_by_point(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let evaluation = people.failing(app, &["respect", "greeting"]);
        let points = ["respect", "greeting"].map(|item| json!({ "target": { "kind": "item", "item": item }, "text": "did do it" }));
        let appeal = people.agent_client.post("appeals", &json!({ "evaluation_id": evaluation, "points": points, "text": "please listen again" }));
        let id = appeal.expect(201).json()["id"].as_str().unwrap().to_owned();
        let mut manager = Visitor::of(app, Role::QaManager);
        assert!(manager.page("/decisions/appeals?state=open&sort=due").contains(&id));
        let at = format!("/decisions/appeals/{id}");
        let page = manager.page(&at);
        assert!(page.contains("please listen again") && page.contains("did do it") && page.contains("name=\"points[1].outcome\""), "{page}");
        assert!(manager.page(&format!("/appeals/{id}")).contains("please listen again"), "letters lead here");
        let version = field(&page, "version");
        let mut fields = vec![("version", version.as_str()), ("points[0].outcome", "overturned"), ("reason", "heard it again")];
        let page = manager.post(&at, &fields).expect(400).text();
        assert!(page.contains("id=\"f-points[1].outcome-fault\"") && page.contains("heard it again</textarea>"), "{page}");
        fields.push(("points[1].outcome", "upheld"));
        manager.submit(&at, &fields);
        let page = manager.page(&at);
        assert!(page.contains("First instance") && page.contains("overturned") && !page.contains("points[0].outcome"), "{page}");
        manager.post(&at, &fields).expect(400);
        Visitor::of(app, Role::Inspector).post(&at, &fields).expect(403);
    }

    fn the_desk_records_and_adjudicates(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let number = app.admin().get(&format!("agents/{}", people.agent)).expect(200).json()["employee_no"].as_str().unwrap().to_owned();
        let mut desk = Visitor::of(app, Role::ComplaintDesk);
        let mut new = vec![("reference", "C-1"), ("agent", "nobody"), ("occurred_on", "2026-11-04"), ("text", "was rude")];
        let page = desk.post("/decisions/complaints", &new).expect(400).text();
        assert!(page.contains("id=\"f-agent-fault\"") && page.contains("value=\"C-1\"") && page.contains("was rude</textarea>"), "{page}");
        new[1].1 = &number;
        let at = desk.submit("/decisions/complaints", &new).split('?').next().unwrap().to_owned();
        let page = desk.post(&at, &[("version", "1"), ("finding", "severe"), ("reason", "")]).expect(400).text();
        assert!(page.contains("id=\"f-reason-fault\"") && page.contains("value=\"severe\" selected"), "{page}");
        desk.submit(&at, &[("version", "1"), ("finding", "severe"), ("reason", "went to the press")]);
        assert!(desk.page("/decisions/complaints?state=upheld").contains("upheld: severe"));
        desk.submit(&at, &[("version", "2"), ("finding", "dismissed"), ("reason", "it was the line")]);
        assert!(desk.page(&at).contains("it was the line"));
        Visitor::of(app, Role::TeamLead).get("/decisions/complaints/new").expect(403);
    }

    fn a_breach_is_recorded_found_and_taken_back(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let mut desk = Visitor::of(app, Role::ComplaintDesk);
        let page = desk.page("/decisions/breaches");
        check_page(&page);
        assert!(page.contains("No operating breach yet") && page.contains("href=\"/decisions/breaches\" aria-current=\"page\""), "{page}");
        check_page(&desk.page("/decisions/breaches/new"));
        let mut new = vec![("reference", "B-1"), ("agent", "nobody"), ("occurred_on", "2026-11-04"), ("occurrences", "0"), ("text", "wrong <button>")];
        let page = desk.post("/decisions/breaches", &new).expect(400).text();
        check_page(&page);
        assert!(page.contains("id=\"f-agent-fault\"") && page.contains("value=\"B-1\"") && page.contains("wrong &#60;button&#62;</textarea>"), "{page}");
        new[1].1 = "1001";
        assert!(desk.post("/decisions/breaches", &new).expect(400).text().contains("id=\"f-occurrences-fault\""));
        new[3].1 = "3";
        let at = desk.submit("/decisions/breaches", &new).split('?').next().unwrap().to_owned();
        assert_eq!(lines(app, people.agent), posted(&[("2026-11", "operating_breach", 15_000)]));
        assert!(desk.post("/decisions/breaches", &new).expect(400).text().contains("role=\"alert\""), "its number is taken");
        for (query, found) in [("", true), ("?state=confirmed&period=2026-11&number=1001", true), ("?state=withdrawn", false), ("?period=2026-10", false), ("?number=9", false)] {
            let page = desk.page(&format!("/decisions/breaches{query}"));
            assert_eq!(page.contains(&at), found, "{query}: {page}");
        }
        let page = desk.page(&at);
        check_page(&page);
        let page = desk.post(&at, &[("version", "1"), ("reason", " ")]).expect(400).text();
        assert!(page.contains("id=\"f-reason-fault\""), "{page}");
        let mut auditor = Visitor::of(app, Role::Auditor);
        assert!(!auditor.page(&at).contains("name=\"reason\"") && !auditor.page("/decisions/breaches").contains("/decisions/breaches/new"));
        auditor.post(&at, &[("version", "1"), ("reason", "x")]).expect(403);
        desk.submit(&at, &[("version", "1"), ("reason", "the wrong agent")]);
        let page = desk.page(&format!("{at}?done=withdrawn"));
        assert!(page.contains("Taken back.") && page.contains("the wrong agent") && !page.contains("name=\"reason\""), "{page}");
        assert_eq!(lines(app, people.agent).iter().map(|line| line.2).collect::<Vec<_>>(), [15_000, -15_000]);
        desk.post(&at, &[("version", "2"), ("reason", "again")]).expect(400);
        let mut lead = Visitor::of(app, Role::TeamLead);
        lead.get("/decisions/breaches/new").expect(403);
        assert!(!lead.page("/account").contains("/decisions/"));
        lead.post("/decisions/breaches", &new).expect(403);
    }

    /// Both lists of the desk come in from a file, with a preview.
    fn complaints_and_breaches_come_from_a_file(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let mut desk = Visitor::of(app, Role::ComplaintDesk);
        let tables = [
            ("complaints", "reference,employee_no,occurred_on,level,text\nX-1,1001,2026-11-02,general,rude\nX-2,9999,2026-11-02,,who\n"),
            ("breaches", "reference,employee_no,occurred_on,occurrences,text\nX-1,1001,2026-11-02,2,x\nX-2,1001,2026-11-02,none,x\n"),
        ];
        for (kind, table) in tables {
            let (list, import) = (format!("/decisions/{kind}"), format!("/decisions/import/{kind}"));
            assert!(desk.page(&list).contains(&import));
            check_page(&desk.page(&import));
            let page = desk.post_file(&import, &[("do", "preview")], Some(table)).expect(200).text();
            check_page(&page);
            assert!(page.contains("nothing is stored yet") && page.contains("X-1") && page.contains("<td class=\"number\">3</td>"), "{page}");
            assert!(!desk.page(&list).contains("X-1"));
            let previewed = field(&page, "previewed");
            let stored = desk.post_file(&import, &[("do", "store"), ("previewed", &previewed), ("csv", table)], None).expect(303);
            let page = ended(&mut desk, stored.header("location").unwrap());
            assert!(page.contains("<h2>Stored</h2>") && page.contains(&format!("href=\"{list}\"")), "{page}");
            assert!(desk.page(&format!("{list}?number=1001")).contains("X-1"));
        }
        assert_eq!(lines(app, people.agent).iter().map(|line| line.2).collect::<Vec<_>>(), [10_000, 10_000]);
        desk.get("/decisions/import/agents").expect(404);
        desk.get("/people/import/complaints").expect(404);
        Visitor::of(app, Role::TeamLead).get("/decisions/import/breaches").expect(403);
    }

    /// Appeal terms, escalation policy and calendar are three forms; a fault in one leaves the others as they are.
    fn the_rules_are_set(app: &TestApp) {
        let mut manager = Visitor::of(app, Role::QaManager);
        let page = manager.page("/decisions/terms");
        check_page(&page);
        assert!(page.contains("name=\"levels[0].minutes\" type=\"number\" value=\"240\"") && page.contains("name=\"hours[0].from\" type=\"time\" value=\"09:00\""), "{page}");
        let terms = [("version", "0"), ("days_to_appeal", "99"), ("days_to_decide", "5"), ("days_to_second", "3")];
        let page = manager.post("/decisions/terms/appeals", &terms).expect(400).text();
        assert!(page.contains("id=\"f-days_to_appeal-fault\"") && page.contains("value=\"99\"") && page.contains("value=\"240\""), "{page}");
        let mut good = terms;
        good[1].1 = "9";
        manager.submit("/decisions/terms/appeals", &good);
        manager.post("/decisions/terms/appeals", &good).expect(400);
        Visitor::of(app, Role::TeamLead).post("/decisions/terms/appeals", &good).expect(403);
    }

    /// Levels, rules and chains are rows of fields: what is wrong stands beside the field of its row, and what was typed is kept.
    fn the_escalation_policy_is_set_row_by_row(app: &TestApp) {
        let user = app.user("li.na", None, &[Grant { role: Role::TeamLead, reach: GrantReach::All }]).0;
        let name = app.admin().get(&format!("users/{user}")).expect(200).json()["username"].as_str().unwrap().to_owned();
        let team = team(app, "T7", None, None);
        let mut manager = Visitor::of(app, Role::QaManager);
        let at = "/decisions/terms/escalation";
        let unit = format!("team:{team}");
        let rows = |fields: &[(&'static str, &str)]| -> Vec<(&'static str, String)> {
            [("version", "0"), ("levels[0].roles", "team_lead"), ("levels[0].minutes", "60")].iter().chain(fields).map(|(name, value)| (*name, (*value).to_owned())).collect()
        };
        let post = |manager: &mut Visitor, fields: &[(&'static str, &str)]| {
            let fields = rows(fields);
            manager.post(at, &fields.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>())
        };
        let page = post(&mut manager, &[("levels[1].people[0]", "nobody"), ("levels[1].minutes", "soon"), ("counts[0].code", "often"), ("counts[0].at_least", "3"), ("chains[0].unit", "")]).expect(400).text();
        check_page(&page);
        for part in ["id=\"f-levels[1].people-fault\"", "value=\"nobody\"", "id=\"f-levels[1].minutes-fault\"", "value=\"often\"", "name=\"levels[0].roles\" value=\"team_lead\" checked"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        // A button of the rows stores nothing and keeps what was typed.
        let page = post(&mut manager, &[("levels[1].people[0]", name.as_str()), ("levels[1].minutes", "90"), ("do", "up levels[1]")]).expect(200).text();
        assert!(page.contains(&format!("name=\"levels[0].people[0]\" value=\"{name}\"")) && page.contains("name=\"levels[0].minutes\" type=\"number\" value=\"90\""), "{page}");
        assert!(page.contains("Not saved yet.") && page.contains("value=\"60\""), "{page}");
        assert!(post(&mut manager, &[("do", "add chains")]).expect(200).text().contains("name=\"chains[0].unit\" autofocus"));
        let given = [("levels[1].people[1]", name.as_str()), ("levels[1].minutes", "90"), ("counts[0].code", "often"), ("counts[0].at_least", "3"), ("counts[0].classes", "C"), ("chains[2].unit", unit.as_str()), ("chains[2].levels[0].roles", "qa_manager"), ("chains[2].levels[0].minutes", "30"), ("four_eyes", "dismissal")];
        post(&mut manager, &given).expect(303);
        let setting = app.admin().get("escalation-policy").expect(200).json();
        assert_eq!(setting["levels"][1], json!({ "recipients": [{ "user_id": user }], "minutes": 90 }), "{setting}");
        assert_eq!(setting["chains"], json!([{ "unit": { "team_id": team }, "levels": [{ "recipients": [{ "role": "qa_manager" }], "minutes": 30 }] }]));
        assert_eq!(setting["counts"][0]["at_least"], 3);
        let page = manager.page("/decisions/terms");
        check_page(&page);
        assert!(page.contains(&format!("name=\"levels[1].people[0]\" value=\"{name}\"")) && page.contains(&format!("value=\"{unit}\" selected")), "{page}");
        let mut auditor = Visitor::of(app, Role::Auditor);
        assert!(auditor.page("/decisions/terms").contains("<fieldset class=\"reading\" disabled>"));
        auditor.post(at, &[("version", "1"), ("do", "add levels")]).expect(403);
    }

    fn the_calendar_is_set_row_by_row(app: &TestApp) {
        let mut manager = Visitor::of(app, Role::QaManager);
        let at = "/decisions/terms/calendar";
        let page = manager.post(at, &[("version", "0"), ("working_days", "monday"), ("hours[0].from", "nine"), ("hours[0].until", "18:00"), ("hours[3].from", "17:00"), ("hours[3].until", "")]).expect(400).text();
        check_page(&page);
        assert!(page.contains("id=\"f-hours[0].from-fault\"") && page.contains("id=\"f-hours[1].until-fault\"") && page.contains("value=\"17:00\""), "{page}");
        let page = manager.post(at, &[("version", "0"), ("hours[0].from", "08:00"), ("hours[0].until", "12:00"), ("do", "add hours")]).expect(200).text();
        assert!(page.contains("name=\"hours[1].from\" autofocus") && page.contains("value=\"08:00\""), "{page}");
        let days = [("version", "0"), ("working_days", "monday"), ("hours[0].from", "08:00"), ("hours[0].until", "00:00"), ("holidays[1].from", "2026-10-01"), ("holidays[1].until", "2026-10-07")];
        manager.submit(at, &days);
        let stored = app.admin().get("calendar").expect(200).json();
        assert_eq!((&stored["hours"], stored["holidays"].as_array().map(Vec::len)), (&json!([{ "from": "08:00", "until": "24:00" }]), Some(7)), "{stored}");
        let page = manager.page("/decisions/terms");
        assert!(page.contains("name=\"holidays[0].until\" type=\"date\" value=\"2026-10-07\"") && page.contains("name=\"hours[0].until\" type=\"time\" value=\"00:00\""), "{page}");
    }

    fn a_share_is_graded_again_and_people_are_calibrated(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        people.failing(app, &["greeting"]);
        let mut manager = Visitor::of(app, Role::QaManager);
        let page = manager.post("/decisions/regrades", &[("period", "2026-11"), ("percent", "0")]).expect(400).text();
        assert!(page.contains("id=\"f-percent-fault\""), "{page}");
        let at = manager.submit("/decisions/regrades", &[("period", "2026-11"), ("percent", "100")]);
        let page = manager.page(&at);
        assert!(page.contains("1 evaluations are graded again"), "{page}");
        let regrade = link_after(&page, "/decisions/regrades/", "\">");
        manager.get(&format!("/decisions/regrades/{regrade}")).expect(200);
        let page = manager.post("/decisions/calibrations", &[("name", "November"), ("conversation_id", "x"), ("due_on", "2026-11-30")]).expect(400).text();
        assert!(page.contains("id=\"f-conversation_id-fault\"") && page.contains("value=\"November\""), "{page}");
        manager.get("/decisions/calibrations").expect(200);
        let mut inspector = Visitor::of(app, Role::Inspector);
        inspector.get("/decisions/regrades").expect(403);
        inspector.post("/decisions/calibrations", &[("name", "x")]).expect(403);
    }
}
