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
    /// The most connections of all workers together, 16 to 1,000,000; further ones wait at the door.
    pub connections: usize,
    /// How long a client may take for the head of a request, in seconds, 1 to 300.
    pub head_seconds: u64,
    /// How long a body may pause, in seconds, 1 to 3,600; all pauses together this long and one second for each KiB that came.
    pub body_seconds: u64,
    /// How long a connection is kept open between two requests, in seconds, 1 to 3,600.
    pub idle_seconds: u64,
    /// How long requests in flight may take after the service was told to stop, in seconds, 1 to 600.
    pub shutdown_seconds: u64,
    /// Whether `X-Forwarded-For` of a reverse proxy names the caller.
    pub behind_proxy: bool,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            bind: std::net::Ipv4Addr::LOCALHOST.into(),
            port: 8080,
            workers: 2,
            connections: 20_000,
            head_seconds: 10,
            body_seconds: 30,
            idle_seconds: 15,
            shutdown_seconds: 30,
            behind_proxy: false,
        }
    }
}

impl HttpConfig {
    pub(super) fn check(&self, faults: &mut Faults) {
        within(faults, "http.workers", self.workers, 1..=64);
        within(faults, "http.connections", self.connections, 16..=1_000_000);
        within(faults, "http.head_seconds", self.head_seconds, 1..=300);
        within(faults, "http.body_seconds", self.body_seconds, 1..=3600);
        within(faults, "http.idle_seconds", self.idle_seconds, 1..=3600);
        within(faults, "http.shutdown_seconds", self.shutdown_seconds, 1..=600);
    }
}
