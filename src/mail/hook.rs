//! Webhooks: an event by HTTP POST, signed, to a program that somebody else runs. See docs/WEBHOOKS.md.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::mail::Delivery;

/// The header with the id of the delivery, the same at every attempt.
pub const ID_HEADER: &str = "assay-delivery";
/// The header with the time of the attempt, in seconds since 1970.
pub const TIME_HEADER: &str = "assay-timestamp";
/// The header with the signature.
pub const SIGNATURE_HEADER: &str = "assay-signature";
/// The header with the event's name.
pub const EVENT_HEADER: &str = "assay-event";

/// `v1=` and the HMAC-SHA256, in hexadecimal, of the timestamp, a full stop and the body.
pub fn signature(secret: &str, timestamp: i64, body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    format!("v1={}", hex::encode(mac.finalize().into_bytes()))
}

/// The way out for webhooks. Cheap to clone; keeps connections open.
#[derive(Debug, Clone)]
pub struct Hooks {
    agent: ureq::Agent,
}

/// One delivery.
#[derive(Debug, Clone)]
pub struct Call {
    /// Where to.
    pub url: String,
    /// The secret that signs it.
    pub secret: String,
    /// The id of the delivery.
    pub id: String,
    /// The event's name.
    pub event: String,
    /// The time of the attempt, in seconds since 1970.
    pub timestamp: i64,
    /// The body, JSON.
    pub body: String,
}

impl Hooks {
    /// A client that waits so long for an answer and follows no redirections.
    pub fn new(timeout: Duration) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(timeout))
            .user_agent(concat!("assay/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Self { agent }
    }

    /// Sends an event. 2xx is taken; 408, 425, 429 and 5xx are tried again; any other answer is for good.
    pub async fn send(&self, call: Call) -> Delivery {
        let agent = self.agent.clone();
        tokio::task::spawn_blocking(move || post(&agent, &call)).await.unwrap_or_else(|e| Delivery::Unknown(e.to_string()))
    }
}

fn post(agent: &ureq::Agent, call: &Call) -> Delivery {
    let sent = agent
        .post(&call.url)
        .header("content-type", "application/json")
        .header(ID_HEADER, &call.id)
        .header(EVENT_HEADER, &call.event)
        .header(TIME_HEADER, call.timestamp.to_string())
        .header(SIGNATURE_HEADER, signature(&call.secret, call.timestamp, &call.body))
        .send(call.body.as_str());
    match sent {
        Ok(answer) => match answer.status().as_u16() {
            200..=299 => Delivery::Sent,
            status @ (408 | 425 | 429 | 500..=599) => Delivery::Later(format!("the receiver answered {status}")),
            status => Delivery::Never(format!("the receiver answered {status}")),
        },
        Err(ureq::Error::BadUri(why)) => Delivery::Never(why),
        Err(error) => Delivery::Unknown(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_hmac_sha256_over_time_and_body() {
        // printf '1764000000.{"event":"ping"}' | openssl dgst -sha256 -hmac secret
        assert_eq!(
            signature("secret", 1_764_000_000, r#"{"event":"ping"}"#),
            "v1=9861da4056ce5fe4ae9d4ababf896c53ee45197d053aef0220b583f6e93e2163"
        );
        assert_ne!(signature("secret", 1, "x"), signature("secret", 2, "x"));
        assert_ne!(signature("secret", 1, "x"), signature("other", 1, "x"));
    }
}
