//! A mail as it is handed to a server: addresses and the message in its final form.

use chrono::{DateTime, Utc};
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::document::{Document, one_line};

/// The most characters of a name in a header.
const NAME_MAX: usize = 100;

/// A mail ready to be handed over.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// A name for a file, unique to the mail.
    pub file_name: String,
    /// The message.
    pub message: Message,
    /// What the message was made from, for tests and logs.
    pub document: Document,
}

/// Auto-Submitted (RFC 3834): nobody's absence note answers.
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// What a mail is made of.
#[derive(Debug, Clone)]
pub struct Parts<'a> {
    /// The sender, as configured.
    pub from: &'a str,
    /// The recipient's name.
    pub name: Option<&'a str>,
    /// The recipient's address.
    pub address: &'a str,
    /// The Message-ID, with its angle brackets.
    pub message_id: &'a str,
    /// The `Date`: when the mail was written, the same at every attempt.
    pub date: DateTime<Utc>,
    /// The text.
    pub document: Document,
}

/// Makes a mail.
///
/// # Errors
/// Why it can never be sent: an address that is none.
pub fn envelope(parts: Parts<'_>) -> Result<Envelope, String> {
    let from: Mailbox = parts.from.parse().map_err(|e| format!("mail.from `{}`: {e}", parts.from))?;
    let address: Address = parts.address.trim().parse().map_err(|e| format!("the address `{}`: {e}", one_line(parts.address, NAME_MAX)))?;
    let name = parts.name.map(|n| one_line(n, NAME_MAX)).filter(|n| !n.is_empty());
    let document = parts.document;
    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(document.text());
    let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(document.html());
    let message = Message::builder()
        .from(from)
        .to(Mailbox::new(name, address))
        .subject(document.subject_line())
        .date(std::time::SystemTime::from(parts.date))
        .message_id(Some(parts.message_id.to_owned()))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative().singlepart(text).singlepart(html))
        .map_err(|e| e.to_string())?;
    let id: String = parts.message_id.chars().take_while(|c| *c != '@').filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    Ok(Envelope { file_name: format!("{}-{id}.eml", parts.date.format("%Y%m%dT%H%M%SZ")), message, document })
}

/// The part of an address after its `@`, for Message-IDs.
pub fn domain_of(from: &str) -> String {
    from.parse::<Mailbox>().map_or_else(|_| "localhost".to_owned(), |m| m.email.domain().to_owned())
}
