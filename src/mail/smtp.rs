//! Mail to a server, by SMTP with STARTTLS or TLS, over connections that are kept open.
//!
//! The conversation is led step by step and not left to lettre's transport, because of its last step: what fails before the message's end
//! was sent was for certain not taken; after it nobody knows (see [`crate::domain::mail::delivery`]).

use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::sync::Mutex;

use super::envelope::Envelope;
use crate::config::{MailSecurity, SmtpConfig};
use crate::domain::mail::Delivery;

/// How long a good-bye may take.
const PARTING: Duration = Duration::from_secs(1);

/// A mail server.
#[derive(Clone)]
pub struct Smtp {
    server: Arc<Server>,
    idle: Arc<Mutex<Vec<AsyncSmtpConnection>>>,
}

struct Server {
    host: String,
    port: u16,
    security: MailSecurity,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    timeout: Duration,
    lanes: usize,
    hello: ClientId,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("host", &self.server.host).field("port", &self.server.port).finish_non_exhaustive()
    }
}

impl Smtp {
    /// The server that the configuration names. Connects when there is something to send.
    ///
    /// # Errors
    /// Where the password or the certificate cannot be read.
    pub fn from_config(config: &SmtpConfig) -> Result<Self, String> {
        let read = |what: &str, path: &std::path::Path| std::fs::read(path).map_err(|e| format!("{what} {}: {e}", path.display()));
        let mut tls = TlsParameters::builder(config.host.clone());
        if let Some(path) = &config.ca_file {
            let pem = read("mail.smtp.ca_file", path)?;
            tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(|e| format!("mail.smtp.ca_file: {e}"))?);
        }
        let tls = tls.build().map_err(|e| format!("mail.smtp: {e}"))?;
        let password = match &config.password_file {
            Some(path) => String::from_utf8_lossy(&read("mail.smtp.password_file", path)?).lines().next().unwrap_or("").to_owned(),
            None => config.password.expose().to_owned(),
        };
        let credentials = (!config.username.is_empty()).then(|| Credentials::new(config.username.clone(), password));
        let server = Server {
            host: config.host.clone(),
            port: config.port,
            security: config.security,
            tls,
            credentials,
            timeout: Duration::from_secs(config.timeout_seconds),
            lanes: config.connections,
            hello: ClientId::default(),
        };
        Ok(Self { server: Arc::new(server), idle: Arc::default() })
    }

    /// How many mails may be on their way at the same time.
    pub(super) fn lanes(&self) -> usize {
        self.server.lanes
    }

    /// Hands a mail over.
    pub(super) async fn send(&self, envelope: &Envelope) -> Delivery {
        let mut connection = match self.connection().await {
            Ok(connection) => connection,
            Err(delivery) => return delivery,
        };
        let delivery = self.server.hand_over(&mut connection, envelope).await;
        // After a refusal the server still listens; after anything else nobody knows where the conversation stands.
        if matches!(delivery, Delivery::Sent) && !connection.has_broken() {
            let mut idle = self.idle.lock().await;
            if idle.len() < self.server.lanes {
                idle.push(connection);
            }
        } else {
            drop(tokio::time::timeout(self.server.timeout.min(PARTING), connection.abort()).await);
        }
        delivery
    }

    /// Ends the connections that are kept open.
    pub(super) async fn close(&self) {
        for mut connection in self.idle.lock().await.drain(..) {
            drop(tokio::time::timeout(self.server.timeout.min(PARTING), connection.quit()).await);
        }
    }

    /// A connection that was kept open and still answers, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, Delivery> {
        loop {
            let Some(mut kept) = self.idle.lock().await.pop() else { break };
            if tokio::time::timeout(self.server.timeout, kept.test_connected()).await == Ok(true) {
                return Ok(kept);
            }
        }
        self.server.connect().await
    }
}

/// Waits for one step, at most as long as is configured. The outer error: the time was up.
async fn step<T>(limit: Duration, future: impl Future<Output = Result<T, Error>>) -> Result<T, String> {
    match tokio::time::timeout(limit, future).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} s", limit.as_secs())),
    }
}

impl Server {
    async fn connect(&self) -> Result<AsyncSmtpConnection, Delivery> {
        let down = |what: &str, why: String| Delivery::ServerDown(format!("{}:{}: {what}: {why}", self.host, self.port));
        let wrapped = (self.security == MailSecurity::Tls).then(|| self.tls.clone());
        let connect = AsyncSmtpConnection::connect_tokio1((self.host.as_str(), self.port), Some(self.timeout), &self.hello, wrapped, None);
        let mut connection = step(self.timeout, connect).await.map_err(|e| down("connect", e))?;
        if self.security == MailSecurity::Starttls {
            step(self.timeout, connection.starttls(self.tls.clone(), &self.hello)).await.map_err(|e| down("STARTTLS", e))?;
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            step(self.timeout, connection.auth(&mechanisms, credentials)).await.map_err(|e| down("log-in", e))?;
        }
        Ok(connection)
    }

    async fn hand_over(&self, connection: &mut AsyncSmtpConnection, envelope: &Envelope) -> Delivery {
        let bytes = envelope.message.formatted();
        let addresses = envelope.message.envelope();
        let mut parameters = Vec::new();
        if addresses.to().iter().chain(addresses.from()).any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Delivery::Never("the address is not ASCII, and the server does not take such".into());
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !bytes.is_ascii() && connection.server_info().supports_feature(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        // Up to here and until the end of the message was sent, nothing is taken.
        if let Err(failed) = self.ask(connection.command(Mail::new(addresses.from().cloned(), parameters))).await {
            return failed;
        }
        for to in addresses.to() {
            if let Err(failed) = self.ask(connection.command(Rcpt::new(to.clone(), Vec::new()))).await {
                return failed;
            }
        }
        if let Err(failed) = self.ask(connection.command(Data)).await {
            return failed;
        }
        match tokio::time::timeout(self.timeout, connection.message(&bytes)).await {
            Ok(Ok(_)) => Delivery::Sent,
            Ok(Err(error)) => refusal(&error).unwrap_or_else(|| Delivery::Unknown(format!("after the message: {error}"))),
            Err(_) => Delivery::Unknown(format!("no answer to the message within {} s", self.timeout.as_secs())),
        }
    }

    /// One command before the message. Whatever fails, nothing was taken.
    async fn ask<T>(&self, command: impl Future<Output = Result<T, Error>>) -> Result<T, Delivery> {
        match tokio::time::timeout(self.timeout, command).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(refusal(&error).unwrap_or_else(|| Delivery::ServerDown(error.to_string()))),
            Err(_) => Err(Delivery::ServerDown(format!("no answer within {} s", self.timeout.as_secs()))),
        }
    }
}

/// What a negative answer of the server means; `None` where there was no answer. 421 is the server going away, not a refusal of the mail.
fn refusal(error: &Error) -> Option<Delivery> {
    let code = error.status()?;
    let why = error.to_string();
    Some(match (error.is_permanent(), u16::from(code)) {
        (true, 530 | 534 | 535 | 538) => Delivery::ServerDown(why),
        (true, _) => Delivery::Never(why),
        (false, 421) => Delivery::ServerDown(why),
        (false, _) => Delivery::Later(why),
    })
}
