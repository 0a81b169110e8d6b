//! The application: built once, passed in, no globals.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::chance::Chance;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::db::{self, AnyConnection, Db, Tx};
use crate::domain::access::Actor;
use crate::recordings::{FolderStore, Store};

/// Everything that use cases need.
#[derive(Debug, Clone)]
pub struct App {
    /// The configuration.
    pub config: Arc<Config>,
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of ids, seeds and secrets.
    pub chance: Arc<Chance>,
    /// Where the files of recordings lie.
    pub recordings: Arc<dyn Store>,
    /// Whose turn it is to import a file that was handed in at a page.
    pub importing: Arc<Semaphore>,
}

/// How many files that were handed in at pages this process imports at a time; the others wait.
const IMPORTING: usize = 2;

impl App {
    /// The application on the machine's clock and randomness. Does not migrate the database.
    ///
    /// # Errors
    /// Where the database cannot be opened or the machine gives no randomness.
    pub fn new(config: Config) -> db::Result<Self> {
        let chance = Chance::from_system().map_err(|e| db::Error::Connection(e.to_string()))?;
        Self::with(config, Arc::new(SystemClock), chance)
    }

    /// The application on a clock and a source of chance of one's own: for tests and the demo centre.
    ///
    /// # Errors
    /// Where the database cannot be opened.
    pub fn with(config: Config, clock: Arc<dyn Clock>, chance: Chance) -> db::Result<Self> {
        let db = Db::open(&config.database)?;
        let recordings = Arc::new(FolderStore::new(&config.recordings.folder));
        Ok(Self {
            config: Arc::new(config),
            db,
            clock,
            chance: Arc::new(chance),
            recordings,
            importing: Arc::new(Semaphore::new(IMPORTING)),
        })
    }

    /// Runs a closure that only reads.
    ///
    /// # Errors
    /// What the closure refuses, or what the database says.
    pub async fn read<T, F>(&self, closure: F) -> db::Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection) -> db::Result<T> + Send + 'static,
    {
        self.db.read(closure).await
    }

    /// Runs a closure that writes, in one transaction, on behalf of `actor`. It may run more than once.
    ///
    /// # Errors
    /// What the closure refuses, or what the database says. After an error nothing of it is stored.
    pub async fn write<T, F>(&self, actor: &Actor, mut closure: F) -> db::Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> db::Result<T> + Send + 'static,
    {
        let (actor, clock, chance) = (actor.clone(), Arc::clone(&self.clock), Arc::clone(&self.chance));
        self.db.write(move |conn| closure(&mut Tx::new(conn, clock.now(), &actor, &chance))).await
    }

    /// [`Self::write`] of something that must not happen twice: where the request came with an `Idempotency-Key`, the answer is stored in
    /// the same transaction, and a repeat of the same `operation` with the same `command` gets it again.
    ///
    /// # Errors
    /// Those of [`Self::write`], and `idempotency_key_reused` where the key came with another request before.
    pub async fn write_once<C, T, F>(&self, actor: &Actor, operation: &'static str, command: &C, mut closure: F) -> db::Result<T>
    where
        C: Serialize + ?Sized,
        T: Serialize + DeserializeOwned + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> db::Result<T> + Send + 'static,
    {
        let Some((user, key)) = actor.user.zip(actor.origin.idempotency_key.clone()) else { return self.write(actor, closure).await };
        let fingerprint = fingerprint(command)?;
        self.write(actor, move |tx| {
            if let Some(answer) = db::answers::find(tx.conn, user, &key, operation, &fingerprint)? {
                return db::tx::from_json("answers.answer", &answer);
            }
            let answer = closure(tx)?;
            db::answers::store(tx, user, &key, operation, &fingerprint, &db::tx::to_json(&answer)?)?;
            Ok(answer)
        })
        .await
    }

    /// The answer that [`Self::write_once`] has kept for this request, for an operation of several steps that keeps its answer with the
    /// last one.
    ///
    /// # Errors
    /// `idempotency_key_reused` where the key came with another request before.
    pub async fn answered<C, T>(&self, actor: &Actor, operation: &'static str, command: &C) -> db::Result<Option<T>>
    where
        C: Serialize + ?Sized,
        T: DeserializeOwned + Send + 'static,
    {
        let Some((user, key)) = actor.user.zip(actor.origin.idempotency_key.clone()) else { return Ok(None) };
        let fingerprint = fingerprint(command)?;
        self.read(move |conn| {
            let answer = db::answers::find(conn, user, &key, operation, &fingerprint)?;
            answer.map(|answer| db::tx::from_json("answers.answer", &answer)).transpose()
        })
        .await
    }
}

fn fingerprint<C: Serialize + ?Sized>(command: &C) -> db::Result<String> {
    Ok(hex::encode(Sha256::digest(db::tx::to_json(command)?)))
}
