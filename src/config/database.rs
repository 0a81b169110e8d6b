use serde::{Deserialize, Serialize};

use super::within;
use crate::domain::refusal::Faults;
use crate::domain::{Refusal, Refused};

/// Where the data are and how many may ask at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `sqlite:` and a path, or `postgres://…`. `DATABASE_URL` sets it too. Another machine is reached with `sslmode=verify-full` only.
    pub url: String,
    /// Connections to PostgreSQL for reading, 1 to 200; one more writes.
    pub connections: u32,
    /// Reading connections to SQLite, 1 to 64.
    pub readers: u32,
    /// How many tasks may wait for the database before further ones wait at the door, 1 to 100,000.
    pub waiting: usize,
    /// How long to wait for a connection, in seconds, 1 to 300.
    pub timeout_seconds: u64,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self { url: "sqlite:assay-data/assay.db".into(), connections: 16, readers: 6, waiting: 1024, timeout_seconds: 10 }
    }
}

impl DatabaseConfig {
    pub(super) fn check(&self, faults: &mut Faults) {
        if let Some(Address::Postgres(url)) = faults.take(Address::parse(&self.url)) {
            faults.take(super::postgres_tls::check(&url, super::postgres_tls::BUILT_IN, |name| std::env::var(name).ok()));
        }
        within(faults, "database.connections", self.connections, 1..=200);
        within(faults, "database.readers", self.readers, 1..=64);
        within(faults, "database.waiting", self.waiting, 1..=100_000);
        within(faults, "database.timeout_seconds", self.timeout_seconds, 1..=300);
    }
}

/// Which database a URL names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// The path of a SQLite file.
    Sqlite(String),
    /// A PostgreSQL URL.
    Postgres(String),
}

impl Address {
    /// Reads a database URL: `sqlite:path`, `postgres://…` or `postgresql://…`.
    ///
    /// # Errors
    /// `Invalid` on `database.url`.
    pub fn parse(url: &str) -> Refused<Self> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if !path.is_empty() && !path.contains([':', '?', '\0']) {
                return Ok(Self::Sqlite(path.to_owned()));
            }
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err(Refusal::invalid(
            "database.url",
            "must be `sqlite:` and the path of a file, such as sqlite:assay-data/assay.db, or postgres://user@host/database",
        ))
    }

    /// The address without a password, for messages and logs.
    pub fn display(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{path}"),
            Self::Postgres(url) => match (url.find("://"), url.rfind('@')) {
                (Some(scheme), Some(at)) => {
                    let (before, host) = url.split_at(at);
                    let user = before.get(scheme.saturating_add(3)..).unwrap_or("").split(':').next().unwrap_or("");
                    format!("postgres://{user}{host}").split('?').next().unwrap_or("").to_owned()
                }
                _ => url.split('?').next().unwrap_or("").to_owned(),
            },
        }
    }
}
