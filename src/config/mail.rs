use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::within;
use crate::domain::refusal::Faults;
use crate::domain::webhook::is_local;

/// Where mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTransport {
    /// To a mail server.
    Smtp,
    /// As .eml files into a folder.
    Folder,
    /// Nowhere: it stays in the outbox until another transport is chosen or it is too old.
    Hold,
}

/// How the connection to the mail server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// TLS from the first byte (usually port 465).
    Tls,
    /// STARTTLS, and no mail without it (usually port 587).
    Starttls,
    /// None. Only to a server on this machine.
    None,
}

/// A text that is not shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "(none)" } else { "(hidden)" })
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.0.is_empty() { "" } else { "(hidden)" })
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// The mail server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SmtpConfig {
    /// Its name, which its certificate must bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub security: MailSecurity,
    /// The user to log in as; nobody logs in where empty.
    pub username: String,
    /// The password. Better in `ASSAY__MAIL__SMTP__PASSWORD` (in quotes where it is a number) or in a file of its own.
    pub password: Secret,
    /// A file with the password in its first line.
    pub password_file: Option<PathBuf>,
    /// A PEM file with a further root certificate to trust, for a server of one's own.
    pub ca_file: Option<PathBuf>,
    /// How long the server may take for one answer, in seconds, 1 to 300.
    pub timeout_seconds: u64,
    /// The most connections, which are kept open between mails, 1 to 16.
    pub connections: usize,
}

impl Default for SmtpConfig {
    fn default() -> Self {
        Self {
            host: "localhost".into(),
            port: 587,
            security: MailSecurity::Starttls,
            username: String::new(),
            password: Secret::default(),
            password_file: None,
            ca_file: None,
            timeout_seconds: 30,
            connections: 2,
        }
    }
}

/// Mail and webhooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailConfig {
    /// `smtp`, `folder` or `hold`.
    pub transport: MailTransport,
    /// The folder for .eml files.
    pub folder: PathBuf,
    /// The sender, such as `Assay <assay@example.com>`.
    pub from: String,
    /// Where people reach this service, for the links in mails: `https://assay.example.com`.
    pub base_url: String,
    /// The most mails of all instances together in one minute, 1 to 10,000.
    pub rate_per_minute: i64,
    /// After how many hours a message that could not be sent is given up, 1 to 720.
    pub max_age_hours: i64,
    /// The hour, in the organisation's time zone, at which digests, summaries and reminders are written, 0 to 23.
    pub digest_hour: u32,
    /// How long the receiver of a webhook may take, in seconds, 1 to 60.
    pub webhook_timeout_seconds: u64,
    /// The mail server.
    pub smtp: SmtpConfig,
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            transport: MailTransport::Folder,
            folder: "assay-data/mail".into(),
            from: "Assay <assay@localhost>".into(),
            base_url: "http://localhost:8080".into(),
            rate_per_minute: 120,
            max_age_hours: 72,
            digest_hour: 8,
            webhook_timeout_seconds: 10,
            smtp: SmtpConfig::default(),
        }
    }
}

impl MailConfig {
    pub(super) fn check(&self, faults: &mut Faults) {
        within(faults, "mail.rate_per_minute", self.rate_per_minute, 1..=10_000);
        within(faults, "mail.max_age_hours", self.max_age_hours, 1..=720);
        within(faults, "mail.digest_hour", self.digest_hour, 0..=23);
        within(faults, "mail.webhook_timeout_seconds", self.webhook_timeout_seconds, 1..=60);
        within(faults, "mail.smtp.timeout_seconds", self.smtp.timeout_seconds, 1..=300);
        within(faults, "mail.smtp.connections", self.smtp.connections, 1..=16);
        let clean = |text: &str| !text.chars().any(char::is_control);
        if !self.from.contains('@') || !clean(&self.from) {
            faults.push("mail.from", format!("`{}` is not a sender; use `Name <address@example.com>`", self.from));
        }
        let web = self.base_url.starts_with("https://") || self.base_url.starts_with("http://");
        if !web || !clean(&self.base_url) || self.base_url.ends_with('/') {
            faults.push("mail.base_url", "must be an http or https address without a slash at its end, such as https://assay.example.com");
        }
        if self.folder.as_os_str().is_empty() {
            faults.push("mail.folder", "must be the path of a folder");
        }
        if self.transport == MailTransport::Smtp {
            self.smtp.check(faults);
        }
    }
}

impl SmtpConfig {
    fn check(&self, faults: &mut Faults) {
        if self.host.is_empty() {
            faults.push("mail.smtp.host", "must name the mail server");
        }
        if self.security == MailSecurity::None && !is_local(&self.host) {
            faults.push("mail.smtp.security", format!("must be `starttls` or `tls`, as `{}` is not this machine", self.host));
        }
        let password = !self.password.expose().is_empty();
        if password && self.password_file.is_some() {
            faults.push("mail.smtp.password_file", "must be absent where there is a password");
        }
        if self.username.is_empty() && (password || self.password_file.is_some()) {
            faults.push("mail.smtp.username", "must name the user that the password belongs to");
        }
        if !self.username.is_empty() && !password && self.password_file.is_none() {
            faults.push(
                "mail.smtp.password",
                "must be set where there is a username: ASSAY__MAIL__SMTP__PASSWORD or mail.smtp.password_file",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(change: impl FnOnce(&mut MailConfig)) -> Vec<String> {
        let mut config = MailConfig { transport: MailTransport::Smtp, ..MailConfig::default() };
        change(&mut config);
        let mut faults = Faults::new();
        config.check(&mut faults);
        faults.finish().err().map(|r| r.faults.into_iter().map(|f| f.field).collect()).unwrap_or_default()
    }

    #[test]
    fn mail_to_another_machine_is_encrypted() {
        let open = |host: &str| {
            let host = host.to_owned();
            faults(move |c| (c.smtp.security, c.smtp.host) = (MailSecurity::None, host))
        };
        assert_eq!(open("mail.example.com"), ["mail.smtp.security"]);
        assert_eq!(open("localhost.example.com"), ["mail.smtp.security"]);
        assert!(open("127.0.0.1").is_empty());
    }

    #[test]
    fn a_password_needs_a_user_and_is_never_shown() {
        assert_eq!(faults(|c| c.smtp.password = Secret::from("x".to_owned())), ["mail.smtp.username"]);
        assert_eq!(faults(|c| c.smtp.username = "x".into()), ["mail.smtp.password"]);
        let secret = Secret::from("geheim".to_owned());
        assert!(!format!("{secret:?}{}", serde_json::to_string(&secret).unwrap()).contains("geheim"));
    }

    #[test]
    fn unknown_keys_and_odd_senders_are_refused() {
        let key = serde_json::from_str::<MailConfig>(r#"{"smtp": {"hots": "x"}}"#).unwrap_err().to_string();
        assert!(key.contains("hots"), "{key}");
        assert_eq!(faults(|c| c.from = "A <a@b.c>\r\nBcc: x@y.z".into()), ["mail.from"]);
        assert_eq!(faults(|c| c.base_url = "javascript:alert(1)".into()), ["mail.base_url"]);
    }
}
