//! The grading cycle over HTTP (next, draft, submission with 20 items and 2 violations), against bare writes of the same rows.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use assay::app::App;
use assay::db::schema::{agents, drafts, samples};
use assay::domain::access::Actor;
use assay::domain::id::{EvaluationId, SampleId};
use diesel::prelude::*;
use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Scale;
use crate::report::{Asked, Figure, percentile};
use crate::rows::{self, Rows};
use crate::service::Service;
use crate::support::sampling::{Centre, centre};
use crate::support::{Client, TestApp};

const ITEMS: usize = 20;

/// A scorecard of 20 items for chats; gives its id.
fn scorecard(manager: &Client) -> Value {
    let item = |n: usize| {
        let kind = if n.is_multiple_of(5) { "key" } else { "non_key" };
        json!({ "code": format!("item_{n}"), "title_zh": format!("第 {n} 项"), "title_en": format!("Item {n}"), "kind": kind, "na_allowed": true })
    };
    let items: Vec<Value> = (0..ITEMS).map(item).collect();
    let content = json!({ "sections": [{ "code": "all", "title_zh": "全部", "title_en": "All", "items": items }] });
    let new = json!({ "code": "load", "name_zh": "压测评估表", "name_en": "Load scorecard", "content": content });
    let id = manager.post("scorecards", &new).expect(201).json()["id"].clone();
    let publish = format!("scorecards/{}/versions/1/publish", id.as_str().unwrap());
    manager.send("POST", &publish, &[("if-match", "\"1\"")], &[]).expect(200);
    id
}

fn sheet() -> Value {
    let items: Vec<Value> = (0..ITEMS).map(|n| json!({ "code": format!("item_{n}"), "outcome": "pass" })).collect();
    json!({
        "items": items,
        "violations": [
            { "violation_type": "service_attitude", "comment": "curt at the beginning, and again before the end" },
            { "violation_type": "rating_not_invited", "comment": "hung up without a word about the rating" },
        ],
        "comment": "on the whole a calm conversation",
    })
}

/// What an inspector's program reads of an answer.
#[derive(Deserialize)]
struct Handed {
    sample: Id,
    draft: Version,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Deserialize)]
struct Version {
    version: i32,
}

/// What one inspector did.
struct Done {
    samples: Vec<(SampleId, EvaluationId)>,
    /// Of each request.
    times: Vec<Duration>,
}

/// `cycles` samples of one inspector, one after another.
fn grade(client: &Client, cycles: usize) -> Done {
    let mut done = Done { samples: Vec::new(), times: Vec::new() };
    let sheet = sheet();
    let mut call = |method: &str, path: &str, body: &Value| {
        let body = serde_json::to_vec(body).unwrap();
        let begun = Instant::now();
        let answer = client.send(method, path, &[("content-type", "application/json")], &body);
        done.times.push(begun.elapsed());
        assert!(matches!(answer.status, 200 | 201), "{method} {path}: {} {}", answer.status, answer.text());
        answer
    };
    let mut samples = Vec::new();
    for _ in 0..cycles {
        let handed: Handed = serde_json::from_str(&call("POST", "queue/next", &json!({})).text()).unwrap();
        let sample = handed.sample.id;
        let draft = json!({ "sheet": sheet, "version": handed.draft.version, "seconds": 5 });
        call("PUT", &format!("samples/{sample}/draft"), &draft);
        let evaluation: Id =
            serde_json::from_str(&call("POST", &format!("samples/{sample}/evaluation"), &json!({ "sheet": sheet })).text()).unwrap();
        samples.push((sample.parse().unwrap(), evaluation.id.parse().unwrap()));
    }
    done.samples = samples;
    done
}

/// All at once, each with the connection that the inspector has; gives what was done and how long it took.
fn at_once(inspectors: &[Client], cycles: usize) -> (Vec<Done>, Duration) {
    let begun = Instant::now();
    let threads: Vec<_> = inspectors
        .iter()
        .map(|inspector| {
            let client = inspector.clone();
            std::thread::spawn(move || grade(&client, cycles))
        })
        .collect();
    let done = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    (done, begun.elapsed())
}

/// The three transactions of a cycle, without any rule.
async fn bare(app: &App, actor: &Actor, rows: &Arc<Rows>, sheet: &Arc<String>) {
    let claimed = Arc::clone(rows);
    app.write(actor, move |tx| {
        let at = tx.at();
        diesel::update(samples::table.find(claimed.sample))
            .set((samples::state.eq("claimed"), samples::claimed_at.eq(at)))
            .execute(tx.conn)?;
        claimed.store_audit(tx, "sample.claimed")
    })
    .await
    .unwrap();
    let (drafted, sheet) = (Arc::clone(rows), Arc::clone(sheet));
    app.write(actor, move |tx| {
        let row = (
            drafts::sample_id.eq(drafted.sample),
            drafts::inspector_id.eq(drafted.inspector()),
            drafts::content.eq(sheet.as_str()),
            drafts::version.eq(1),
            drafts::seconds.eq(5_i64),
            drafts::saved_at.eq(tx.at()),
        );
        diesel::insert_into(drafts::table).values(row).execute(tx.conn)?;
        diesel::update(samples::table.find(drafted.sample)).set(samples::claim_until.eq(tx.at())).execute(tx.conn)?;
        Ok(())
    })
    .await
    .unwrap();
    let submitted = Arc::clone(rows);
    app.write(actor, move |tx| {
        submitted.store(tx)?;
        diesel::delete(drafts::table.find(submitted.sample)).execute(tx.conn)?;
        Ok(())
    })
    .await
    .unwrap();
}

fn city(test: &TestApp, inspectors: usize, each: usize) -> Centre {
    let city = centre(test, inspectors, each + 5, inspectors);
    let mut terms: Value = serde_json::from_str(include_str!("../../seed/fine_policy.json")).unwrap();
    terms["first_period"] = "2000-01".into();
    let made = city.manager.post("fine-policies", &terms);
    assert_eq!(made.status, 201, "{}", made.text());
    test.write(|tx| Ok(diesel::update(agents::table).set(agents::email.eq("agent@example.com")).execute(tx.conn)?));
    let mut content = city.content(u32::try_from(each).unwrap());
    content["scorecards"] = json!([{ "channel": "chat", "scorecard_id": scorecard(&city.manager) }]);
    city.draw(&city.plan("load", &content));
    city
}

pub fn run(name: &str, test: &TestApp, scale: Scale) {
    let (inspectors, cycles) = (64, usize::try_from(scale.pick(8, 40)).unwrap());
    let rounds = 2;
    // Half of the samples are graded, half are written bare; some more for 16 inspectors alone.
    let quiet = cycles;
    // And one to warm up.
    let city = city(test, inspectors, 2 * cycles + quiet + 1);
    let service = Service::start(test);
    let clients: Vec<Client> = city.inspectors.iter().map(|(_, client)| service.client(client)).collect();
    at_once(&clients, 1);
    let mut seen = BTreeSet::new();
    let (mut used, mut plain) = (Duration::ZERO, Duration::ZERO);
    let (mut cycles_used, mut cycles_bare) = (0, 0);
    let mut times = Vec::new();
    let actor = Actor::operator();
    let sheet = Arc::new(sheet().to_string());
    let runtime = actix_web::rt::Runtime::new().unwrap();
    for _ in 0..rounds {
        let (done, took) = at_once(&clients, cycles / rounds);
        used += took;
        for it in &done {
            times.extend(it.times.iter().copied());
            for (sample, _) in &it.samples {
                assert!(seen.insert(*sample), "sample {sample} was handed out twice");
            }
        }
        cycles_used += done.iter().map(|it| it.samples.len()).sum::<usize>();
        let mut copies = Vec::new();
        for (it, (user, _)) in done.iter().zip(&city.inspectors) {
            let user = *user;
            let wanted = i64::try_from(it.samples.len()).unwrap();
            let waiting: Vec<SampleId> = test.read(move |conn| {
                let mine = samples::table.filter(samples::inspector_id.eq(user)).filter(samples::state.eq("open"));
                Ok(mine.order(samples::id.desc()).select(samples::id).limit(wanted).load(conn)?)
            });
            let mut mine = Vec::new();
            for ((_, evaluation), sample) in it.samples.iter().zip(waiting) {
                mine.push(Arc::new(runtime.block_on(rows::of(&test.app, *evaluation, sample))));
            }
            copies.push(mine);
        }
        cycles_bare += copies.iter().map(Vec::len).sum::<usize>();
        let begun = Instant::now();
        let (app, actor, sheet) = (&test.app, &actor, &sheet);
        runtime.block_on(join_all(copies.iter().map(|mine| async move {
            for rows in mine {
                bare(app, actor, rows, sheet).await;
            }
        })));
        plain += begun.elapsed();
    }
    let (rate, bare_rate) = (cycles_used as f64 / used.as_secs_f64(), cycles_bare as f64 / plain.as_secs_f64());
    Figure {
        database: name,
        name: "grading cycles of 64 inspectors",
        measured: format!("{rate:.0}/s, requests p50 {:.1} ms, p99 {:.1} ms", percentile(&mut times, 50), percentile(&mut times, 99)),
        against: format!("{bare_rate:.0}/s bare writes of the same rows"),
        ratio: Some((rate / bare_rate, Asked::AtLeast(0.5))),
    }
    .print();
    let (done, took) = at_once(&clients[..16], quiet.min(cycles));
    let mut times: Vec<Duration> = done.iter().flat_map(|it| it.times.iter().copied()).collect();
    let cycles = done.iter().map(|it| it.samples.len()).sum::<usize>() as f64;
    let p99 = percentile(&mut times, 99);
    Figure {
        database: name,
        name: "requests of 16 inspectors",
        measured: format!("{:.0} cycles/s, p50 {:.1} ms, p99 {p99:.1} ms", cycles / took.as_secs_f64(), percentile(&mut times, 50)),
        against: "50 ms".into(),
        ratio: Some((p99, Asked::AtMost(50.0))),
    }
    .print();
}
