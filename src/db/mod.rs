//! The database: [`Db::read`] and [`Db::write`], the tables, and one file per noun with its queries.
//!
//! SQLite has one writer thread that commits in groups and a pool of readers; PostgreSQL has one pool, and its writes are SERIALIZABLE and
//! repeated when they collide. A closure may therefore run more than once: nothing in it leaves the database.

pub mod acknowledgements;
pub mod agents;
pub mod answers;
pub mod appeal_attachments;
pub mod appeal_figures;
pub mod appeals;
pub mod attendance;
pub mod audit;
pub mod backup;
pub mod both;
pub mod breaches;
pub mod bulk_letters;
pub mod calibrations;
pub mod charges;
pub mod complaints;
pub mod concerned;
#[allow(missing_docs, reason = "what the derive makes")]
pub mod connection;
pub mod conversations;
pub mod drafts;
pub mod draw_agents;
pub mod draws;
pub mod error;
pub mod escalation_history;
pub mod escalations;
pub mod evaluations;
pub mod fine_policies;
pub mod follow_ups;
pub mod imports;
pub mod leases;
pub mod ledger;
pub mod mail_preferences;
pub mod migrate;
pub mod organisation;
pub mod outbox;
pub mod outbox_sending;
pub mod pass_policies;
pub mod period_lists;
pub mod periods;
pub mod population;
pub mod recipients;
pub mod recordings;
pub mod regrades;
pub mod results;
pub mod samples;
pub mod sampling_plans;
#[allow(missing_docs, reason = "the columns are described in the migrations")]
pub mod schema;
pub mod scope;
pub mod scorecards;
pub mod sessions;
pub mod settings;
pub mod sql_types;
pub mod teams;
pub mod tokens;
pub mod transcripts;
pub mod tx;
pub mod user_list;
pub mod users;
pub mod vendors;
pub mod views;
pub mod violation_types;
pub mod violations;
pub mod webhooks;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use diesel::r2d2::Pool;
use tokio::sync::Semaphore;

pub use connection::{AnyConnection, MultiBackend};
pub use error::{Error, Result};
pub use tx::Tx;

use crate::config::{Address, DatabaseConfig};
use connection::{Opener, Purpose};
use writer::{Writer, begin, caught, commit, rollback};

/// How often a PostgreSQL write is run again after a collision before it is given up.
const ATTEMPTS: u32 = 24;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    address: Address,
    readers: Pool<Opener>,
    places: Arc<Semaphore>,
    writer: Option<Writer>,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("address", &self.address.display()).finish_non_exhaustive()
    }
}

impl Db {
    /// Opens the database that the configuration names. Does not migrate.
    ///
    /// # Errors
    /// `Connection` with the database's own reason.
    pub fn open(config: &DatabaseConfig) -> Result<Self> {
        let address = Address::parse(&config.url)?;
        if let Address::Sqlite(path) = &address
            && let Some(folder) = std::path::Path::new(path).parent().filter(|f| !f.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).map_err(|e| Error::Connection(format!("{}: {e}", folder.display())))?;
        }
        let (purpose, connections, writer) = match &address {
            Address::Sqlite(_) => {
                let opener = Opener { address: address.clone(), purpose: Purpose::Write };
                (Purpose::Read, config.readers, Some(Writer::start(&opener, config.waiting)?))
            }
            Address::Postgres(_) => (Purpose::Write, config.connections, None),
        };
        let readers = Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(config.timeout_seconds))
            .test_on_check_out(purpose == Purpose::Write)
            .build(Opener { address: address.clone(), purpose })
            .map_err(|e| Error::Connection(format!("{}: {e}", address.display())))?;
        Ok(Self { address, readers, places: Arc::new(Semaphore::new(config.waiting)), writer })
    }

    /// Where the database is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Runs a closure that only reads, on one consistent state of the database.
    ///
    /// # Errors
    /// What the closure refuses, or what the database says.
    pub async fn read<T, F>(&self, mut closure: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        self.blocking(move |connection| {
            let sql = match connection {
                AnyConnection::Sqlite(_) => "BEGIN DEFERRED",
                AnyConnection::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            };
            begin(connection, sql)?;
            let result = caught(connection, &mut closure);
            rollback(connection);
            result
        })
        .await
    }

    /// Runs a closure that writes, in one transaction. The only way to write.
    ///
    /// The closure runs again where another transaction was in its way, so it must be free of effects outside the database.
    ///
    /// # Errors
    /// What the closure refuses, or what the database says. After an error nothing of it is stored.
    pub async fn write<T, F>(&self, mut closure: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        match &self.writer {
            Some(writer) => writer.run(closure).await,
            None => {
                self.blocking(move |connection| {
                    let mut attempt = 1_u32;
                    loop {
                        let result = serializable(connection, &mut closure);
                        match result {
                            Err(error) if error.is_transient() && attempt < ATTEMPTS => {
                                std::thread::sleep(pause(attempt));
                                attempt = attempt.saturating_add(1);
                            }
                            result => return result,
                        }
                    }
                })
                .await
            }
        }
    }

    async fn blocking<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|e| Error::Connection(e.to_string()))?;
        let pool = self.readers.clone();
        let task = tokio::task::spawn_blocking(move || {
            let _place = place;
            let mut connection = pool.get().map_err(|e| Error::Connection(e.to_string()))?;
            work(&mut connection)
        });
        task.await.map_err(|e| Error::Panicked(e.to_string()))?
    }
}

fn serializable<T>(connection: &mut AnyConnection, closure: &mut impl FnMut(&mut AnyConnection) -> Result<T>) -> Result<T> {
    begin(connection, "BEGIN ISOLATION LEVEL SERIALIZABLE")?;
    match caught(connection, closure) {
        Ok(value) => match commit(connection) {
            Ok(()) => Ok(value),
            Err(error) => {
                rollback(connection);
                Err(error.into())
            }
        },
        Err(error) => {
            rollback(connection);
            Err(error)
        }
    }
}

/// Waits longer after each collision, and two colliding threads not equally long.
fn pause(attempt: u32) -> Duration {
    use std::hash::{BuildHasher, Hasher};
    let jitter = std::collections::hash_map::RandomState::new().build_hasher().finish() % 1000;
    let base = 1_u64 << attempt.min(7);
    Duration::from_micros(base.saturating_mul(500).saturating_add(base.saturating_mul(jitter)))
}
