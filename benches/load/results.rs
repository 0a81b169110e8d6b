//! Live month results and the fine list of 10,000 agents with 400,000 evaluations, against the bare aggregates; exports of the ledger.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use assay::domain::access::Role;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::report::{Asked, Figure, percentile};
use crate::service::Service;
use crate::support::sampling::{PERIOD, centre};
use crate::support::{Client, TestApp};
use crate::{Scale, bulk};

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    sum: i64,
}

/// Seconds that an SQL takes, the best of three.
fn sql(test: &TestApp, text: &'static str) -> f64 {
    let once = || {
        let begun = Instant::now();
        let sum: Sum = test.read(move |conn| Ok(diesel::sql_query(text).get_result(conn)?));
        assert!(sum.sum != 0);
        begun.elapsed().as_secs_f64()
    };
    once().min(once()).min(once())
}

/// Seconds that a request takes, the best of three.
fn request(client: &Client, path: &str) -> f64 {
    let once = || {
        let begun = Instant::now();
        let answer = client.get(path);
        assert_eq!(answer.status, 200, "{}", answer.text());
        begun.elapsed().as_secs_f64()
    };
    once().min(once()).min(once())
}

/// `evaluations` graded conversations of the agents, a violation and a fine for every fourth, and as many entries of the ledger beyond them as make `entries`.
fn fill(test: &TestApp, agents: u64, evaluations: u64, entries: u64) {
    let words = bulk::Words::of(test);
    bulk::conversations(test, agents, 0, evaluations);
    let agent = words.id(1, &format!("(i % {agents})"));
    let (at, zero) = (words.moment("2600000"), words.id(9, "0"));
    let one = |sql: String| test.write(move |tx| Ok(diesel::sql_query(sql.clone()).execute(tx.conn)?));
    one(format!(
        "INSERT INTO sampling_plans (id, name, state, content, version, created_at, updated_at) VALUES ({zero}, 'load', 'active', '{{}}', 1, {at}, {at})"
    ));
    one(format!(
        "INSERT INTO draws (id, plan_id, plan_version, plan_content, period, kind, ordinal, state, algorithm, seed, seed_hash, committed_at) \
         VALUES ({zero}, {zero}, 1, '{{}}', '{PERIOD}', 'regular', 1, 'drawn', 'none', {}, '', {at})",
        words.digest()
    ));
    let (none, nobody) = (if test.is_postgres() { "''::bytea" } else { "x''" }, "0, ".repeat(10));
    bulk::insert(
        test,
        "draw_agents",
        "draw_id, agent_id, team_id, quota, carried, available, drawn, targeted_quota, targeted_available, targeted_drawn, too_short, already_sampled, \
         no_recording, population",
        &format!("{zero}, {}, (SELECT team_id FROM agents WHERE id = {}), {nobody}{none}", words.id(1, "i"), words.id(1, "i")),
        0,
        agents,
    );
    let due = if test.is_postgres() { "DATE '2026-11-10'" } else { "'2026-11-10'" };
    let version = "(SELECT MIN(CAST(id AS TEXT)) FROM scorecard_versions)";
    let version = if test.is_postgres() { format!("{version}::uuid") } else { "(SELECT MIN(id) FROM scorecard_versions)".to_owned() };
    let user = if test.is_postgres() { "(SELECT MIN(id::text)::uuid FROM users)" } else { "(SELECT MIN(id) FROM users)" };
    let (sample, conversation, evaluation) = (words.id(3, "i"), words.id(2, "i"), words.id(4, "i"));
    bulk::insert(
        test,
        "samples",
        "id, draw_id, plan_id, period, kind, counts, agent_id, conversation_id, position, state, scorecard_version_id, blind, inspector_id, due_on, \
         submitted_at, created_at",
        &format!(
            "{sample}, {zero}, {zero}, '{PERIOD}', 'random', TRUE, {agent}, {conversation}, i / {agents}, 'submitted', {version}, FALSE, {user}, {due}, {at}, {at}"
        ),
        0,
        evaluations,
    );
    bulk::insert(
        test,
        "evaluations",
        "id, sample_id, conversation_id, agent_id, inspector_id, scorecard_version_id, period, kind, counts, key_errors, non_key_errors, comment, \
         seconds, revision, submitted_at",
        &format!(
            "{evaluation}, {sample}, {conversation}, {agent}, {user}, {version}, '{PERIOD}', 'random', TRUE, CASE WHEN i % 17 = 0 THEN 1 ELSE 0 END, i % 3, \
             'said', 300, 1, {at}"
        ),
        0,
        evaluations,
    );
    let kind = "CASE WHEN i % 50 = 49 THEN 'reward' ELSE 'fine' END";
    bulk::insert(
        test,
        "ledger",
        "id, period, kind, agent_id, amount_minor, currency, evaluation_id, origin_period, policy_number, type_code, class, occurrences, reason, dedupe, \
         posted_at",
        &format!(
            "{}, '{PERIOD}', {kind}, {agent}, CASE WHEN i % 50 = 49 THEN -5000 ELSE 5000 + i % 7 * 1000 END, 'CNY', {}, '{PERIOD}', 1, \
             CASE WHEN i % 50 = 49 THEN NULL ELSE 'service_attitude' END, CASE WHEN i % 50 = 49 THEN NULL ELSE 'B' END, \
             CASE WHEN i % 50 = 49 THEN NULL ELSE 1 END, NULL, 'load:' || i, {at}",
            words.id(5, "i"),
            words.id(4, &format!("(i % {evaluations})")),
        ),
        0,
        entries,
    );
    bulk::insert(
        test,
        "attendance",
        "agent_id, period, worked_days, recorded_at",
        &format!("{}, '{PERIOD}', 20, {at}", words.id(1, "i")),
        0,
        agents / 2,
    );
    bulk::analyse(test);
}

/// The 22 columns of the export, without its care for time zones and for what a spreadsheet would run.
const SHELL: &str = "SELECT lower(hex(l.id)), l.period, a.employee_no, a.name, v.code, v.name, t.code, t.name, l.kind, l.type_code, y.name_en, l.class, \
    l.occurrences, l.reward, printf('%d.%02d', l.amount_minor / 100, abs(l.amount_minor) % 100), l.currency, l.policy_number, \
    'evaluation:' || lower(hex(l.evaluation_id)), l.origin_period, lower(hex(l.refers_to)), date(l.posted_at / 1000000, 'unixepoch'), l.reason \
    FROM ledger l JOIN agents a ON a.id = l.agent_id JOIN teams t ON t.id = a.team_id LEFT JOIN vendors v ON v.id = t.vendor_id \
    LEFT JOIN violation_types y ON y.code = l.type_code ORDER BY l.id";

/// Seconds that the shell of SQLite takes to write the same CSV; `None` where it is not installed.
fn shell(test: &TestApp) -> Option<f64> {
    let path = test.app.config.database.url.strip_prefix("sqlite:")?;
    let begun = Instant::now();
    let mut child = Command::new("sqlite3").args(["-readonly", "-csv", path, SHELL]).stdout(Stdio::null()).spawn().ok()?;
    assert!(child.wait().unwrap().success());
    Some(begun.elapsed().as_secs_f64())
}

pub fn run(name: &str, test: &TestApp, scale: Scale) {
    let (agents, evaluations, entries) = (scale.pick(2_000, 10_000), scale.pick(80_000, 400_000), scale.pick(100_000, 1_000_000));
    centre(test, 2, 1, 1);
    bulk::agents(test, "team-0", agents);
    fill(test, agents, evaluations, entries);
    let (manager, finance) = (test.person(Role::QaManager), test.person(Role::Finance));
    let service = Service::start(test);
    let (manager, finance) = (service.client(&manager), service.client(&finance));
    let results = format!("{agents} agents with {evaluations} evaluations");
    let bare = sql(
        test,
        "SELECT CAST(SUM(k) AS BIGINT) AS sum FROM (SELECT agent_id, COUNT(*) AS n, SUM(key_errors) AS k, SUM(non_key_errors) AS o FROM evaluations \
         WHERE period = '2026-10' AND counts GROUP BY agent_id) AS each",
    );
    let line = |name: &str, what: &str, seconds: f64, bare: f64| {
        Figure {
            database: name,
            name: what,
            measured: format!("{:.0} ms", seconds * 1000.0),
            against: format!("{:.0} ms for the bare aggregate", bare * 1000.0),
            ratio: Some((seconds / bare, Asked::AtMost(2.0))),
        }
        .print();
    };
    line(name, &format!("live result of the centre, {results}"), request(&manager, &format!("results/{PERIOD}/centre")), bare);
    line(name, &format!("live results of the agents, {results}"), request(&manager, &format!("results/{PERIOD}/agents?limit=200")), bare);
    let bare = sql(
        test,
        "SELECT CAST(SUM(a) AS BIGINT) AS sum FROM (SELECT agent_id, kind, COUNT(*) AS n, SUM(amount_minor) AS a FROM ledger \
         WHERE period = '2026-10' GROUP BY agent_id, kind) AS each",
    );
    line(
        name,
        &format!("fine list of {entries} lines, first page with totals"),
        request(&finance, &format!("fine-lists/{PERIOD}?limit=200")),
        bare,
    );

    let idle = service.resident();
    service.forget_peak();
    let mut times: Vec<(Duration, u64)> = Vec::new();
    for _ in 0..2 {
        let begun = Instant::now();
        let bytes = service.read_through(&finance, "ledger?format=csv");
        times.push((begun.elapsed(), bytes));
    }
    let (took, bytes) = *times.iter().min().unwrap();
    let took = took.as_secs_f64();
    let against = shell(test);
    Figure {
        database: name,
        name: &format!("export of {entries} ledger lines as CSV"),
        measured: format!("{took:.2} s, {:.0} MB, {:.0} MiB more than idle", bytes as f64 / 1e6, service.peak() - idle),
        against: against.map_or_else(String::new, |seconds| format!("{seconds:.2} s by the sqlite3 shell")),
        ratio: against.map(|seconds| (took / seconds, Asked::AtMost(1.0))),
    }
    .print();
    service.forget_peak();
    let idle = service.resident();
    let begun = Instant::now();
    let bytes = service.read_through(&finance, &format!("fine-lists/{PERIOD}?format=xlsx"));
    Figure {
        database: name,
        name: &format!("fine list of {entries} lines as XLSX"),
        measured: format!(
            "{:.2} s, {:.1} MB, {:.0} MiB more than idle",
            begun.elapsed().as_secs_f64(),
            bytes as f64 / 1e6,
            service.peak() - idle
        ),
        against: String::new(),
        ratio: Some((service.peak() - idle, Asked::AtMost(150.0))),
    }
    .print();
}

/// Idle memory, the start, the size of the program, and the first page.
pub fn rest(name: &str, test: &TestApp) {
    drop(Service::start(test));
    let mut starts: Vec<(Duration, Service)> = Vec::new();
    for _ in 0..5 {
        drop(starts.pop().map(|(_, service)| service));
        let service = Service::start(test);
        starts.push((service.ready, service));
    }
    let mut ready = Vec::new();
    let (_, service) = starts.pop().unwrap();
    for _ in 0..5 {
        ready.push(Service::start(test).ready);
    }
    let ready = percentile(&mut ready, 50);
    let client = Client::new(&service.serving.url, None);
    let mut pages = Vec::new();
    for _ in 0..50 {
        let begun = Instant::now();
        assert_eq!(client.get("/login").status, 200);
        pages.push(begun.elapsed());
    }
    let first = pages[0].as_secs_f64() * 1000.0;
    let line = |what: &str, measured: String, value: f64, most: f64| {
        Figure { database: name, name: what, measured, against: format!("{most}"), ratio: Some((value, Asked::AtMost(most))) }.print();
    };
    let idle = service.resident();
    line("memory idle", format!("{idle:.1} MiB"), idle, 40.0);
    line("ready on an existing database", format!("{ready:.0} ms median of 5"), ready, 150.0);
    line("first page", format!("{first:.1} ms, then {:.2} ms median", percentile(&mut pages, 50)), first, 10.0);
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_assay")).unwrap().len() as f64 / f64::from(1 << 20);
    line("release binary", format!("{size:.1} MiB"), size, 40.0);
}
