//! A mail server in this process that really speaks SMTP, with STARTTLS and log-in, and that misbehaves on demand. The protocol is
//! mailin's; the sockets are ours, so that it can be slow, silent or gone at any step.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mailin::{Action, AuthMechanism, Handler, Response, Session, SessionBuilder, response};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How the server plays its part for one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Play {
    /// Takes it.
    Take,
    /// Answers the recipient with this code.
    Recipient(u16),
    /// Answers the end of the message with this code.
    Message(u16),
    /// Says nothing to the sender's address.
    SilentBefore,
    /// Takes the message and says nothing.
    SilentAfter,
    /// Takes the message and ends the connection without a word.
    GoneAfter,
    /// Ends the connection at the recipient.
    GoneBefore,
    /// Ends the connection at the first line of the message.
    GoneWithin,
}

/// A mail that the server took.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// The message, with its headers.
    pub data: String,
    /// Whether it came encrypted.
    pub encrypted: bool,
    /// Who had logged in.
    pub user: Option<String>,
}

impl Taken {
    /// A header's value, with its folded lines.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
        let prefix = format!("{}:", name.to_lowercase());
        head.lines().find(|l| l.to_lowercase().starts_with(&prefix)).map(|l| l[prefix.len()..].trim().to_owned())
    }
}

#[derive(Default)]
struct Shared {
    plays: Mutex<VecDeque<Play>>,
    taken: Mutex<Vec<Taken>>,
    connections: AtomicUsize,
    stopped: AtomicBool,
}

/// A running server. It ends with the test.
pub struct SmtpServer {
    /// Its port on this machine; its name is `localhost`.
    pub port: u16,
    /// A PEM file with its certificate.
    pub ca_file: PathBuf,
    shared: Arc<Shared>,
    _folder: tempfile::TempDir,
}

/// The only user who may log in.
pub const USER: &str = "assay";
/// That user's password.
pub const PASSWORD: &str = "correct horse";

impl SmtpServer {
    /// With STARTTLS and log-in, as mail servers are.
    pub fn start() -> Self {
        Self::start_with(true)
    }

    /// Without STARTTLS, which a client that wants it must not put up with.
    pub fn without_starttls() -> Self {
        Self::start_with(false)
    }

    fn start_with(starttls: bool) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, made.cert.pem()).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let tls = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .unwrap();
        let (shared, tls) = (Arc::new(Shared::default()), Arc::new(tls));
        let port = listener.local_addr().unwrap().port();
        let server = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if server.stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (shared, tls) = (Arc::clone(&server), Arc::clone(&tls));
                shared.connections.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || drop(converse(stream.unwrap(), &shared, starttls.then_some(tls))));
            }
        });
        Self { port, ca_file, shared, _folder: folder }
    }

    /// The next mails are answered like this; later ones are taken.
    pub fn play(&self, plays: &[Play]) {
        self.shared.plays.lock().unwrap().extend(plays);
    }

    /// Takes every mail from now on.
    pub fn forget_plays(&self) {
        self.shared.plays.lock().unwrap().clear();
    }

    /// What was taken since the last call.
    pub fn taken(&self) -> Vec<Taken> {
        std::mem::take(&mut self.shared.taken.lock().unwrap())
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))));
    }
}

struct Conversation {
    shared: Arc<Shared>,
    play: Play,
    mail: Taken,
    user: Option<String>,
    encrypted: bool,
}

/// Lends the conversation's state to mailin's session and to the socket.
#[derive(Clone)]
struct Voice(Arc<Mutex<Conversation>>);

impl Handler for Voice {
    fn mail(&mut self, _: IpAddr, _: &str, from: &str) -> Response {
        let mut c = self.0.lock().unwrap();
        let play = c.shared.plays.lock().unwrap().pop_front().unwrap_or(Play::Take);
        c.play = play;
        let (encrypted, user) = (c.encrypted, c.user.clone());
        c.mail = Taken { from: from.to_owned(), to: Vec::new(), data: String::new(), encrypted, user };
        response::OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        let mut c = self.0.lock().unwrap();
        c.mail.to.push(to.to_owned());
        match c.play {
            Play::Recipient(code) => Response::custom(code, "as the test wants".to_owned()),
            _ => response::OK,
        }
    }

    fn data(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.lock().unwrap().mail.data.push_str(&String::from_utf8_lossy(bytes));
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let c = self.0.lock().unwrap();
        if let Play::Message(code) = c.play {
            return Response::custom(code, "as the test wants".to_owned());
        }
        c.shared.taken.lock().unwrap().push(c.mail.clone());
        response::OK
    }

    fn auth_plain(&mut self, _: &str, user: &str, password: &str) -> Response {
        self.auth_login(user, password)
    }

    fn auth_login(&mut self, user: &str, password: &str) -> Response {
        if (user, password) != (USER, PASSWORD) {
            return response::INVALID_CREDENTIALS;
        }
        self.0.lock().unwrap().user = Some(user.to_owned());
        response::AUTH_OK
    }
}

/// One conversation with a client. An error is the client's going away.
fn converse(mut stream: TcpStream, shared: &Arc<Shared>, tls: Option<Arc<ServerConfig>>) -> std::io::Result<()> {
    let mail = Taken { from: String::new(), to: Vec::new(), data: String::new(), encrypted: false, user: None };
    let conversation = Conversation { shared: Arc::clone(shared), play: Play::Take, mail, user: None, encrypted: false };
    let voice = Voice(Arc::new(Mutex::new(conversation)));
    let mut builder = SessionBuilder::new("localhost");
    builder.enable_auth(AuthMechanism::Plain).enable_auth(AuthMechanism::Login);
    if tls.is_some() {
        builder.enable_start_tls();
    }
    let mut session = builder.build(IpAddr::from(Ipv4Addr::LOCALHOST), voice.clone());
    stream.write_all(&session.greeting().buffer()?)?;
    if !speak(&mut stream, &mut session, &voice)? {
        return Ok(());
    }
    let mut secure = StreamOwned::new(ServerConnection::new(tls.unwrap()).unwrap(), stream);
    session.tls_active();
    voice.0.lock().unwrap().encrypted = true;
    speak(&mut secure, &mut session, &voice).map(drop)
}

/// Speaks until the end; true where the client wants STARTTLS now.
fn speak(stream: &mut (impl Read + Write), session: &mut Session<Voice>, voice: &Voice) -> std::io::Result<bool> {
    loop {
        let (mut line, mut byte) = (Vec::new(), [0]);
        while line.last() != Some(&b'\n') {
            if stream.read(&mut byte)? == 0 {
                return Ok(false);
            }
            line.push(byte[0]);
        }
        let answer = session.process(&line);
        if answer.action == Action::NoReply {
            let c = voice.0.lock().unwrap();
            if c.play == Play::GoneWithin && !c.mail.data.is_empty() {
                return Ok(false);
            }
            continue;
        }
        let (play, from, to, data) = {
            let c = voice.0.lock().unwrap();
            (c.play, !c.mail.from.is_empty(), !c.mail.to.is_empty(), !c.mail.data.is_empty())
        };
        match play {
            Play::SilentBefore if from && !to => continue,
            Play::SilentAfter if data => continue,
            Play::GoneBefore if to && !data => return Ok(false),
            Play::GoneAfter if data => return Ok(false),
            _ => {}
        }
        stream.write_all(&answer.buffer()?)?;
        stream.flush()?;
        match answer.action {
            Action::Close => return Ok(false),
            Action::UpgradeTls => return Ok(true),
            Action::Reply | Action::NoReply => {}
        }
    }
}
