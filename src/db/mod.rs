//! The database: [`Db::read`] and [`Db::write`], the tables, and one file per noun with its queries.
//!
//! One thread of each process writes and commits in groups, a pool of connections reads. On PostgreSQL, where several processes may write, each
//! group is SERIALIZABLE, and its closures are repeated when it collides with another process. A closure may therefore run more than once:
//! nothing in it leaves the database.

pub mod acknowledgements;
pub mod agents;
pub mod answers;
pub mod appeal_attachments;
pub mod appeal_figures;
pub mod appeals;
pub mod attendance;
pub mod audit;
pub mod audit_seals;
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
pub mod conversation_days;
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
pub mod import_runs;
pub mod imports;
pub mod integrity;
pub mod leases;
pub mod ledger;
pub mod mail_preferences;
pub mod migrate;
mod ordering;
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
pub mod retention;
pub mod retention_holds;
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
mod transaction;
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

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::r2d2::Pool;
use tokio::sync::Semaphore;

pub use connection::{AnyConnection, MultiBackend};
pub use error::{Error, Result};
pub use tx::Tx;

use crate::config::{Address, DatabaseConfig};
use connection::{Opener, Purpose};
use transaction::{begin_reading, caught, rollback};
use writer::Writer;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    address: Address,
    readers: Pool<Opener>,
    places: Arc<Semaphore>,
    writer: Writer,
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
            std::fs::create_dir_all(folder).map_err(|e| Error::of_connection(folder.display(), e))?;
        }
        let connections = match &address {
            Address::Sqlite(_) => config.readers,
            Address::Postgres(_) => config.connections,
        };
        let writer = Writer::start(Opener { address: address.clone(), purpose: Purpose::Write }, config.waiting)?;
        let readers = Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(config.timeout_seconds))
            .test_on_check_out(matches!(address, Address::Postgres(_)))
            .build(Opener { address: address.clone(), purpose: Purpose::Read })
            .map_err(|e| Error::of_connection(address.display(), e))?;
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
    pub async fn read<T, F>(&self, closure: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        let (work, outcome) = untyped(closure);
        self.reading(work).await?;
        outcome.take()
    }

    async fn reading(&self, mut work: Work) -> Result<()> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|e| Error::Connection(e.to_string()))?;
        let pool = self.readers.clone();
        let task = tokio::task::spawn_blocking(move || {
            let _place = place;
            let mut connection = pool.get().map_err(|e| Error::of_connection("the database", e))?;
            begin_reading(&mut connection)?;
            let result = caught(&mut connection, &mut work);
            rollback(&mut connection);
            result
        });
        task.await.map_err(|e| Error::Panicked(e.to_string()))?
    }

    /// Runs a closure that writes, in one transaction. The only way to write.
    ///
    /// The closure runs again where another transaction was in its way, so it must be free of effects outside the database.
    ///
    /// # Errors
    /// What the closure refuses, or what the database says. After an error nothing of it is stored.
    pub async fn write<T, F>(&self, closure: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        let (work, outcome) = untyped(closure);
        self.writer.run(work).await?;
        outcome.take()
    }
}

/// A closure without its type: the machinery of transactions, queues and threads is compiled once and not for every closure.
type Work = Box<dyn FnMut(&mut AnyConnection) -> Result<()> + Send>;

/// Where a closure puts what it gives.
struct Outcome<T>(Arc<Mutex<Option<T>>>);

impl<T> Outcome<T> {
    fn take(&self) -> Result<T> {
        let value = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        value.ok_or_else(|| Error::Panicked("a closure ended without a value".into()))
    }
}

/// Takes the type from a closure. Where it runs again, the last run's value stands.
fn untyped<T, F>(mut closure: F) -> (Work, Outcome<T>)
where
    T: Send + 'static,
    F: FnMut(&mut AnyConnection) -> Result<T> + Send + 'static,
{
    let outcome = Arc::new(Mutex::new(None));
    let put = Arc::clone(&outcome);
    let work = move |connection: &mut AnyConnection| {
        let value = closure(connection)?;
        *put.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
        Ok(())
    };
    (Box::new(work), Outcome(outcome))
}
