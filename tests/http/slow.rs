//! Clients that are slow, silent, or send headers without end: others are answered as before.
//!
//! `IDLE=10000 cargo test --test it http::slow -- --nocapture` holds ten thousand connections.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use assay::domain::access::Role;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::support::program::{Serving, assay, run};
use crate::support::{Client, TestApp};

/// How long the service may take to be rid of somebody who should be gone after a second. Generous: the machine may be busy.
const GONE_AFTER: Duration = Duration::from_secs(60);

fn strict() -> TestApp {
    TestApp::sqlite_with(|config| {
        config.http.head_seconds = 1;
        config.http.body_seconds = 1;
        config.http.idle_seconds = 1;
    })
}

fn connect(url: &str) -> TcpStream {
    let stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(GONE_AFTER)).unwrap();
    stream
}

/// Everything that is said until the connection is closed.
fn heard(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("the connection is kept: {error}"),
        _ => String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// The slowest of some ordinary requests.
fn slowest(client: &Client) -> Duration {
    let timed = |_| {
        let begun = Instant::now();
        client.get("me").expect(200);
        begun.elapsed()
    };
    (0..40).map(timed).max().unwrap()
}

/// Bounded by what it was before, and by what a busy machine may add.
fn as_before(before: Duration, now: Duration) {
    assert!(now <= before * 20 + Duration::from_secs(2), "{before:?} before, {now:?} now");
}

#[test]
fn a_head_that_does_not_end_is_not_waited_for() {
    let app = strict();
    let client = app.person(Role::Auditor);
    let before = slowest(&client);
    let slow: Vec<TcpStream> = (0..100)
        .map(|n| {
            let mut stream = connect(&app.url);
            // Some say nothing at all.
            stream.write_all(&b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX-Slow: "[..n % 42]).unwrap();
            stream
        })
        .collect();
    as_before(before, slowest(&client));
    for stream in slow {
        let said = heard(stream);
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
    }
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let app = strict();
    let token = app.admin().token().unwrap().to_owned();
    let kinds = [
        ("teams", "application/json", "{\"code\":"),
        ("teams/import", "text/csv", "code,na"),
        ("conversations/import", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"conversations\"\r\n"),
    ];
    let slow = kinds.map(|(path, kind, begun)| {
        let mut stream = connect(&app.url);
        let head = format!("POST /api/v1/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\nContent-Length: 5000\r\n\r\n{begun}");
        stream.write_all(head.as_bytes()).unwrap();
        (path, stream)
    });
    for (path, stream) in slow {
        let said = heard(stream);
        assert!(said.starts_with("HTTP/1.1 408") && said.contains("\"too_slow\""), "{path}: {said}");
    }
}

#[test]
fn a_body_that_dribbles_is_not_waited_for_either() {
    let app = strict();
    let mut stream = connect(&app.url);
    let head = "POST /api/v1/teams HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n";
    let token = app.admin().token().unwrap().to_owned();
    stream.write_all(format!("{head}Authorization: Bearer {token}\r\n\r\n").as_bytes()).unwrap();
    let begun = Instant::now();
    // Never a pause of a second, and never an end.
    while stream.write_all(b" ").is_ok() {
        assert!(begun.elapsed() < GONE_AFTER, "it is still listened to");
        std::thread::sleep(Duration::from_millis(50));
    }
    // The answer may have been lost with the connection; that it is closed is what counts.
    let mut said = Vec::new();
    drop(stream.read_to_end(&mut said));
    assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&said));
}

#[test]
fn headers_without_end_are_refused() {
    let app = strict();
    let client = app.person(Role::Auditor);
    let before = slowest(&client);
    let flood = |headers: &dyn Fn(usize) -> String| {
        let mut stream = connect(&app.url);
        stream.write_all(b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\n").unwrap();
        // The service may close the door at any of them.
        let written = (0..20_000).try_for_each(|n| stream.write_all(headers(n).as_bytes()));
        drop(written.and_then(|()| stream.write_all(b"\r\n")));
        let mut said = Vec::new();
        drop(stream.read_to_end(&mut said));
        assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&said));
    };
    flood(&|n| format!("X-{n}: y\r\n"));
    flood(&|_| "X-Same: y\r\n".to_owned());
    flood(&|_| "x".repeat(100));
    as_before(before, slowest(&client));
}

#[test]
fn others_are_answered_while_thousands_of_connections_are_idle() {
    let wanted: usize = std::env::var("IDLE").map_or(500, |text| text.parse().expect("IDLE is a whole number"));
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).expect("up to the hard limit it may be raised");
    let possible = usize::try_from(limit.maximum.unwrap_or(1 << 20).saturating_sub(500)).unwrap();
    let count = wanted.min(possible);
    let folder = tempfile::tempdir().unwrap();
    let made = run(folder.path(), &["init", "--name", "Idle", "--admin", "anna"]);
    let said = String::from_utf8_lossy(&made.stdout).into_owned();
    let token = said.split_whitespace().find(|word| word.starts_with("assay_")).expect("init prints a token");
    let mut command = assay(folder.path());
    // Longer than it takes to open them all: they are there while the others ask.
    command.args(["serve", "--port", "0"]).env("ASSAY__HTTP__HEAD_SECONDS", "300").env("ASSAY__HTTP__IDLE_SECONDS", "300");
    let serving = Serving::start(command);
    let client = Client::new(&serving.url, Some(token));
    let before = slowest(&client);
    let mut idle: Vec<TcpStream> = (0..count).map(|_| connect(&serving.url)).collect();
    // Half of them have asked something and stay.
    for stream in idle.iter_mut().step_by(2) {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut block = [0; 512];
        assert!(stream.read(&mut block).unwrap() > 0);
    }
    let fresh = Client::new(&serving.url, Some(token));
    let now = slowest(&fresh);
    println!("{count} idle connections: slowest of 40 requests {before:?} before, {now:?} with them");
    as_before(before, now);
    drop(idle);
}
