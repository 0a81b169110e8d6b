//! The month at a glance, an agent's month, and the way from a number to the second of the recording.

use assay::db;
use assay::domain::access::{GrantReach, Role};
use assay::domain::conversation::{Speaker, TranscriptLine};
use assay::domain::id::{AgentId, ConversationId, TeamId};
use serde_json::json;

use crate::support::browser::Visitor;
use crate::support::grading::*;
use crate::support::visitors::{check_page, visit};
use crate::support::{TestApp, on_both};

const DAY: &str = "2026-11-03T02:00:00Z";

/// A team with one agent who fails and one who passes, and a team that is none of the lead's business.
fn two_teams(app: &TestApp) -> (TeamId, AgentId, AgentId, AgentId) {
    let (ours, theirs) = (team(app, "ours", None, None), team(app, "theirs", None, None));
    let draw = draw(app, "2026-11");
    let fails = agent(app, "E1", ours);
    let passes = agent(app, "E2", ours);
    let stranger = agent(app, "E3", theirs);
    for (agent, counts) in [(fails, (3, 1, 2)), (passes, (10, 1, 0)), (stranger, (2, 0, 1))] {
        attended(app, agent, "2026-11", 20);
        grade(app, draw, agent, DAY, counts);
    }
    (ours, fails, passes, stranger)
}

fn lead<'a>(app: &'a TestApp, team: TeamId) -> Visitor<'a> {
    visit(app, "lead", Role::TeamLead, GrantReach::Team(team), None)
}

/// A transcript of six lines, ten seconds each.
fn transcript(app: &TestApp, conversation: ConversationId) {
    let line = |n: i64| TranscriptLine {
        speaker: if n % 2 == 0 { Speaker::Agent } else { Speaker::Customer },
        start_ms: Some(n * 10_000),
        end_ms: Some(n * 10_000 + 9_000),
        text: format!("said number {} <b>", n + 1),
    };
    let packed = db::transcripts::Packer::new().unwrap().pack(&(0..6).map(line).collect::<Vec<_>>(), |_| ()).unwrap().0;
    app.write(move |tx| db::transcripts::insert(tx, &[(conversation, &packed)]));
}

on_both! {
    fn a_lead_sees_the_month_of_the_team_and_nothing_else(app: &TestApp) {
        let (ours, fails, passes, stranger) = two_teams(app);
        let mut lead = lead(app, ours);
        assert_eq!(lead.get("/").expect(303).header("location"), Some("/results"));
        assert_eq!(lead.get("/results").expect(303).header("location"), Some("/results/2026-11"));
        let page = lead.get("/results/2026-11").expect(200).text();
        check_page(&page);
        assert!(page.contains("50.0 %"), "one of two passes");
        for chart in ["trend-title", "pareto-title", "heat-title"] {
            assert!(page.contains(chart), "{chart}");
        }
        assert!(page.contains(&fails.to_string()) && page.contains(&passes.to_string()) && !page.contains(&stranger.to_string()));
        // The one who passes has no key error to spare.
        assert!(page.contains("0 K · 6 N") && page.contains("on the edge"), "{page}");
        let failing = lead.get("/results/2026-11?verdict=fail").expect(200).text();
        let table = failing.split("id=\"agents\"").nth(1).unwrap();
        assert!(table.contains(&fails.to_string()) && !table.contains(&passes.to_string()));
        let sorted = lead.get("/results/2026-11?sort=number&verdict=fail").expect(200).text();
        assert!(sorted.contains("?sort=name&#38;verdict=fail") || sorted.contains("?verdict=fail&#38;sort=name"), "filters stay");
        lead.get("/results/2026-11?verdict=maybe").expect(400);
        lead.get("/results/2026-13").expect(404);
        lead.get(&format!("/results/2026-11/agents/{stranger}")).expect(404);
        // A month before anything happened is empty, not broken.
        check_page(&lead.get("/results/2026-01").expect(200).text());
    }

    fn a_target_stands_beside_the_rate(app: &TestApp) {
        let (ours, ..) = two_teams(app);
        let policy = json!({ "first_period": "2026-11", "max_key_ratio": "0.1", "max_non_key_ratio": "0.6", "more_than_worked_days": 5, "target_pass_rate": "0.9" });
        app.person(Role::QaManager).post("pass-policies", &policy).expect(201);
        let page = lead(app, ours).get("/results/2026-11").expect(200).text();
        assert!(page.contains("target") && page.contains("90.0 %") && page.contains("below"), "{page}");
    }

    fn from_a_number_to_the_second_in_two_clicks(app: &TestApp) {
        let ours = team(app, "ours", None, None);
        let draw = draw(app, "2026-11");
        let agent = agent(app, "E1", ours);
        let (inspector_id, client) = inspector(app);
        let conversation = conversation(app, agent, DAY);
        transcript(app, conversation);
        let sample = sample(app, draw, agent, conversation, inspector_id, USUAL);
        let mut sheet = sheet(&["respect", "greeting"]);
        for item in sheet["items"].as_array_mut().unwrap() {
            if item["code"] == "respect" {
                item["evidence"] = json!([{ "kind": "lines", "first": 3, "last": 4 }, { "kind": "span", "from_ms": 51_000, "to_ms": 55_000 }]);
            }
        }
        submit(&client, sample, &sheet).expect(201);
        let mut lead = lead(app, ours);
        let month = lead.get("/results/2026-11").expect(200).text();
        let first = format!("/results/2026-11/findings?agent={agent}&amp;findings=key");
        assert!(month.contains(&first), "the number leads to its findings");
        let findings = lead.get(&first.replace("&amp;", "&")).expect(200).text();
        check_page(&findings);
        let second = format!("/conversations/{conversation}?lines=3-4#line-3");
        assert!(findings.contains(&second) && findings.contains("0:20") && findings.contains("said number 3 &#60;b&#62;"), "{findings}");
        assert!(findings.contains(&format!("/conversations/{conversation}?at=51000")) && findings.contains("said number 6"));
        assert!(!findings.contains("Opens the call"), "the non-key error is not among the key errors");
        let heard = lead.get(&format!("/conversations/{conversation}?lines=3-4")).expect(200).text();
        check_page(&heard);
        assert_eq!(heard.matches(" evidence\"").count(), 2, "both lines are marked, without script too");
        let heard = lead.get(&format!("/conversations/{conversation}?at=51000")).expect(200).text();
        assert!(heard.contains("evidence\" id=\"line-6\""));
        // The same findings stand on the agent's page and on the evaluation.
        let page = lead.get(&format!("/results/2026-11/agents/{agent}")).expect(200).text();
        check_page(&page);
        assert!(page.contains(&second));
        let evaluation = page.split("href=\"/evaluations/").nth(1).unwrap().split('"').next().unwrap();
        let page = lead.get(&format!("/evaluations/{evaluation}")).expect(200).text();
        check_page(&page);
        assert!(page.contains(&second));
        // By violation type and by item, as the charts lead there.
        assert!(lead.get("/results/2026-11/findings?item=greeting").expect(200).text().contains("Opens the call"));
        assert!(lead.get("/results/2026-11/findings?type=abused_customer").expect(200).text().contains(&second));
        assert!(lead.get("/results/2026-11/findings?type=hung_up").expect(200).text().contains("Nothing was found"));
        lead.get("/results/2026-11/findings?findings=some").expect(400);
    }

    fn an_agent_reads_only_the_own_month(app: &TestApp) {
        let (_, own, other, _) = two_teams(app);
        let mut agent = visit(app, "agent", Role::Agent, GrantReach::Own, Some(own));
        let home = agent.get("/results").expect(303);
        assert_eq!(home.header("location"), Some(format!("/results/2026-11/agents/{own}").as_str()));
        let page = agent.get(&format!("/results/2026-11/agents/{own}")).expect(200).text();
        check_page(&page);
        assert!(page.contains("My results") && page.contains("0.3333") && page.contains("at most 0.1"));
        agent.get(&format!("/results/2026-11/agents/{other}")).expect(404);
        let others = agent.get(&format!("/results/2026-11/findings?agent={other}")).expect(200).text();
        assert!(others.contains("Nothing was found"));
    }

    fn finance_sees_rates_but_no_evaluations(app: &TestApp) {
        let (_, fails, ..) = two_teams(app);
        let mut finance = visit(app, "finance", Role::Finance, GrantReach::All, None);
        let page = finance.get("/results/2026-11").expect(200).text();
        assert!(!page.contains("pareto-title") && page.contains("trend-title"));
        let page = finance.get(&format!("/results/2026-11/agents/{fails}")).expect(200).text();
        assert!(!page.contains("/evaluations/"));
        finance.get("/results/2026-11/findings").expect(403);
    }
}
