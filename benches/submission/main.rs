//! One evaluation's submission measured against a bare `write()` of the same rows.
//!
//! `cargo bench --bench submission` prints, for SQLite and for PostgreSQL where it is found, how many submissions a second the use case
//! does (permission, validation, tally, fines, audit, idempotency) and how many the database alone would, in the same run, with the same
//! rows and the same number of inspectors at once.
#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    reason = "a measuring program may panic"
)]

#[path = "../../tests/support/mod.rs"]
mod support;

mod queries;
#[path = "../load/rows.rs"]
mod rows;

use std::time::{Duration, Instant};

use assay::app::App;
use assay::domain::access::{Actor, ActorKind, Grant, GrantReach, Origin, Role};
use assay::domain::evaluation::{Answer, AnswerSheet, Outcome};
use assay::domain::id::{EvaluationId, SampleId, UserId};
use assay::usecases::evaluations::submit::{Submission, submit};
use assay::usecases::queue::next::next;
use futures_util::future::join_all;
use support::TestApp;
use support::sampling::centre;

/// Inspectors who submit at the same time.
const INSPECTORS: usize = 16;
/// Samples of each inspector; one half is submitted, the other half is written bare.
const EACH: usize = 40;
/// Rounds; the two ways take turns, so that neither has the warmer machine.
const ROUNDS: usize = 4;

struct Work {
    actor: Actor,
    sample: SampleId,
    sheet: AnswerSheet,
}

fn actor(user: UserId) -> Actor {
    let grants = vec![Grant { role: Role::Inspector, reach: GrantReach::All }];
    Actor { kind: ActorKind::User, user: Some(user), agent: None, grants, token: None, origin: Origin::default() }
}

/// Everything passes but two items.
fn sheet(content: &assay::domain::scorecard::ScorecardContent) -> AnswerSheet {
    let items = content.items().enumerate().map(|(n, item)| Answer {
        code: item.code.clone(),
        outcome: Some(if n < 2 { Outcome::Fail } else { Outcome::Pass }),
        comment: if n < 2 { "heard at the beginning, and again before the end".into() } else { String::new() },
        evidence: Vec::new(),
        money_lost: false,
    });
    AnswerSheet { items: items.collect(), violations: Vec::new(), comment: "on the whole a calm conversation".into() }
}

/// Claims the samples of each inspector, and says how each will be filled in.
async fn claim(app: &App, inspectors: &[UserId]) -> Vec<Vec<Work>> {
    let mut all = Vec::new();
    for user in inspectors {
        let actor = actor(*user);
        let mut mine = Vec::new();
        while let Some(handed) = next(app, &actor).await.unwrap() {
            mine.push(Work { actor: actor.clone(), sample: handed.sample.id, sheet: sheet(&handed.scorecard.content) });
        }
        assert_eq!(mine.len(), EACH);
        all.push(mine);
    }
    all
}

struct Measured {
    total: Duration,
    each: Vec<Duration>,
}

impl Measured {
    fn add(&mut self, started: Instant, times: Vec<Vec<Duration>>) {
        self.total += started.elapsed();
        self.each.extend(times.into_iter().flatten());
    }

    fn rate(&self) -> f64 {
        self.each.len() as f64 / self.total.as_secs_f64()
    }

    fn percentile(&mut self, percent: usize) -> f64 {
        self.each.sort();
        self.each[(self.each.len() - 1) * percent / 100].as_secs_f64() * 1000.0
    }
}

fn measure(name: &str, test: &TestApp) {
    let city = centre(test, INSPECTORS, EACH + 5, INSPECTORS);
    city.draw(&city.plan("bench", &city.content(u32::try_from(EACH).unwrap())));
    let inspectors: Vec<UserId> = city.inspectors.iter().map(|(id, _)| *id).collect();
    let app = test.app.clone();
    let (mut used, mut bare) = (Measured { total: Duration::ZERO, each: Vec::new() }, Measured { total: Duration::ZERO, each: Vec::new() });
    actix_web::rt::System::new().block_on(async {
        let mut work = claim(&app, &inspectors).await;
        let step = EACH / 2 / ROUNDS;
        for _ in 0..ROUNDS {
            queries::begin();
            let started = Instant::now();
            let submitting = work.iter_mut().map(|mine| {
                let (app, now) = (app.clone(), mine.split_off(mine.len() - step));
                async move {
                    let mut done = Vec::new();
                    for Work { actor, sample, sheet } in now {
                        let begun = Instant::now();
                        let evaluation = submit(&app, &actor, sample, Submission { sheet, seconds: 60 }).await.unwrap();
                        done.push((begun.elapsed(), evaluation.summary.id));
                    }
                    done
                }
            });
            let done = join_all(submitting).await;
            queries::end(INSPECTORS * step);
            let ids: Vec<Vec<EvaluationId>> = done.iter().map(|mine| mine.iter().map(|(_, id)| *id).collect()).collect();
            used.add(started, done.into_iter().map(|mine| mine.into_iter().map(|(time, _)| time).collect()).collect());

            // The rows that were just stored, for other samples.
            let mut copies = Vec::new();
            for (mine, ids) in work.iter_mut().zip(ids) {
                let others = mine.split_off(mine.len() - step);
                let mut rows = Vec::new();
                for (other, id) in others.into_iter().zip(ids) {
                    rows.push((other.actor, rows::of(&app, id, other.sample).await));
                }
                copies.push(rows);
            }
            let started = Instant::now();
            let writing = copies.into_iter().map(|mine| {
                let app = app.clone();
                async move {
                    let mut times = Vec::new();
                    for (actor, rows) in mine {
                        let begun = Instant::now();
                        app.write(&actor, move |tx| rows.store(tx)).await.unwrap();
                        times.push(begun.elapsed());
                    }
                    times
                }
            });
            queries::begin();
            bare.add(started, join_all(writing).await);
            queries::end(INSPECTORS * step);
        }
    });
    println!(
        "{name}: submit {:.0}/s (p50 {:.2} ms, p99 {:.2} ms), bare write() {:.0}/s (p50 {:.2} ms, p99 {:.2} ms), ratio {:.2}",
        used.rate(),
        used.percentile(50),
        used.percentile(99),
        bare.rate(),
        bare.percentile(50),
        bare.percentile(99),
        used.rate() / bare.rate()
    );
}

fn main() {
    queries::install();
    println!("{INSPECTORS} inspectors at once, {} submissions each way", INSPECTORS * EACH / 2);
    measure("SQLite", &TestApp::sqlite());
    if let Some(app) = TestApp::postgres() {
        measure("PostgreSQL (fsync off)", &app);
    }
}
