//! The service killed in the middle of grading, again and again: what was acknowledged is there exactly once, and everything fits together.
//!
//! `CRASHES=50 cargo test --test it cli::crash` kills it fifty times on each database.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::support::inspectors::{Acknowledged, Book, fits, office, program, sheet};
use crate::support::program::Serving;
use crate::support::{Client, TestApp, on_both};

const INSPECTORS: usize = 4;
const AGENTS: usize = 8;
/// The most gradings that are acknowledged before the next kill.
const MOST: usize = 16;

/// How often the service is killed.
fn crashes() -> usize {
    std::env::var("CRASHES").map_or(3, |text| text.parse().expect("CRASHES is a whole number"))
}

/// An inspector at work: first what was begun and not finished, then what is next; saves a draft and submits, until the service is gone or nothing is
/// left. Tells what was acknowledged.
fn grade(client: &Client, told: &Sender<Acknowledged>) {
    let json = [("content-type", "application/json")];
    let call = |method: &str, path: &str, body: &Value| loop {
        match client.attempt(method, path, &json, &serde_json::to_vec(body).unwrap()) {
            // Too many collisions at the same rows: nothing was stored.
            Ok(answer) if answer.status == 503 => std::thread::sleep(Duration::from_millis(20)),
            answer => return answer.ok(),
        }
    };
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

on_both! {
    fn nothing_acknowledged_is_lost_or_twice_however_often_it_is_killed(app: &TestApp) {
        let crashes = crashes();
        let each = (crashes * (MOST + INSPECTORS)).div_ceil(AGENTS) + 2;
        let city = office(app, INSPECTORS, AGENTS, each);
        let tokens: Vec<String> = city.inspectors.iter().map(|(_, client)| client.token().unwrap().to_owned()).collect();
        let mut dice = rand::rngs::ChaCha20Rng::seed_from_u64(7);
        let mut book = Book::default();
        for _ in 0..crashes {
            round(app, &tokens, Some(dice.random_range(1..=MOST))).into_iter().for_each(|done| book.note(done));
            fits(program(app, &["check"]));
        }
        round(app, &tokens, None).into_iter().for_each(|done| book.note(done));
        fits(program(app, &["check"]));
        book.nothing_lost_or_twice(&app.app);
    }
}
