//! Whether the way to PostgreSQL is safe: to another machine over TLS that knows whom it speaks to, and to nobody else.

use crate::domain::webhook::is_local;
use crate::domain::{Refusal, Refused};

/// Whether this program was built with TLS to PostgreSQL.
pub const BUILT_IN: bool = cfg!(feature = "postgres-tls");

/// What a URL says about where PostgreSQL is and how it is reached, as libpq reads it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Target {
    hosts: Vec<String>,
    /// A service file says where it is.
    service: bool,
    mode: Option<String>,
}

/// Checks the way to the database. `environment` gives the variables that libpq reads where the URL is silent.
///
/// Encryption alone is not enough (`sslmode=require`): it does not say who answers, and whoever stands in between can. So another machine needs
/// `sslmode=verify-full`.
///
/// # Errors
/// `Invalid` on `database.url`.
pub fn check(url: &str, built_in: bool, environment: impl Fn(&str) -> Option<String>) -> Refused<()> {
    let mut target = Target::of(url);
    if target.hosts.is_empty() {
        target.hosts.extend(["PGHOST", "PGHOSTADDR"].into_iter().filter_map(&environment));
    }
    target.service |= environment("PGSERVICE").is_some_and(|name| !name.is_empty());
    let elsewhere = target.hosts.iter().find(|host| !is_here(host)).cloned();
    let Some(host) = elsewhere.or_else(|| target.service.then(|| "the service".to_owned())) else {
        return match target.mode.as_deref() {
            Some("require" | "verify-ca" | "verify-full") if !built_in => Err(missing()),
            _ => Ok(()),
        };
    };
    if target.mode.as_deref() != Some("verify-full") {
        let message = format!(
            "must say sslmode=verify-full, as `{host}` is not this machine; with sslrootcert=FILE for a certificate authority of your own, or sslrootcert=system"
        );
        return Err(Refusal::invalid("database.url", message));
    }
    if built_in { Ok(()) } else { Err(missing()) }
}

fn missing() -> Refusal {
    Refusal::invalid("database.url", "needs TLS, which this program was built without; build it with --features postgres-tls")
}

/// This machine: a socket's folder (`@` for an abstract one), or an address that does not leave it.
fn is_here(host: &str) -> bool {
    host.is_empty() || host.starts_with(['/', '@']) || is_local(host)
}

impl Target {
    fn of(url: &str) -> Self {
        let mut target = Self::default();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let authority = rest.split('/').next().unwrap_or("");
        let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
        target.add(hosts.split(',').map(without_port));
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match name {
                "host" | "hostaddr" => target.add(decoded(value).split(',')),
                "sslmode" => target.mode = Some(decoded(value)),
                "service" | "servicefile" => target.service = true,
                _ => {}
            }
        }
        target
    }

    fn add<'a>(&mut self, hosts: impl Iterator<Item = &'a str>) {
        self.hosts.extend(hosts.map(decoded).filter(|host| !host.is_empty()));
    }
}

fn without_port(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(inside) => inside.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    }
}

/// `%2F` is a slash. What cannot be decoded stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(url: &str, built_in: bool) -> Refused<()> {
        check(url, built_in, |_| None)
    }

    #[test]
    fn another_machine_is_reached_over_tls_that_knows_it() {
        for here in [
            "postgres:///assay",
            "postgres:///assay?host=/run/postgresql&user=assay",
            "postgres://assay@%2Frun%2Fpostgresql/assay",
            "postgres://assay:p@ss@localhost:5433/assay",
            "postgres://127.0.0.1,[::1]:5432/assay",
        ] {
            assert!(checked(here, false).is_ok(), "{here}");
        }
        for (elsewhere, mode) in [
            ("postgres://assay@db.example.com/assay", ""),
            ("postgres://assay@db.example.com/assay?sslmode=require", "require does not say who answers"),
            ("postgres://assay@localhost,db.example.com/assay?sslmode=verify-ca", "one of them is elsewhere"),
            ("postgres:///assay?host=10.0.0.5", ""),
            ("postgres:///assay?hostaddr=10%2E0.0.5&host=localhost", ""),
            ("postgres:///assay?service=main", "who knows where that is"),
            ("postgres://localhost@db.example.com/assay", ""),
        ] {
            let refusal = checked(elsewhere, true).unwrap_err();
            assert!(refusal.message.contains("sslmode=verify-full"), "{elsewhere} {mode}: {refusal}");
        }
        let safe = "postgresql://assay@db.example.com/assay?sslmode=verify-full&sslrootcert=system";
        assert!(checked(safe, true).is_ok());
        assert!(checked(safe, false).unwrap_err().message.contains("--features postgres-tls"));
        assert!(checked("postgres://localhost/assay?sslmode=require", false).unwrap_err().message.contains("--features postgres-tls"));
    }

    #[test]
    fn what_the_environment_says_counts_where_the_url_is_silent() {
        let far = |name: &str| (name == "PGHOST").then(|| "db.example.com".to_owned());
        assert!(check("postgres:///assay", true, far).is_err());
        assert!(check("postgres://localhost/assay", true, far).is_ok());
        assert!(check("postgres://localhost/assay", true, |name| (name == "PGSERVICE").then(|| "main".to_owned())).is_err());
    }
}
