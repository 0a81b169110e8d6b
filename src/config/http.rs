use serde::{Deserialize, Serialize};

use super::within;
use crate::domain::refusal::Faults;

/// How the service listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// The address to listen on, an IP address.
    pub bind: std::net::IpAddr,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// Worker threads, 1 to 64.
    pub workers: usize,
    /// How long requests in flight may take after the service was told to stop, in seconds, 1 to 600.
    pub shutdown_seconds: u64,
    /// Whether `X-Forwarded-For` of a reverse proxy names the caller.
    pub behind_proxy: bool,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self { bind: std::net::Ipv4Addr::LOCALHOST.into(), port: 8080, workers: 2, shutdown_seconds: 30, behind_proxy: false }
    }
}

impl HttpConfig {
    pub(super) fn check(&self, faults: &mut Faults) {
        within(faults, "http.workers", self.workers, 1..=64);
        within(faults, "http.shutdown_seconds", self.shutdown_seconds, 1..=600);
    }
}
