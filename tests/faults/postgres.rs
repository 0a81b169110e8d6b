//! PostgreSQL killed and started again, and its connections cut, while inspectors grade.
//!
//! `RESTARTS=20 cargo test --test it faults::postgres` kills it twenty times; `CUTS=500` cuts so many connections.

use diesel::pg::PgConnection;
use diesel::{Connection, RunQueryDsl};

use crate::support::TestApp;
use crate::support::inspectors::{Book, Event, at_work, fits, office, program};
use crate::support::postgres::{self, Server};
use crate::support::program::Serving;

const INSPECTORS: usize = 4;
const AGENTS: usize = 8;

fn number(name: &str, or: usize) -> usize {
    std::env::var(name).map_or(or, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a whole number")))
}

/// Four inspectors grade all there is, while `trouble` happens after every few submissions; gives how many refusals they heard.
fn graded_through(app: &TestApp, each: usize, mut trouble: impl FnMut(usize) -> bool) -> usize {
    let city = office(app, INSPECTORS, AGENTS, each);
    let serving = Serving::start(program(app, &["serve", "--port", "0"]));
    let (mut book, mut refused, mut stored, mut gone) = (Book::default(), 0, 0, 0);
    std::thread::scope(|scope| {
        for event in at_work(scope, &city, &serving.url) {
            match event {
                Event::Stored(done) => {
                    book.note(done);
                    stored += 1;
                    while trouble(stored) {}
                }
                Event::Refused(answer) => {
                    refused += 1;
                    let code = answer.json()["code"].as_str().unwrap().to_owned();
                    assert!(matches!(code.as_str(), "unavailable" | "outcome_unknown"), "{}", answer.text());
                    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")), "{}", answer.text());
                }
                Event::Handed(_) => {}
                Event::Gone => gone += 1,
            }
        }
    });
    assert_eq!(gone, 0, "the service itself is always there");
    assert_eq!(stored, AGENTS * each, "in the end all are graded");
    drop(serving);
    fits(program(app, &["check"]));
    book.nothing_lost_or_twice(&app.app);
    refused
}

#[test]
fn postgres_killed_and_started_again_loses_nothing_and_is_waited_for() {
    let Some(mut server) = Server::own() else { return };
    let restarts = number("RESTARTS", 2);
    let app = TestApp::on(&server);
    let mut left = restarts;
    let refused = graded_through(&app, restarts.max(4), |stored| {
        if left > 0 && stored % 6 == 0 {
            left -= 1;
            server.crash();
        }
        false
    });
    assert_eq!(left, 0);
    println!("killed {restarts} times; {refused} requests were told to come again");
}

#[test]
fn connections_cut_in_mid_transaction_lose_nothing() {
    if postgres::server().is_none() {
        return;
    }
    let app = TestApp::postgres().unwrap();
    let cuts = number("CUTS", 20);
    let mut connection = PgConnection::establish(&app.app.config.database.url).unwrap();
    let (mut done, mut before) = (0, 0);
    let refused = graded_through(&app, cuts.div_ceil(8).max(4), |stored| {
        // In the midst of something, if anybody is.
        let cut = diesel::sql_query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
             ORDER BY (state <> 'idle') DESC, random() LIMIT 1",
        );
        if done < cuts {
            done += cut.execute(&mut connection).unwrap();
        }
        // Two after each submission.
        std::mem::replace(&mut before, stored) != stored
    });
    assert!(done >= cuts, "{done}");
    println!("cut {done} connections; {refused} requests were told to come again");
}
