//! The service killed in the middle of grading, again and again: what was acknowledged is there exactly once, and everything fits together.
//!
//! `CRASHES=50 cargo test --test it cli::crash` kills it fifty times on each database.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};

use assay::db::schema::{agents, audit, evaluations, ledger, outbox, samples};
use assay::domain::id::{EvaluationId, SampleId};
use diesel::prelude::*;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::api::fine_policies::make_first;
use crate::support::program::{Serving, assay, complained, printed};
use crate::support::sampling::centre;
use crate::support::{Client, TestApp, on_both};

const INSPECTORS: usize = 4;
const AGENTS: usize = 8;
/// The most gradings that are acknowledged before the next kill.
const MOST: usize = 16;

/// How often the service is killed.
fn crashes() -> usize {
    std::env::var("CRASHES").map_or(3, |text| text.parse().expect("CRASHES is a whole number"))
}

fn program(app: &TestApp, arguments: &[&str]) -> Command {
    let mut command = assay(app.folder.path());
    command.args(arguments).env("DATABASE_URL", &app.app.config.database.url).env("ASSAY__HTTP__WORKERS", "2");
    command
}

/// Everything passes, and one violation stands on its own.
fn sheet(handed: &Value) -> Value {
    let sections = handed["scorecard"]["content"]["sections"].as_array().unwrap();
    let items = sections.iter().flat_map(|section| section["items"].as_array().unwrap());
    let items: Vec<Value> = items.map(|item| json!({ "code": item["code"], "outcome": "pass" })).collect();
    json!({ "items": items, "violations": [{ "violation_type": "service_attitude", "comment": "curt" }] })
}

/// A sample and its evaluation, as they were acknowledged.
type Acknowledged = (SampleId, EvaluationId);

/// An inspector at work: first what was begun and not finished, then what is next; saves a draft and submits, until the service is gone or nothing is
/// left. Tells what was acknowledged.
fn grade(client: &Client, told: &Sender<Acknowledged>) {
    let json = [("content-type", "application/json")];
    let call = |method: &str, path: &str, body: &Value| client.attempt(method, path, &json, &serde_json::to_vec(body).unwrap()).ok();
    let Ok(begun) = client.attempt("GET", "samples?state=claimed&limit=200", &[], &[]) else { return };
    let begun = begun.expect(200).json()["items"].as_array().unwrap().clone();
    let mut begun = begun.iter().map(|sample| format!("samples/{}/claim", sample["id"].as_str().unwrap()));
    while let Some(next) = call("POST", begun.next().as_deref().unwrap_or("queue/next"), &json!({})) {
        if next.status == 204 {
            return;
        }
        let handed = next.expect(200).json();
        let sample = handed["sample"]["id"].as_str().unwrap();
        let (sheet, version) = (sheet(&handed), &handed["draft"]["version"]);
        let draft = json!({ "sheet": sheet, "version": version, "seconds": 5 });
        let Some(saved) = call("PUT", &format!("samples/{sample}/draft"), &draft) else { return };
        saved.expect(200);
        let Some(done) = call("POST", &format!("samples/{sample}/evaluation"), &json!({ "sheet": sheet })) else { return };
        assert!(matches!(done.status, 200 | 201), "{}", done.text());
        told.send((sample.parse().unwrap(), done.json()["id"].as_str().unwrap().parse().unwrap())).unwrap();
    }
}

/// Lets all inspectors grade, and kills the service once `enough` gradings are acknowledged; without a number it lives until nothing is left.
fn round(app: &TestApp, tokens: &[String], enough: Option<usize>) -> Vec<Acknowledged> {
    let mut serving = Serving::start(program(app, &["serve", "--port", "0"]));
    let (tell, told): (_, Receiver<Acknowledged>) = channel();
    let graders: Vec<_> = tokens
        .iter()
        .map(|token| {
            let (client, tell) = (Client::new(&serving.url, Some(token)), tell.clone());
            std::thread::spawn(move || grade(&client, &tell))
        })
        .collect();
    drop(tell);
    let mut acknowledged: Vec<Acknowledged> = told.iter().take(enough.unwrap_or(usize::MAX)).collect();
    if enough.is_some() {
        serving.child.kill().unwrap();
    }
    for grader in graders {
        grader.join().unwrap();
    }
    acknowledged.extend(told);
    acknowledged
}

fn fits(app: &TestApp) {
    let output = program(app, &["check"]).output().unwrap();
    assert!(output.status.success(), "{}{}", printed(&output), complained(&output));
}

on_both! {
    fn nothing_acknowledged_is_lost_or_twice_however_often_it_is_killed(app: &TestApp) {
        let crashes = crashes();
        let each = (crashes * (MOST + INSPECTORS)).div_ceil(AGENTS) + 2;
        make_first(app);
        let city = centre(app, AGENTS, each, INSPECTORS);
        app.write(|tx| {
            diesel::update(agents::table).set(agents::email.eq("agent@example.com")).execute(tx.conn)?;
            Ok(())
        });
        city.draw(&city.plan("crash", &city.content(u32::try_from(each).unwrap())));
        let tokens: Vec<String> = city.inspectors.iter().map(|(_, client)| client.token().unwrap().to_owned()).collect();
        let mut dice = rand::rngs::ChaCha20Rng::seed_from_u64(7);
        let mut acknowledged: BTreeMap<SampleId, EvaluationId> = BTreeMap::new();
        let mut take = |done: Vec<Acknowledged>| {
            for (sample, evaluation) in done {
                let before = acknowledged.insert(sample, evaluation);
                assert!(before.is_none_or(|before| before == evaluation), "sample {sample} was acknowledged as two evaluations");
            }
        };
        for _ in 0..crashes {
            take(round(app, &tokens, Some(dice.random_range(1..=MOST))));
            fits(app);
        }
        take(round(app, &tokens, None));
        fits(app);

        let stored: BTreeMap<SampleId, EvaluationId> =
            app.read(|conn| Ok(evaluations::table.select((evaluations::sample_id, evaluations::id)).load(conn)?.into_iter().collect()));
        let given = app.read(|conn| Ok(samples::table.filter(samples::inspector_id.is_not_null()).count().get_result::<i64>(conn)?));
        assert_eq!(i64::try_from(stored.len()).unwrap(), given, "every sample that was given to somebody is graded");
        // What was committed when the service died may not have been acknowledged any more; nothing else is more than that.
        let lost: Vec<_> = acknowledged.iter().filter(|(sample, evaluation)| stored.get(sample) != Some(evaluation)).collect();
        assert!(lost.is_empty(), "acknowledged and not there: {lost:?}");
        let of_kind = |kind: &'static str| app.read(move |conn| Ok(outbox::table.filter(outbox::kind.eq(kind)).count().get_result::<i64>(conn)?));
        let (lines, minor) = app.read(|conn| {
            let amounts: Vec<i64> = ledger::table.select(ledger::amount_minor).load(conn)?;
            Ok((amounts.len(), amounts.iter().sum::<i64>()))
        });
        let submitted = app.read(|conn| Ok(audit::table.filter(audit::action.eq("evaluation.submitted")).count().get_result::<i64>(conn)?));
        let once = i64::try_from(stored.len()).unwrap();
        assert_eq!((lines, minor), (stored.len(), once * 10_000), "each is fined once, 100.00");
        assert_eq!((submitted, of_kind("agent_result")), (once, once), "each is in the audit log and in the outbox once");
    }
}
