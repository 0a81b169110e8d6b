//! Clocks that step by an hour, forwards and backwards, and instances whose clocks differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::channel;

use assay::domain::access::{Actor, Role};
use assay::domain::language::Language;
use assay::usecases::audit::seal::{latest, seal};
use assay::usecases::integrity::check::check;
use chrono::Duration;
use serde_json::json;

use crate::support::inspectors::{Book, Event, Inspector, office, sheet};
use crate::support::mail::{list_closed, memory, post, reader, round};
use crate::support::{Client, TestApp, on_both};

const AGENTS: usize = 4;
const EACH: usize = 4;

/// By how many minutes the clock steps before each request.
const STEPS: [i64; 8] = [60, -60, -60, 60, 61, -61, 120, -120];

fn sound(app: &TestApp) {
    let report = app.run(check(&app.app, &Actor::operator(), None, |_| {})).unwrap();
    assert!(report.is_sound(), "{:?}", report.misfits);
}

fn seal_once(app: &TestApp) {
    app.run(async {
        let upto = latest(&app.app).await.unwrap();
        seal(&app.app, &Actor::service(), upto).await.unwrap();
    });
}

/// Every evaluation that a client sees, page by page.
fn pages(client: &Client) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("evaluations?limit=3{cursor}")).expect(200).json();
        all.extend(page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

on_both! {
    /// Whatever the clock shows at each request: it is granted, counted once, and found again on some page.
    fn a_clock_that_steps_at_every_request_loses_nothing(app: &TestApp) {
        let city = office(app, 2, AGENTS, EACH);
        let mut step = STEPS.iter().cycle();
        let mut turn = || app.clock.advance(Duration::minutes(*step.next().unwrap()));
        let mut book = Book::default();
        let mut given = BTreeMap::new();
        for (n, (_, inspector)) in city.inspectors.iter().enumerate() {
            loop {
                turn();
                let next = inspector.post("queue/next", &json!({}));
                if next.status == 204 {
                    break;
                }
                let handed = next.expect(200).json();
                let sample = handed["sample"]["id"].as_str().unwrap().to_owned();
                assert_eq!(*given.entry(sample.clone()).or_insert(n), n, "handed to two");
                let sheet = sheet(&handed);
                turn();
                let draft = json!({ "sheet": sheet, "version": handed["draft"]["version"], "seconds": 5 });
                inspector.put(&format!("samples/{sample}/draft"), &draft).expect(200);
                turn();
                let done = inspector.post(&format!("samples/{sample}/evaluation"), &json!({ "sheet": sheet }));
                assert!(matches!(done.status, 200 | 201), "{}", done.text());
                book.note((sample.parse().unwrap(), done.json()["id"].as_str().unwrap().parse().unwrap()));
                seal_once(app);
            }
        }
        assert_eq!(book.0.len(), AGENTS * EACH);
        book.nothing_lost_or_twice(&app.app);
        let seen = pages(&city.manager);
        let stored: BTreeSet<String> = book.0.values().map(ToString::to_string).collect();
        assert_eq!((seen.len(), seen.into_iter().collect::<BTreeSet<_>>()), (stored.len(), stored), "each on one page");
        sound(app);
    }

    fn letters_leave_once_however_the_clock_steps(app: &TestApp) {
        let (finance, _, _) = reader(app, Role::Finance, Language::En);
        let (sender, memory) = memory(app);
        let mut left = 0;
        for (n, minutes) in STEPS.iter().enumerate() {
            post(app, &list_closed(finance, &n.to_string()));
            app.clock.advance(Duration::minutes(*minutes));
            left += round(app, &sender).sent;
        }
        // What was written an hour ahead waits for its time.
        app.clock.advance(Duration::hours(3));
        left += round(app, &sender).sent;
        assert_eq!((left, memory.take().len()), (STEPS.len(), STEPS.len()));
        assert_eq!(round(app, &sender).sent, 0);
    }

    fn a_token_outlives_every_step(app: &TestApp) {
        let token = app.person(Role::QaManager);
        token.get("me").expect(200);
        for minutes in STEPS {
            app.clock.advance(Duration::minutes(minutes));
            token.get("me").expect(200);
        }
    }

    /// Two instances, one an hour ahead: requests go to the one and the other by turns.
    fn instances_whose_clocks_differ_hand_out_nothing_twice(app: &TestApp) {
        let ahead = TestApp::beside(app);
        ahead.clock.set(app.now() + Duration::hours(1));
        let city = office(app, 4, AGENTS, EACH);
        let urls = [app.url.clone(), ahead.url.clone()];
        let (tell, told) = channel();
        let (mut book, mut given) = (Book::default(), BTreeMap::new());
        std::thread::scope(|scope| {
            for (n, (_, client)) in city.inspectors.iter().enumerate() {
                let (tell, urls) = (tell.clone(), &urls);
                scope.spawn(move || {
                    let (send, events) = channel();
                    let inspector = Inspector { urls, token: client.token().unwrap(), told: send };
                    let grading = scope.spawn(move || inspector.grade_by_turns());
                    events.into_iter().for_each(|event| tell.send((n, event)).unwrap());
                    grading.join().unwrap();
                });
            }
            drop(tell);
            for (n, event) in told {
                match event {
                    Event::Handed(sample) => assert_eq!(*given.entry(sample).or_insert(n), n, "{sample} was handed to two"),
                    Event::Stored(done) => book.note(done),
                    Event::Refused(answer) => assert_eq!(answer.json()["code"], "unavailable", "{}", answer.text()),
                    Event::Gone => panic!("an instance went away"),
                }
            }
        });
        assert_eq!(book.0.len(), AGENTS * EACH);
        // Both send: each letter leaves once.
        let ((one, first), (other, second)) = (memory(app), memory(&ahead));
        let sent: usize = std::thread::scope(|scope| {
            let sending = [(app, &one), (&ahead, &other)].map(|(app, sender)| {
                scope.spawn(move || {
                    let mut sent = 0;
                    while let done @ 1.. = round(app, sender).sent {
                        sent += done;
                    }
                    sent
                })
            });
            sending.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        let taken: Vec<String> = first.take().iter().chain(&second.take()).map(|mail| {
            let text = String::from_utf8(mail.message.formatted()).unwrap();
            text.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned()
        }).collect();
        let once: BTreeSet<&String> = taken.iter().collect();
        assert_eq!((taken.len(), once.len()), (AGENTS * EACH, AGENTS * EACH), "{sent} sent");
        seal_once(app);
        seal_once(&ahead);
        sound(app);
        book.nothing_lost_or_twice(&app.app);
    }
}
