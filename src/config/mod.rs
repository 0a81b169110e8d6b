//! Configuration: defaults, then a file, then the environment. Unknown keys are refused by name.

mod database;
mod grading;
mod http;
mod limits;
mod log;
mod mail;
pub mod postgres_tls;
mod recordings;

pub use database::{Address, DatabaseConfig};
pub use grading::GradingConfig;
pub use http::HttpConfig;
pub use limits::LimitsConfig;
pub use log::{LogConfig, LogFormat};
pub use mail::{MailConfig, MailSecurity, MailTransport, Secret, SmtpConfig};
pub use recordings::RecordingsConfig;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

use crate::domain::{Refusal, Refused};

/// The whole configuration, one part per concern.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the data are.
    pub database: DatabaseConfig,
    /// How the service listens.
    pub http: HttpConfig,
    /// Where recordings lie.
    pub recordings: RecordingsConfig,
    /// How grading works.
    pub grading: GradingConfig,
    /// How much the service takes.
    pub limits: LimitsConfig,
    /// What is logged and how.
    pub log: LogConfig,
    /// Mail and webhooks.
    pub mail: MailConfig,
}

/// Names of environment variables that begin like a setting but are none: the service's own switches and the tests'.
const NOT_SETTINGS: [&str; 3] = ["ASSAY_CONFIG", "ASSAY_REQUIRE", "ASSAY_PASSWORD"];

impl Config {
    /// Reads the configuration: defaults, then `file` (or `assay.toml` where it exists), then `ASSAY__SECTION__KEY` and `DATABASE_URL`.
    ///
    /// # Errors
    /// `Invalid` naming the key, where it came from, and what would be right.
    pub fn load(file: Option<&std::path::Path>) -> Refused<Self> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        match file {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|e| Refusal::invalid("config", format!("{} cannot be read: {e}", path.display())))?;
                figment = figment.merge(Toml::string(&text));
            }
            None => figment = figment.merge(Toml::file("assay.toml")),
        }
        if let Some((key, _)) = std::env::vars_os()
            .filter_map(|(k, v)| k.into_string().ok().map(|k| (k, v)))
            .find(|(k, _)| k.starts_with("ASSAY_") && !k.starts_with("ASSAY__") && !NOT_SETTINGS.contains(&k.as_str()))
        {
            return Err(Refusal::invalid(
                key,
                "is not a setting; settings are written ASSAY__SECTION__KEY with two underscores, such as ASSAY__HTTP__PORT",
            ));
        }
        figment = figment.merge(Env::prefixed("ASSAY__").split("__"));
        if let Ok(url) = std::env::var("DATABASE_URL") {
            figment = figment.merge(Serialized::default("database.url", url));
        }
        let config: Self = figment.extract().map_err(|error| {
            let faults = error
                .into_iter()
                .map(|e| crate::domain::refusal::Fault { field: e.path.join("."), message: format!("{}{}", e.kind, origin(&e)) })
                .collect();
            Refusal::invalid_all(faults)
        })?;
        config.check()?;
        Ok(config)
    }

    /// Checks what types alone cannot say.
    ///
    /// # Errors
    /// `Invalid` with every fault.
    pub fn check(&self) -> Refused<()> {
        let mut faults = crate::domain::refusal::Faults::new();
        self.database.check(&mut faults);
        self.http.check(&mut faults);
        self.grading.check(&mut faults);
        self.limits.check(&mut faults);
        self.recordings.check(&mut faults);
        self.log.check(&mut faults);
        self.mail.check(&mut faults);
        faults.finish()
    }
}

fn origin(error: &figment::Error) -> String {
    error.metadata.as_ref().map(|m| format!(" (in {})", m.name)).unwrap_or_default()
}

/// Notes a fault unless `value` lies in the range.
fn within<T: PartialOrd + std::fmt::Display>(
    faults: &mut crate::domain::refusal::Faults,
    field: &str,
    value: T,
    range: std::ops::RangeInclusive<T>,
) {
    if !range.contains(&value) {
        faults.push(field, format!("is {value}; must be {} to {}", range.start(), range.end()));
    }
}
