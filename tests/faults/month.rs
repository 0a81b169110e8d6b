//! The month turns, and is closed, while submissions are in flight.

use std::collections::BTreeSet;

use assay::domain::access::{Actor, Role};
use assay::usecases::integrity::check::check;
use serde_json::json;

use crate::support::inspectors::{Book, Event, at_work, office};
use crate::support::sampling::PERIOD;
use crate::support::{Client, on_both};

const INSPECTORS: usize = 4;
const AGENTS: usize = 6;
const EACH: usize = 4;
const NEXT: &str = "2026-11";

/// The evaluations of a month's fine list, page by page.
fn fined(client: &Client, period: &str) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("fine-lists/{period}?limit=50{cursor}")).expect(200).json();
        all.extend(page["items"].as_array().unwrap().iter().map(|line| line["evaluation_id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

on_both! {
    /// The clock in Shanghai goes from 23:59:59.9 of the last of October into November, a hundredth of a second with each submission.
    fn a_submission_at_the_turn_of_the_month_is_in_one_month(app: &TestApp) {
        app.clock.set("2026-10-31T15:00:00Z".parse().unwrap());
        let city = office(app, INSPECTORS, AGENTS, EACH);
        let manager = app.person(Role::QaManager);
        app.clock.set("2026-10-31T15:59:59.900Z".parse().unwrap());
        let mut book = Book::default();
        std::thread::scope(|scope| {
            let mut closing = None;
            for event in at_work(scope, &city, &app.url) {
                match event {
                    Event::Stored(done) => {
                        book.note(done);
                        app.clock.advance(chrono::Duration::milliseconds(10));
                        // The month is over for the first time: whoever submits now meets the close.
                        if closing.is_none() && app.now() >= "2026-10-31T16:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap() {
                            let manager = &manager;
                            let path = format!("periods/{PERIOD}/close");
                            closing = Some(scope.spawn(move || manager.post(&path, &json!({ "override_reason": "the month is over" }))));
                        }
                    }
                    // While it is being closed.
                    Event::Refused(answer) => assert!(["busy", "unavailable"].contains(&answer.json()["code"].as_str().unwrap()), "{}", answer.text()),
                    Event::Handed(_) => {}
                    Event::Gone => panic!("the service went away"),
                }
            }
            closing.unwrap().join().unwrap().expect(200);
        });
        // What was begun is submitted; of a closed month nobody is handed anything new.
        let submitted = book.0.len();
        let (closed, later) = (fined(&manager, PERIOD), fined(&manager, NEXT));
        let all: BTreeSet<&String> = closed.iter().chain(&later).collect();
        assert_eq!((closed.len() + later.len(), all.len()), (submitted, submitted), "each in one month, once");
        assert!(closed.len() >= 10, "what was submitted before the turn is in the month: {}", closed.len());
        assert_eq!(book.kept(&app.app).0, i64::try_from(submitted).unwrap());
        let report = app.run(check(&app.app, &Actor::operator(), None, |_| {})).unwrap();
        assert!(report.is_sound(), "{:?}", report.misfits);
    }
}
