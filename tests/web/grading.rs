//! The queue and the grading page without script: what is there, what a refused sheet keeps, and on to the next.

use assay::domain::access::{GrantReach, Role};

use crate::support::browser::Visitor;
use crate::support::grading::*;
use crate::support::on_both;
use crate::support::visitors::{check_page, somebody};

const DAY: &str = "2026-11-03T02:00:00Z";

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
        assert!(again.contains("cannot be read; write lines as #3-5"), "{again}");
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
}
