//! Inspectors at work over HTTP, against a service that may be gone, full, or cut off from its database.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Scope;
use std::time::{Duration, Instant};

use assay::app::App;
use assay::db::schema::{agents, audit, evaluations, ledger, outbox, samples};
use assay::domain::access::Role;
use assay::domain::id::{EvaluationId, SampleId};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::program::{assay, complained, printed};
use super::sampling::{Centre, centre};
use super::{Client, Response, TestApp};

/// A sample and its evaluation, as they were acknowledged.
pub type Acknowledged = (SampleId, EvaluationId);

/// How long an inspector goes on trying one request. Generous: the machine may be busy with anything else.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// What happened to an inspector.
#[derive(Debug)]
pub enum Event {
    /// Was given a sample, or took up what was begun.
    Handed(SampleId),
    /// Submitted and heard of it.
    Stored(Acknowledged),
    /// Was told that it cannot be done now.
    Refused(Response),
    /// Found nobody, or heard no answer.
    Gone,
}

/// Everything passes, and one violation stands on its own.
pub fn sheet(handed: &Value) -> Value {
    let sections = handed["scorecard"]["content"]["sections"].as_array().unwrap();
    let items = sections.iter().flat_map(|section| section["items"].as_array().unwrap());
    let items: Vec<Value> = items.map(|item| json!({ "code": item["code"], "outcome": "pass" })).collect();
    json!({ "items": items, "violations": [{ "violation_type": "service_attitude", "comment": "curt" }] })
}

/// A centre in which each violation is fined and each result is mailed, with `agents` times `each` samples drawn.
pub fn office(app: &TestApp, inspectors: usize, agents: usize, each: usize) -> Centre {
    let mut terms: Value = serde_json::from_str(include_str!("../../seed/fine_policy.json")).unwrap();
    terms["first_period"] = "2000-01".into();
    app.person(Role::QaManager).post("fine-policies", &terms).expect(201);
    let city = centre(app, agents, each, inspectors);
    app.write(|tx| {
        diesel::update(agents::table).set(agents::email.eq("agent@example.com")).execute(tx.conn)?;
        Ok(())
    });
    city.draw(&city.plan("office", &city.content(u32::try_from(each).unwrap())));
    city
}

/// The program on the database of a test app.
pub fn program(app: &TestApp, arguments: &[&str]) -> Command {
    let mut command = assay(app.folder.path());
    command.args(arguments).env("DATABASE_URL", &app.app.config.database.url).env("ASSAY__HTTP__WORKERS", "2");
    command
}

/// An inspector who does not give up.
pub struct Inspector<'a> {
    /// Where the service may be; after one that is gone the next is tried.
    pub urls: &'a [String],
    pub token: &'a str,
    pub told: Sender<Event>,
}

/// The inspectors of a centre grade all there is at one place, each in a thread of its own; gives what happens to them, one after another.
pub fn at_work<'scope>(scope: &'scope Scope<'scope, '_>, city: &'scope Centre, url: &'scope str) -> Receiver<Event> {
    let (tell, told) = channel();
    for (_, client) in &city.inspectors {
        let told = tell.clone();
        scope.spawn(move || Inspector { urls: &[url.to_owned()], token: client.token().unwrap(), told }.grade_all(0));
    }
    told
}

/// Whether an inspector stays where the last answer came from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Stays,
    ByTurns,
}

impl Inspector<'_> {
    /// Asks until there is an answer that is not about the state of the service.
    fn ask(&self, (at, way): &mut (usize, Way), method: &str, path: &str, body: &Value) -> Response {
        let begun = Instant::now();
        if *way == Way::ByTurns {
            *at += 1;
        }
        let body = if method == "GET" { Vec::new() } else { serde_json::to_vec(body).unwrap() };
        while begun.elapsed() < PATIENCE {
            let client = Client::new(&self.urls[*at % self.urls.len()], Some(self.token));
            match client.attempt(method, path, &[("content-type", "application/json")], &body) {
                Ok(answer) if matches!(answer.status, 503 | 507) => drop(self.told.send(Event::Refused(answer))),
                Ok(answer) => return answer,
                Err(_) => {
                    *at += 1;
                    drop(self.told.send(Event::Gone));
                }
            }
            std::thread::sleep(PAUSE);
        }
        panic!("{method} {path} was not answered within {PATIENCE:?}");
    }

    /// Grades until nothing is left, beginning at the `at`th place of service.
    pub fn grade_all(&self, at: usize) {
        self.grade((at, Way::Stays));
    }

    /// Grades until nothing is left, each request at the next place of service.
    pub fn grade_by_turns(&self) {
        self.grade((0, Way::ByTurns));
    }

    fn grade(&self, mut at: (usize, Way)) {
        let at = &mut at;
        loop {
            // What was claimed in an answer that nobody heard is found among what was begun.
            let begun = self.ask(at, "GET", "samples?state=claimed&limit=200", &Value::Null).expect(200).json();
            let claim =
                begun["items"].as_array().unwrap().first().map(|sample| format!("samples/{}/claim", sample["id"].as_str().unwrap()));
            let next = self.ask(at, "POST", claim.as_deref().unwrap_or("queue/next"), &json!({}));
            if next.status == 204 {
                return;
            }
            let handed = next.expect(200).json();
            let sample: SampleId = handed["sample"]["id"].as_str().unwrap().parse().unwrap();
            drop(self.told.send(Event::Handed(sample)));
            let sheet = sheet(&handed);
            let draft = json!({ "sheet": sheet, "version": handed["draft"]["version"], "seconds": 5 });
            let saved = self.ask(at, "PUT", &format!("samples/{sample}/draft"), &draft);
            // 412: it was saved by the request before, whose answer was lost.
            assert!(matches!(saved.status, 200 | 412), "{}", saved.text());
            let done = self.ask(at, "POST", &format!("samples/{sample}/evaluation"), &json!({ "sheet": sheet }));
            assert!(matches!(done.status, 200 | 201), "{}", done.text());
            drop(self.told.send(Event::Stored((sample, done.json()["id"].as_str().unwrap().parse().unwrap()))));
        }
    }
}

/// Runs `assay check`, which must find nothing.
pub fn fits(mut check: Command) {
    let output = check.output().unwrap();
    assert!(output.status.success(), "{}{}", printed(&output), complained(&output));
}

/// Keeps what was acknowledged; no sample may be acknowledged as two evaluations.
#[derive(Debug, Default)]
pub struct Book(pub BTreeMap<SampleId, EvaluationId>);

impl Book {
    pub fn note(&mut self, (sample, evaluation): Acknowledged) {
        let before = self.0.insert(sample, evaluation);
        assert!(before.is_none_or(|before| before == evaluation), "sample {sample} was acknowledged as two evaluations");
    }

    /// [`Self::kept`], and every sample that was given to somebody is graded.
    pub fn nothing_lost_or_twice(&self, app: &App) {
        let (stored, given) = self.kept(app);
        assert_eq!(stored, given, "every sample that was given to somebody is graded");
    }

    /// Everything that was acknowledged is stored, and whatever follows from an evaluation is there once. Gives the number of evaluations, and that
    /// of samples that belong to somebody.
    pub fn kept(&self, app: &App) -> (i64, i64) {
        let runtime = actix_web::rt::Runtime::new().unwrap();
        let found = runtime.block_on(app.read(|conn| {
            let stored: BTreeMap<SampleId, EvaluationId> =
                evaluations::table.select((evaluations::sample_id, evaluations::id)).load(conn)?.into_iter().collect();
            let given: i64 = samples::table.filter(samples::inspector_id.is_not_null()).count().get_result(conn)?;
            let amounts: Vec<i64> = ledger::table.select(ledger::amount_minor).load(conn)?;
            let submitted: i64 = audit::table.filter(audit::action.eq("evaluation.submitted")).count().get_result(conn)?;
            let mailed: i64 = outbox::table.filter(outbox::kind.eq("agent_result")).count().get_result(conn)?;
            Ok((stored, given, amounts, submitted, mailed))
        }));
        let (stored, given, amounts, submitted, mailed) = found.unwrap();
        // What was committed and not acknowledged any more may be there too; nothing else is more than that.
        let lost: Vec<_> = self.0.iter().filter(|(sample, evaluation)| stored.get(sample) != Some(evaluation)).collect();
        assert!(lost.is_empty(), "acknowledged and not there: {lost:?}");
        let once = i64::try_from(stored.len()).unwrap();
        assert_eq!((amounts.len(), amounts.iter().sum::<i64>()), (stored.len(), once * 10_000), "each is fined once, 100.00");
        assert_eq!((submitted, mailed), (once, once), "each is in the audit log and in the outbox once");
        (once, given)
    }
}
