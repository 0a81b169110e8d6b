//! Two and four instances on one PostgreSQL, under load, one of them killed.
//!
//! `SAMPLES=100 cargo test --test it faults::instances` grades a hundred of each agent.

use std::collections::BTreeMap;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use assay::db::schema::{leases, outbox};
use assay::db::sql_types::At;
use diesel::prelude::*;

use crate::support::TestApp;
use crate::support::inspectors::{Book, Event, Inspector, fits, office, program};
use crate::support::program::Serving;

const AGENTS: usize = 8;
/// How long what happens by itself may take. Generous: the machine may be busy with anything else.
const PATIENCE: Duration = Duration::from_secs(120);

fn instance(app: &TestApp) -> Serving {
    let mut command = program(app, &["serve", "--port", "0"]);
    command.env("ASSAY__MAIL__TRANSPORT", "folder").env("ASSAY__MAIL__FOLDER", app.folder.path().join("mail"));
    command.env("ASSAY__MAIL__RATE_PER_MINUTE", "10000");
    Serving::start(command)
}

fn together(instances: usize) {
    let Some(app) = TestApp::postgres() else { return };
    let app = &app;
    let each = std::env::var("SAMPLES").map_or(5, |text| text.parse().expect("SAMPLES is a whole number"));
    let city = office(app, 2 * instances, AGENTS, each);
    let mut serving: Vec<Serving> = (0..instances).map(|_| instance(app)).collect();
    let urls: Vec<String> = serving.iter().map(|one| one.url.clone()).collect();
    let (tell, told) = channel();
    let (mut book, mut given, mut gone, mut at_the_first) = (Book::default(), BTreeMap::new(), 0, 0);
    std::thread::scope(|scope| {
        for (n, (_, client)) in city.inspectors.iter().enumerate() {
            let (tell, urls) = (tell.clone(), &urls);
            scope.spawn(move || {
                let (send, events) = channel();
                let inspector = Inspector { urls, token: client.token().unwrap(), told: send };
                let grading = scope.spawn(move || inspector.grade_all(n));
                events.into_iter().for_each(|event| tell.send((n, event)).unwrap());
                grading.join().unwrap();
            });
        }
        drop(tell);
        for (n, event) in told {
            match event {
                Event::Handed(sample) => {
                    let to = *given.entry(sample).or_insert(n);
                    assert_eq!(to, n, "sample {sample} was handed to inspector {to} and to inspector {n}");
                }
                Event::Stored(done) => {
                    book.note(done);
                    // Two inspectors begin at the first instance; they have the better part of their samples before them.
                    if n % instances == 0 {
                        at_the_first += 1;
                        if at_the_first == each.div_ceil(3) {
                            serving[0].child.kill().unwrap();
                        }
                    }
                }
                // Too many collisions at the same rows: nothing was stored, and the next try is granted.
                Event::Refused(answer) => {
                    assert_eq!((answer.status, &answer.json()["code"]), (503, &"unavailable".into()), "{}", answer.text())
                }
                Event::Gone => gone += 1,
            }
        }
    });
    assert!(gone > 0, "somebody was with the one that was killed");
    assert_eq!(book.0.len(), AGENTS * each, "the others did its work");

    // What the dead one was doing is taken up when its leases end: here at once.
    app.write(|tx| {
        let past = At(tx.now - chrono::Duration::days(3650));
        diesel::update(leases::table).set(leases::until_at.eq(past)).execute(tx.conn)?;
        diesel::update(outbox::table.filter(outbox::lease_until.is_not_null())).set(outbox::lease_until.eq(past)).execute(tx.conn)?;
        Ok(())
    });
    let begun = Instant::now();
    let waiting = || {
        app.read(|conn| {
            let open = outbox::table.filter(outbox::kind.eq("agent_result").and(outbox::state.ne_all(["sent", "unsure"])));
            Ok(open.count().get_result::<i64>(conn)?)
        })
    };
    while waiting() > 0 {
        assert!(begun.elapsed() < PATIENCE, "{} letters are still there", waiting());
        std::thread::sleep(Duration::from_millis(50));
    }
    let sent: i64 = app
        .read(|conn| Ok(outbox::table.filter(outbox::kind.eq("agent_result").and(outbox::state.eq("sent"))).count().get_result(conn)?));
    let files = std::fs::read_dir(app.folder.path().join("mail")).unwrap().filter_map(Result::ok);
    let letters = files.filter(|file| file.path().extension().is_some_and(|ending| ending == "eml")).count();
    // Of a letter that the dead one was handing over nobody knows: it is `unsure`, and is not sent again by itself.
    assert!(letters >= usize::try_from(sent).unwrap() && letters <= AGENTS * each, "{letters} letters, {sent} sent");
    drop(serving);
    fits(program(app, &["check"]));
    book.nothing_lost_or_twice(&app.app);
}

#[test]
fn of_two_instances_one_is_killed_and_the_other_goes_on() {
    together(2);
}

#[test]
fn of_four_instances_one_is_killed_and_the_others_go_on() {
    together(4);
}
