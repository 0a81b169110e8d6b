//! Lists in every order that they have: page after page is the whole list, and the other way round is the same list backwards.

use assay::db::Result;
use assay::domain::access::Actor;
use assay::domain::fine_list::LineSelection;
use assay::domain::list_order::{AppealOrder, BreachOrder, CaseOrder, ComplaintOrder, FollowUpOrder, LineOrder, Sort};
use assay::domain::page::{Cursor, Page, PageRequest};
use assay::usecases::appeals::{self, AppealFilter};
use assay::usecases::breaches::{self, BreachFilter};
use assay::usecases::complaints::{self, ComplaintFilter};
use assay::usecases::escalation::{self, EscalationFilter};
use assay::usecases::fine_lists::select::select;
use assay::usecases::follow_ups::{self, FollowUpFilter};
use serde_json::json;

use crate::support::aftermath::People;
use crate::support::grading;
use crate::support::on_both;

/// What a list says page by page, so many at a time.
fn walked<T>(limit: u32, mut page: impl FnMut(PageRequest) -> Result<Page<T>>) -> Vec<T> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let listed = page(PageRequest { limit, after }).unwrap();
        all.extend(listed.items);
        let Some(next) = listed.next else { return all };
        after = Some(Cursor::decode(&next).unwrap());
    }
}

/// Holds every order of a list against itself; `key` is what it is ordered by, as text that sorts alike.
fn holds<K: Copy + std::fmt::Debug, T>(
    orders: &[K],
    least: usize,
    page: impl Fn(Sort<K>, PageRequest) -> Result<Page<T>>,
    id: impl Fn(&T) -> String,
    key: impl Fn(K, &T) -> String,
) {
    for by in orders {
        let list = |descending, limit| walked(limit, |request| page(Sort { by: *by, descending }, request));
        let whole = list(false, 200);
        assert!(whole.len() >= least, "{by:?}: {} of {least}", whole.len());
        let places: Vec<(String, String)> = whole.iter().map(|row| (key(*by, row), id(row))).collect();
        assert!(places.is_sorted(), "{by:?}: {places:?}");
        let ids = |rows: Vec<T>| rows.iter().map(&id).collect::<Vec<_>>();
        let whole = ids(whole);
        assert_eq!(ids(list(false, 2)), whole, "{by:?}, page after page");
        let backwards: Vec<String> = whole.into_iter().rev().collect();
        assert_eq!(ids(list(true, 200)), backwards, "{by:?}, from the greatest down");
        assert_eq!(ids(list(true, 2)), backwards, "{by:?}, from the greatest down, page after page");
    }
}

on_both! {
    fn every_order_goes_on_from_page_to_page(app: &TestApp) {
        let people = People::new(app, "2026-11-05");
        let number = |agent: assay::domain::id::AgentId| if agent == people.agent { "1001".to_owned() } else { "1002".to_owned() };
        grading::agent(app, "1002", people.team);
        let manager = &people.managers[0].1;
        let mut table = "reference,employee_no,occurred_on,text\n".to_owned();
        for (reference, agent, day) in [("C-4", 1001, 2), ("C-1", 1002, 4), ("C-5", 1001, 1), ("C-2", 1002, 2), ("C-3", 1001, 4)] {
            table.push_str(&format!("{reference},{agent},2026-11-0{day},x\n"));
        }
        manager.post_csv("complaints/import", &table).expect(200);
        manager.post_csv("breaches/import", &table).expect(200);
        for reason in ["a", "b"] {
            let breach = manager.get("breaches?state=confirmed").expect(200).json();
            let id = breach["items"][0]["id"].as_str().unwrap().to_owned();
            manager.post_if(&format!("breaches/{id}/withdrawal"), 1, &json!({ "reason": reason })).expect(200);
        }
        for due in ["2026-11-20", "2026-11-15", "2026-11-20"] {
            let evaluation = people.failing(app, &["respect"]);
            app.clock.advance(chrono::Duration::minutes(7));
            let points = json!([{ "target": { "kind": "item", "item": "respect" }, "text": "did do it" }]);
            let appeal = json!({ "evaluation_id": evaluation, "points": points, "text": "please listen again" });
            people.agent_client.post("appeals", &appeal).expect(201);
            let follow_up = json!({ "evaluation_id": evaluation, "kind": "coaching", "due_on": due, "text": "listen together" });
            people.lead.1.post("follow-ups", &follow_up).expect(201);
        }
        let case = manager.get("escalations").expect(200).json()["items"][0].clone();
        let acknowledge = format!("escalations/{}/acknowledge", case["id"].as_str().unwrap());
        people.lead.1.post(&acknowledge, &json!({})).expect(200);

        let (actor, app) = (Actor::operator(), &app);
        let of_complaints = |sort, page| app.run(complaints::list::list(&app.app, &actor, ComplaintFilter { sort, ..ComplaintFilter::default() }, page));
        holds(ComplaintOrder::ALL, 5, of_complaints, |row| row.id.to_string(), |by, row| match by {
            ComplaintOrder::Agent => number(row.agent_id),
            ComplaintOrder::Occurred => row.occurred_on.to_string(),
            ComplaintOrder::Recorded => String::new(),
            ComplaintOrder::Reference => row.reference.clone(),
            ComplaintOrder::State => row.state.to_string(),
        });
        let of_breaches = |sort, page| app.run(breaches::list::list(&app.app, &actor, BreachFilter { sort, ..BreachFilter::default() }, page));
        holds(BreachOrder::ALL, 5, of_breaches, |row| row.id.to_string(), |by, row| match by {
            BreachOrder::Agent => number(row.agent_id),
            BreachOrder::Occurred => row.occurred_on.to_string(),
            BreachOrder::Occurrences => row.occurrences.to_string(),
            BreachOrder::Recorded => String::new(),
            BreachOrder::Reference => row.reference.clone(),
            BreachOrder::State => row.state.to_string(),
        });
        let of_appeals = |sort, page| app.run(appeals::list::list(&app.app, &actor, AppealFilter { sort, ..AppealFilter::default() }, page));
        holds(AppealOrder::ALL, 3, of_appeals, |row| row.id.to_string(), |by, row| match by {
            AppealOrder::Agent => number(row.agent_id),
            AppealOrder::Due => row.due_at.to_rfc3339(),
            AppealOrder::Made => String::new(),
            AppealOrder::Period => row.period.to_string(),
            AppealOrder::State => row.state.to_string(),
        });
        let of_cases = |sort, page| app.run(escalation::list::list(&app.app, &actor, EscalationFilter { sort, ..EscalationFilter::default() }, page));
        let orders: Vec<CaseOrder> = CaseOrder::ALL.iter().copied().filter(|by| *by != CaseOrder::Due).collect();
        holds(&orders, 3, of_cases, |row| row.id.to_string(), |by, row| match by {
            CaseOrder::Agent => number(row.agent_id),
            CaseOrder::Level => row.level.to_string(),
            CaseOrder::Opened | CaseOrder::Due => String::new(),
            CaseOrder::State => row.state.to_string(),
        });
        for descending in [false, true] {
            let sort = Sort { by: CaseOrder::Due, descending };
            let whole = walked(200, |page| of_cases(sort, page));
            assert!(whole.last().unwrap().due_at.is_none(), "what waits for nobody any more comes last");
            let due: Vec<_> = whole.iter().filter_map(|row| row.due_at).collect();
            assert!(due.len() == 2 && (due[0] < due[1]) != descending, "{due:?}");
            let ids = |rows: &[escalation::EscalationSummary]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
            assert_eq!(ids(&walked(1, |page| of_cases(sort, page))), ids(&whole));
        }
        let of_follow_ups = |sort, page| app.run(follow_ups::list::list(&app.app, &actor, FollowUpFilter { sort, ..FollowUpFilter::default() }, page));
        holds(FollowUpOrder::ALL, 3, of_follow_ups, |row| row.id.to_string(), |by, row| match by {
            FollowUpOrder::Agent => number(row.agent_id),
            FollowUpOrder::Due => row.due_on.to_string(),
            FollowUpOrder::Made | FollowUpOrder::Owner => String::new(),
            FollowUpOrder::State => row.state.to_string(),
        });
        let period = "2026-11".parse().unwrap();
        let of_lines = |sort, page| {
            let found = app.run(select(&app.app, &actor, period, LineSelection::default(), sort, page))?;
            Ok(Page { items: found.items, next: found.next })
        };
        holds(LineOrder::ALL, 7, of_lines, |line| line.id.to_string(), |by, line| match by {
            LineOrder::Agent => line.agent_name.clone(),
            LineOrder::Amount => format!("{:020}", line.amount_minor + 1_000_000_000),
            LineOrder::Kind => line.kind.to_string(),
            LineOrder::Posted => String::new(),
            LineOrder::Team => line.team_name.clone().unwrap_or_default(),
            LineOrder::Type => line.violation_type.clone().unwrap_or_default(),
            LineOrder::Vendor => line.vendor_name.clone().unwrap_or_default(),
        });
    }
}
