//! A draw of 10 each for 2,000 agents, against streaming the population's ids out of the same database; and the queue at three sizes.

use std::time::{Duration, Instant};

use assay::db::AnyConnection;
use assay::db::connection::{Opener, Purpose};
use assay::db::schema::conversations;
use assay::domain::id::{AgentId, ConversationId};
use diesel::prelude::*;
use serde_json::json;

use crate::report::{Asked, Figure, percentile};
use crate::service::Service;
use crate::support::sampling::{Centre, PERIOD, centre};
use crate::support::{Client, TestApp};
use crate::{Scale, bulk};

const AGENTS: u64 = 2_000;
/// How many inspectors grade what one draw picks; each draw has its own, so that all queues are of one length.
const INSPECTORS: usize = 10;

/// Streams agent and id of every conversation of the month; says how many there were and how long it took.
fn stream(test: &TestApp) -> (u64, Duration) {
    let opener = Opener { address: test.app.db.address().clone(), purpose: Purpose::Read };
    let mut connection = opener.open().unwrap();
    let query = || {
        conversations::table
            .filter(conversations::period.eq(PERIOD))
            .order((conversations::agent_id, conversations::id))
            .select((conversations::agent_id, conversations::id))
    };
    let begun = Instant::now();
    let mut count = 0;
    match &mut connection {
        AnyConnection::Sqlite(connection) => {
            for row in query().load_iter::<(AgentId, ConversationId), diesel::connection::DefaultLoadingMode>(connection).unwrap() {
                row.unwrap();
                count += 1;
            }
        }
        AnyConnection::Postgres(connection) => {
            for row in query().load_iter::<(AgentId, ConversationId), diesel::pg::PgRowByRowLoadingMode>(connection).unwrap() {
                row.unwrap();
                count += 1;
            }
        }
    }
    (count, begun.elapsed())
}

/// One of three, in the middle.
fn middle(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}

/// How long requests take that ask for one thing: the best median, and the worst.
#[derive(Clone, Copy)]
struct Waits {
    best: f64,
    worst: f64,
}

impl Waits {
    fn of(medians: &[f64]) -> Self {
        Self { best: medians.iter().copied().fold(f64::INFINITY, f64::min), worst: medians.iter().copied().fold(0.0, f64::max) }
    }
}

impl std::fmt::Display for Waits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} ms ({:.2} to {:.2})", self.best, self.best, self.worst)
    }
}

/// The median times of `queue/next` and of the queue page, by turns. Five times, each by a service that has just been started: where the system has put
/// its threads and its connections stays so while it runs, and makes it half as slow again or not. The best counts, as all that comes on top is not the
/// service's own.
fn queue(test: &TestApp, inspector: &Client) -> (Waits, Waits) {
    let (mut nexts, mut pages) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let service = Service::start(test);
        let client = service.client(inspector);
        let timed = |act: &dyn Fn()| {
            let mut times: Vec<Duration> = Vec::new();
            for _ in 0..100 {
                let begun = Instant::now();
                act();
                times.push(begun.elapsed());
            }
            percentile(&mut times, 50)
        };
        nexts.push(timed(&|| assert_eq!(client.post("queue/next", &json!({})).status, 200)));
        pages.push(timed(&|| assert_eq!(client.get("queue").status, 200)));
    }
    (Waits::of(&nexts), Waits::of(&pages))
}

fn plan(city: &Centre, n: usize) -> String {
    let mut content = city.content(10);
    let inspectors = city.inspectors[n * INSPECTORS..][..INSPECTORS].iter();
    content["inspectors"] = inspectors.map(|(id, _)| json!({ "user_id": id, "capacity": 2000 })).collect();
    city.plan(&format!("load-{n}"), &content)
}

pub fn run(name: &str, test: &TestApp, scale: Scale) {
    // Enough for a whole quota from the beginning, so that all queues are of one length.
    let sizes = [40_000, scale.pick(100_000, 1_000_000), scale.pick(500_000, 5_000_000)];
    let city = centre(test, 2, 1, 5 * INSPECTORS);
    bulk::agents(test, "team-0", AGENTS);
    let mut filled = 0;
    let mut waits = Vec::new();
    for (n, size) in sizes.into_iter().enumerate() {
        bulk::conversations(test, AGENTS, filled, size);
        filled = size;
        bulk::analyse(test);
        let service = Service::start(test);
        let manager = service.client(&city.manager);
        // The same conversations, drawn by a plan of its own each time and read without a draw, by turns: one time alone says little.
        stream(test);
        let (mut drawn, mut streamed, mut last) = (Vec::new(), Vec::new(), None);
        for turn in 0..if n == 2 { 3 } else { 1 } {
            let plan = plan(&city, n + turn);
            streamed.push(stream(test));
            let begun = Instant::now();
            let answer = manager.post("draws", &json!({ "plan_id": plan, "period": PERIOD }));
            assert_eq!(answer.status, 201, "{}", answer.text());
            drawn.push(begun.elapsed());
            last = Some(answer.json());
        }
        if let (2, Some(draw)) = (n, last) {
            let (count, _) = streamed[0];
            let turn =
                |(drawn, (_, streamed)): (&Duration, &(u64, Duration))| format!("{:.2}/{:.2}", drawn.as_secs_f64(), streamed.as_secs_f64());
            let turns: Vec<String> = drawn.iter().zip(&streamed).map(turn).collect();
            let (drawn, streamed) = (middle(drawn), middle(streamed.into_iter().map(|(_, time)| time).collect()));
            Figure {
                database: name,
                name: &format!(
                    "draw of 10 each for {AGENTS} agents from {count} conversations, the middle of three ({} s)",
                    turns.join(", ")
                ),
                measured: format!("{drawn:.2} s, peak {:.0} MiB", service.peak()),
                against: format!("{streamed:.2} s to stream the ids"),
                ratio: Some((drawn / streamed, Asked::AtMost(2.0))),
            }
            .print();
            let begun = Instant::now();
            let verified = manager.post(&format!("draws/{}/verify", draw["id"].as_str().unwrap()), &json!({})).json();
            assert_eq!(verified["verified"], true, "{verified}");
            let measured = format!("{:.2} s", begun.elapsed().as_secs_f64());
            Figure { database: name, name: "verification of that draw", measured, against: String::new(), ratio: None }.print();
        }
        // The draw has changed how the samples are distributed.
        bulk::analyse(test);
        drop(service);
        waits.push((size, queue(test, &city.inspectors[n * INSPECTORS].1)));
    }
    let (_, (next_few, page_few)) = waits[0];
    for (size, (next, page)) in &waits[1..] {
        for (what, many, few) in [("next", *next, next_few), ("queue", *page, page_few)] {
            Figure {
                database: name,
                name: &format!("{what} at {size} conversations"),
                measured: format!("{many} median"),
                against: format!("{few} at 40000"),
                ratio: Some((many.best / few.best, Asked::AtMost(1.3))),
            }
            .print();
        }
    }
}
