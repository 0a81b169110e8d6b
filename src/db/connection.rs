//! One connection type for both databases, and the pool that opens them.

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::{Connection, PgConnection, SqliteConnection};

use crate::config::Address;

/// A connection to SQLite or to PostgreSQL; queries in portable types run on either.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// An embedded database file.
    Sqlite(SqliteConnection),
    /// A PostgreSQL server.
    Postgres(PgConnection),
}

/// What a connection is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reading only; on SQLite the connection refuses to write.
    Read,
    /// Reading and writing.
    Write,
}

/// Opens connections for a pool.
#[derive(Debug, Clone)]
pub struct Opener {
    /// Where the database is.
    pub address: Address,
    /// What the connections are for.
    pub purpose: Purpose,
}

/// How long a server that is gone is waited for, where the URL does not say so itself: 10 seconds for a connection, 30 for an answer to a packet.
const PATIENCE: [(&str, &str); 3] = [("connect_timeout", "10"), ("keepalives_idle", "30"), ("tcp_user_timeout", "30000")];

/// A PostgreSQL URL with what it leaves out of [`PATIENCE`].
fn patient(url: &str) -> String {
    let mut url = url.to_owned();
    for (name, value) in PATIENCE {
        if !url.contains(&format!("{name}=")) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(name);
            url.push('=');
            url.push_str(value);
        }
    }
    url
}

impl Opener {
    /// Opens one connection and sets it up.
    ///
    /// # Errors
    /// The database's own error; never falls back to another database.
    pub fn open(&self) -> Result<AnyConnection, diesel::r2d2::Error> {
        match &self.address {
            Address::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(path).map_err(diesel::r2d2::Error::ConnectionError)?;
                // A writer waits for readers of other processes; FULL makes a commit survive a power cut. The log is brought into the file at 32 MB:
                // what is written again and again, as the ends of indexes are, is brought over once.
                connection
                    .batch_execute(
                        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000; \
                         PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 67108864;",
                    )
                    .map_err(diesel::r2d2::Error::QueryError)?;
                if self.purpose == Purpose::Read {
                    connection.batch_execute("PRAGMA query_only = ON;").map_err(diesel::r2d2::Error::QueryError)?;
                }
                Ok(AnyConnection::Sqlite(connection))
            }
            Address::Postgres(url) => {
                let mut connection = PgConnection::establish(&patient(url)).map_err(diesel::r2d2::Error::ConnectionError)?;
                // To compile a query takes longer than to run any of ours.
                connection.batch_execute("SET TIME ZONE 'UTC'; SET jit = off").map_err(diesel::r2d2::Error::QueryError)?;
                Ok(AnyConnection::Postgres(connection))
            }
        }
    }
}

impl ManageConnection for Opener {
    type Connection = AnyConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<AnyConnection, Self::Error> {
        self.open()
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), Self::Error> {
        connection.ping().map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::patient;

    #[test]
    fn a_url_keeps_what_it_says_of_patience_itself() {
        assert_eq!(patient("postgres://h/d"), "postgres://h/d?connect_timeout=10&keepalives_idle=30&tcp_user_timeout=30000");
        assert_eq!(
            patient("postgres://h/d?connect_timeout=3&sslmode=require"),
            "postgres://h/d?connect_timeout=3&sslmode=require&keepalives_idle=30&tcp_user_timeout=30000"
        );
    }
}
