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

impl Opener {
    /// Opens one connection and sets it up.
    ///
    /// # Errors
    /// The database's own error; never falls back to another database.
    pub fn open(&self) -> Result<AnyConnection, diesel::r2d2::Error> {
        match &self.address {
            Address::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(path).map_err(diesel::r2d2::Error::ConnectionError)?;
                // A writer waits for readers of other processes; FULL makes a commit survive a power cut.
                connection
                    .batch_execute(
                        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000;",
                    )
                    .map_err(diesel::r2d2::Error::QueryError)?;
                if self.purpose == Purpose::Read {
                    connection.batch_execute("PRAGMA query_only = ON;").map_err(diesel::r2d2::Error::QueryError)?;
                }
                Ok(AnyConnection::Sqlite(connection))
            }
            Address::Postgres(url) => {
                let mut connection = PgConnection::establish(url).map_err(diesel::r2d2::Error::ConnectionError)?;
                connection.batch_execute("SET TIME ZONE 'UTC'").map_err(diesel::r2d2::Error::QueryError)?;
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
