//! A program that receives webhooks, in this process: plain HTTP, answers what the test says.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A request that came.
#[derive(Debug, Clone)]
pub struct Call {
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Call {
    /// A header's value.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }
}

#[derive(Default)]
struct Shared {
    answers: Mutex<VecDeque<u16>>,
    calls: Mutex<Vec<Call>>,
    stopped: AtomicBool,
}

/// A running receiver. It ends with the test.
pub struct Receiver {
    /// Where it listens.
    pub url: String,
    port: u16,
    shared: Arc<Shared>,
}

impl Receiver {
    /// Answers 204 to everything until told otherwise.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let server = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if server.stopped.load(Ordering::SeqCst) {
                    break;
                }
                drop(receive(stream.unwrap(), &server));
            }
        });
        Self { url: format!("http://127.0.0.1:{port}/hook"), port, shared }
    }

    /// The next calls are answered with these codes; 0 is no answer at all.
    pub fn answer(&self, codes: &[u16]) {
        self.shared.answers.lock().unwrap().extend(codes);
    }

    /// What came since the last call.
    pub fn calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.shared.calls.lock().unwrap())
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))));
    }
}

fn receive(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut headers = Vec::new();
    let mut line = String::new();
    reader.read_line(&mut line)?;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(n, _)| n == "content-length").map_or(0, |(_, v)| v.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    shared.calls.lock().unwrap().push(Call { headers, body: String::from_utf8(body).unwrap() });
    let code = shared.answers.lock().unwrap().pop_front().unwrap_or(204);
    if code == 0 {
        return Ok(());
    }
    write!(stream, "HTTP/1.1 {code} As The Test Wants\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}
