//! Migrations: the same names for both databases, run at the start or by `assay migrate`, and reversible.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Db;
use super::connection::{AnyConnection, Opener, Purpose};
use super::error::{Error, Result};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Number of the PostgreSQL advisory lock that lets one instance migrate at a time.
const LOCK: i64 = 0x0061_7373_6179;

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Damaged(format!("migration failed: {error}"))
}

/// The versions of every migration that this program knows for the embedded database.
///
/// # Errors
/// `Damaged` where they cannot be listed.
pub fn known_versions() -> Result<Vec<String>> {
    use diesel::migration::{Migration, MigrationSource};
    let all: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> = SQLITE.migrations().map_err(failed)?;
    Ok(all.iter().map(|migration| migration.name().version().to_string()).collect())
}

impl Db {
    fn for_migrations(&self) -> Result<AnyConnection> {
        let opener = Opener { address: self.address.clone(), purpose: Purpose::Write };
        opener.open().map_err(|e| Error::of_connection(opener.address.display(), e))
    }

    /// Runs what has not yet run and gives the names. Several instances may start at once: one migrates, the others wait.
    ///
    /// # Errors
    /// `Damaged` with the migration's own error; what ran before it stays.
    pub fn migrate(&self) -> Result<Vec<String>> {
        use diesel::connection::SimpleConnection;
        let names = |versions: Vec<diesel::migration::MigrationVersion<'_>>| versions.iter().map(ToString::to_string).collect();
        match &mut self.for_migrations()? {
            AnyConnection::Sqlite(connection) => connection.run_pending_migrations(SQLITE).map(names).map_err(failed),
            AnyConnection::Postgres(connection) => {
                connection.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
                connection.run_pending_migrations(POSTGRES).map(names).map_err(failed)
            }
        }
    }

    /// Undoes the last migration and gives its name. Its tables go with all that is in them.
    ///
    /// # Errors
    /// `Damaged` with the migration's own error.
    pub fn revert_last(&self) -> Result<String> {
        match &mut self.for_migrations()? {
            AnyConnection::Sqlite(connection) => connection.revert_last_migration(SQLITE).map(|v| v.to_string()).map_err(failed),
            AnyConnection::Postgres(connection) => connection.revert_last_migration(POSTGRES).map(|v| v.to_string()).map_err(failed),
        }
    }

    /// The names of the migrations that have not yet run.
    ///
    /// # Errors
    /// `Damaged` where the table of migrations cannot be read.
    pub fn pending(&self) -> Result<Vec<String>> {
        fn names<DB: diesel::backend::Backend>(list: Vec<Box<dyn diesel::migration::Migration<DB>>>) -> Vec<String> {
            list.iter().map(|m| m.name().to_string()).collect()
        }
        match &mut self.for_migrations()? {
            AnyConnection::Sqlite(connection) => connection.pending_migrations(SQLITE).map(names).map_err(failed),
            AnyConnection::Postgres(connection) => connection.pending_migrations(POSTGRES).map(names).map_err(failed),
        }
    }
}
