//! The program serving a database, and what it takes of the machine.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::support::program::{Serving, assay};
use crate::support::{Client, TestApp};

/// `assay` with the database and the folders of a test app.
pub fn program(test: &TestApp, arguments: &[&str]) -> Command {
    let mut command = assay(test.folder.path());
    command.args(arguments).env("DATABASE_URL", &test.app.config.database.url).env("RUST_LOG", "warn");
    command
}

/// The service.
pub struct Service {
    pub serving: Serving,
    /// From the start of the process to its first `GET /readyz` that is answered with 200.
    pub ready: Duration,
}

impl Service {
    pub fn start(test: &TestApp) -> Self {
        let begun = Instant::now();
        let serving = Serving::start(program(test, &["serve", "--port", "0"]));
        let client = Client::new(&serving.url, None);
        while client.get("/readyz").status != 200 {
            assert!(begun.elapsed() < Duration::from_secs(60), "the service is not ready");
        }
        Self { serving, ready: begun.elapsed() }
    }

    /// A client with the token of another one.
    pub fn client(&self, like: &Client) -> Client {
        Client::new(&self.serving.url, like.token())
    }

    /// Resident memory now, in MiB.
    pub fn resident(&self) -> f64 {
        memory(&self.serving.child, "VmRSS:")
    }

    /// The highest resident memory since the last [`Self::forget_peak`], in MiB.
    pub fn peak(&self) -> f64 {
        memory(&self.serving.child, "VmHWM:")
    }

    pub fn forget_peak(&self) {
        // Where the system does not have it the peak is that since the start.
        drop(std::fs::write(format!("/proc/{}/clear_refs", self.serving.child.id()), "5"));
    }

    /// Sends a file as the body of a POST as it is read; gives the answer's body.
    pub fn post_file(&self, client: &Client, path: &str, media_type: &str, file: &Path) -> String {
        let address = self.serving.url.strip_prefix("http://").unwrap().trim_end_matches('/');
        let mut body = std::fs::File::open(file).unwrap();
        let length = body.metadata().unwrap().len();
        let mut stream = TcpStream::connect(address).unwrap();
        let token = client.token().unwrap();
        write!(
            stream,
            "POST /api/v1/{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: {media_type}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        std::io::copy(&mut body, &mut stream).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer
    }

    /// Reads an answer to its end without keeping it; says how many bytes came.
    pub fn read_through(&self, client: &Client, path: &str) -> u64 {
        let address = self.serving.url.strip_prefix("http://").unwrap().trim_end_matches('/');
        let mut stream = TcpStream::connect(address).unwrap();
        let token = client.token().unwrap();
        write!(stream, "GET /api/v1/{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200", "{path}");
        std::io::copy(&mut stream, &mut std::io::sink()).unwrap()
    }
}

/// A line of `/proc/PID/status` in MiB; 0 where the system has none.
pub fn memory(child: &Child, line: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let kib = status.lines().find_map(|it| it.strip_prefix(line)?.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}
