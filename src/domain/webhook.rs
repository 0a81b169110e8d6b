//! Webhooks: programs that are told of events by HTTP.

use serde::{Deserialize, Serialize};

use super::mail::About;
use super::refusal::{Refusal, Refused};
use super::words::words;

words! {
    /// An event that a webhook can be told of.
    Event ("event") {
        /// An evaluation was submitted.
        EvaluationSubmitted = "evaluation.submitted",
        /// An evaluation was corrected, or a decision changed it.
        EvaluationChanged = "evaluation.changed",
        /// Samples were drawn.
        DrawMade = "draw.made",
        /// A month was closed.
        PeriodClosed = "period.closed",
        /// A severe case was opened.
        CaseOpened = "case.opened",
        /// A level acknowledged a case.
        CaseAcknowledged = "case.acknowledged",
        /// A case has come to the next level.
        CaseRaised = "case.raised",
        /// A case has ended.
        CaseClosed = "case.closed",
        /// An appeal was submitted.
        AppealSubmitted = "appeal.submitted",
        /// An appeal was decided.
        AppealDecided = "appeal.decided",
        /// An administrator asked for a trial delivery.
        Ping = "ping",
    }
}

/// An event on its way to the webhooks that want it.
#[derive(Debug, Clone, PartialEq)]
pub struct Announcement {
    /// What happened.
    pub event: Event,
    /// The facts, with customer data masked.
    pub data: serde_json::Value,
    /// What makes it this event and no other: a second one with the same key is not written.
    pub dedupe: String,
    /// What it tells of.
    pub about: Vec<About>,
}

/// What a webhook receives as the body of a POST.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventBody {
    /// What happened.
    pub event: Event,
    /// When it happened.
    pub at: chrono::DateTime<chrono::Utc>,
    /// The facts.
    pub data: serde_json::Value,
}

/// Checks the address of a webhook: https, or http on this machine; no credentials in it.
///
/// # Errors
/// `Invalid` on `url`.
pub fn checked_url(url: &str) -> Refused<String> {
    let bad = || Refusal::invalid("url", "must be an https address such as https://chat.example.com/hooks/1, or http on this machine");
    let url = url.trim();
    if url.len() > 2000 || url.chars().any(|c| c.is_control() || c.is_whitespace() || !c.is_ascii()) {
        return Err(bad());
    }
    let (scheme, rest) = url.split_once("://").ok_or_else(bad)?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    if authority.is_empty() || authority.contains('@') {
        return Err(bad());
    }
    match scheme {
        "https" => Ok(url.to_owned()),
        "http" if is_local(host_of(authority)) => Ok(url.to_owned()),
        _ => Err(bad()),
    }
}

/// The host of `host:port`, `[v6]:port`.
fn host_of(authority: &str) -> &str {
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((v6, _)) => v6,
        None => authority.split(':').next().unwrap_or(""),
    }
}

/// Whether a host is this machine: what goes there needs no encryption.
pub fn is_local(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<core::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_this_machine() {
        for good in ["https://chat.example.com/hook?x=1", "http://127.0.0.1:8080/x", "http://[::1]:1/", "http://localhost/a"] {
            assert!(checked_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.com",
            "http://localhost.example.com/",
            "http://127.0.0.1@example.com/",
            "https://user:password@example.com/",
            "ftp://localhost/",
            "https://",
            "https://exa mple.com/",
            "https://example.com/\r\nX: y",
            "example.com",
        ] {
            assert!(checked_url(bad).is_err(), "{bad}");
        }
    }
}
