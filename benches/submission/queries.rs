//! Which statements a submission costs, by their share of the time.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

static SEEN: Mutex<Option<HashMap<String, (u64, Duration)>>> = Mutex::new(None);

struct Recorder(Option<Instant>);

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => self.0 = Some(Instant::now()),
            InstrumentationEvent::FinishQuery { query, .. } => {
                let Some(begun) = self.0.take() else { return };
                if let Some(seen) = SEEN.lock().unwrap().as_mut() {
                    let text = query.to_string();
                    let text = text.split("-- binds").next().unwrap_or_default().trim().to_owned();
                    let one = seen.entry(text).or_default();
                    one.0 += 1;
                    one.1 += begun.elapsed();
                }
            }
            _ => {}
        }
    }
}

/// From now on connections note what they do, where the environment says `QUERIES`.
pub fn install() {
    if std::env::var_os("QUERIES").is_some() {
        set_default_instrumentation(|| Some(Box::new(Recorder(None)))).unwrap();
    }
}

pub fn begin() {
    *SEEN.lock().unwrap() = Some(HashMap::new());
}

pub fn end(per: usize) {
    let seen = SEEN.lock().unwrap().take().unwrap_or_default();
    let mut all: Vec<_> = seen.into_iter().collect();
    all.sort_by_key(|(_, (_, time))| std::cmp::Reverse(*time));
    if all.is_empty() {
        return;
    }
    let total: Duration = all.iter().map(|(_, (_, time))| *time).sum();
    let count: u64 = all.iter().map(|(_, (n, _))| *n).sum();
    println!("{:.1} statements each, {:.0} µs each", count as f64 / per as f64, total.as_micros() as f64 / per as f64);
    for (text, (n, time)) in all.iter().take(60) {
        println!(
            "{:7.1} µs {:5.2}x  {}",
            time.as_micros() as f64 / per as f64,
            *n as f64 / per as f64,
            text.chars().take(230).collect::<String>()
        );
    }
}
