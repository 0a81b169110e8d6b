//! A draw of 10 each for 2,000 agents, against streaming the population's ids out of the same database; and the queue at three sizes.

use std::time::{Duration, Instant};

use assay::db::AnyConnection;
use assay::db::connection::{Opener, Purpose};
use assay::db::schema::conversations;
use assay::domain::id::{AgentId, ConversationId};
use diesel::prelude::*;
use serde_json::json;

use crate::pinned::OneCore;
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

/// The medians of a request at several starts of the service.
#[derive(Clone, Copy)]
struct Medians {
    best: f64,
    worst: f64,
}

impl Medians {
    fn of(medians: &[f64]) -> Self {
        let best = medians.iter().copied().fold(f64::INFINITY, f64::min);
        Self { best, worst: medians.iter().copied().fold(0.0, f64::max) }
    }
}

/// `queue/next` and the queue page, in ms.
#[derive(Clone, Copy)]
struct Waits {
    next: Medians,
    page: Medians,
}

/// Asks for both by turns, five times, each time of a service that has just been started: how the system has placed its threads and connections stays so
/// while it runs.
fn waits(test: &TestApp, inspector: &Client) -> Waits {
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
    Waits { next: Medians::of(&nexts), page: Medians::of(&pages) }
}

/// The same on one core, by which the sizes are compared, and on all of them. Where there is no keeping to one core it is all of them twice.
fn queue(test: &TestApp, inspector: &Client) -> [Waits; 2] {
    let alone = OneCore::take(test);
    let on_one = waits(test, inspector);
    drop(alone);
    [on_one, waits(test, inspector)]
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
    let mut waiting = Vec::new();
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
        waiting.push((size, queue(test, &city.inspectors[n * INSPECTORS].1)));
    }
    let (_, few) = waiting[0];
    let said =
        |[on_one, on_all]: [Medians; 2]| format!("{:.2} ms on one core, {:.2} to {:.2} on all", on_one.best, on_all.best, on_all.worst);
    for (size, many) in &waiting[1..] {
        for (what, many, few) in
            [("next", many.map(|it| it.next), few.map(|it| it.next)), ("queue", many.map(|it| it.page), few.map(|it| it.page))]
        {
            Figure {
                database: name,
                name: &format!("{what} at {size} conversations, median"),
                measured: said(many),
                against: format!("{} at 40000", said(few)),
                ratio: Some((many[0].best / few[0].best, Asked::AtMost(1.3))),
            }
            .print();
        }
    }
}
