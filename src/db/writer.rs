//! SQLite's one writer: a thread that runs queued closures, each in a savepoint of one shared transaction, commits once, and only then
//! answers them all (group commit).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, TransactionManager, TransactionManagerStatus};
use tokio::sync::{mpsc, oneshot};

use super::Work;
use super::connection::{AnyConnection, Opener};
use super::error::{Error, Result};

/// Tells the caller, once the fate of the closure's group is known.
type Answer = Box<dyn FnOnce(Option<&Error>) + Send>;

/// A queued closure. `None` instead of a connection means that the group could not begin.
type Job = Box<dyn FnOnce(Option<&mut AnyConnection>) -> (Group, Answer) + Send>;

/// What a closure leaves of its group's transaction.
#[derive(Debug)]
pub(super) enum Group {
    /// It can go on.
    Usable,
    /// The whole transaction must be rolled back, or SQLite has done it by itself (disk full, I/O error): everything in it is gone.
    Lost(Error),
}

/// No more closures share one commit than this …
const GROUP: usize = 256;
/// … and the first does not wait longer for the others.
const GROUP_TIME: Duration = Duration::from_millis(10);

/// The way to the writer thread. Dropping the last one ends the thread after what is queued.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
}

impl Writer {
    /// Opens the connection and starts the thread. `waiting` closures may queue; further ones wait for a place.
    pub(super) fn start(opener: &Opener, waiting: usize) -> Result<Self> {
        let opener = opener.clone();
        let mut connection = opener.open().map_err(|e| Error::Connection(e.to_string()))?;
        let (queue, mut jobs) = mpsc::channel::<Job>(waiting);
        std::thread::Builder::new()
            .name("assay-writer".into())
            .spawn(move || {
                while let Some(first) = jobs.blocking_recv() {
                    if !run_group(&mut connection, first, &mut jobs) {
                        // After an I/O error the old connection may not know its own state; a new one does.
                        match opener.open() {
                            Ok(fresh) => connection = fresh,
                            Err(error) => tracing::error!(%error, "the database cannot be reopened for writing"),
                        }
                    }
                }
            })
            .map_err(|e| Error::Connection(format!("the writer thread cannot be started: {e}")))?;
        Ok(Self { queue })
    }

    /// Queues a closure and waits until it is committed or refused.
    pub(super) async fn run(&self, mut work: Work) -> Result<()> {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let (group, result) = match connection {
                Some(connection) => in_savepoint(connection, &mut work),
                None => (Group::Usable, Err(Error::NotCommitted(String::new()))),
            };
            let answer: Answer = Box::new(move |not_committed| {
                let result = match (not_committed, result) {
                    (None, result) | (Some(_), result @ Err(Error::Refused(_))) => result,
                    (Some(reason), _) => Err(reason.shared()),
                };
                // Nobody may be listening any more; what is committed stays so.
                drop(sender.send(result));
            });
            (group, answer)
        });
        let stopped = || Error::NotCommitted("the writer has stopped".into());
        self.queue.send(job).await.map_err(|_| stopped())?;
        receiver.await.map_err(|_| stopped())?
    }
}

/// Runs one group; false where the connection should not be used again.
fn run_group(connection: &mut AnyConnection, first: Job, jobs: &mut mpsc::Receiver<Job>) -> bool {
    let started = Instant::now();
    if let Err(error) = begin(connection, "BEGIN IMMEDIATE") {
        let (_, answer) = first(None);
        answer(Some(&Error::from(error)));
        return false;
    }
    let mut answers = Vec::new();
    let mut lost = None;
    let mut next = Some(first);
    while let Some(job) = next.take() {
        let (group, answer) = job(Some(&mut *connection));
        answers.push(answer);
        match group {
            Group::Lost(reason) => lost = Some(reason),
            Group::Usable if answers.len() < GROUP && started.elapsed() < GROUP_TIME => next = jobs.try_recv().ok(),
            Group::Usable => {}
        }
    }
    let failure = lost.or_else(|| commit(connection).err().map(Error::from));
    if failure.is_some() {
        rollback(connection);
    }
    for answer in answers {
        answer(failure.as_ref());
    }
    failure.is_none()
}

/// Begins a transaction with the database's own words for it.
pub(super) fn begin(connection: &mut AnyConnection, sql: &str) -> diesel::QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, sql),
        AnyConnection::Postgres(postgres) => AnsiTransactionManager::begin_transaction_sql(postgres, sql),
    }
}

/// Commits the transaction or releases the innermost savepoint.
pub(super) fn commit(connection: &mut AnyConnection) -> diesel::QueryResult<()> {
    <AnyConnection as TransactionManager<AnyConnection>>::commit_transaction(connection)
}

/// Rolls back as far as the connection still can; a connection that cannot is closed by its pool.
pub(super) fn rollback(connection: &mut AnyConnection) {
    if let Err(error) = <AnyConnection as TransactionManager<AnyConnection>>::rollback_transaction(connection) {
        tracing::warn!(%error, "a transaction could not be rolled back");
    }
}

/// Runs a closure and makes an error of its panic, and a lost connection of whatever the loss of the connection looked like to a statement.
pub(super) fn caught(connection: &mut AnyConnection, work: &mut Work) -> Result<()> {
    let done = catch_unwind(AssertUnwindSafe(|| work(&mut *connection))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::Panicked(text.unwrap_or_else(|| "without a message".into())))
    });
    match done {
        // Among others: diesel asks PostgreSQL for the number of a type and tells only that it was not found.
        Err(Error::Database(error)) if is_lost(connection) => Err(Error::Connection(error.to_string())),
        done => done,
    }
}

/// Whether the state of the open transaction is not known any more: the server of a connection is gone.
fn is_lost(connection: &mut AnyConnection) -> bool {
    let status = match connection {
        AnyConnection::Sqlite(sqlite) => AnsiTransactionManager::transaction_manager_status_mut(sqlite),
        AnyConnection::Postgres(postgres) => AnsiTransactionManager::transaction_manager_status_mut(postgres),
    };
    matches!(status, TransactionManagerStatus::InError)
}

/// Runs a closure in a savepoint of the open transaction: its refusal, error or panic undoes its own work only.
fn in_savepoint(connection: &mut AnyConnection, work: &mut Work) -> (Group, Result<()>) {
    type Manager = AnyConnection;
    if let Err(error) = <Manager as TransactionManager<AnyConnection>>::begin_transaction(connection) {
        return lost(error.into());
    }
    match caught(connection, work) {
        Ok(()) => match commit(connection) {
            Ok(()) => (Group::Usable, Ok(())),
            Err(error) => lost(error.into()),
        },
        // After a full disk or a failed file nobody knows what the transaction still holds.
        Err(broken @ (Error::Full(_) | Error::Connection(_))) => lost(broken),
        Err(refused) => match <Manager as TransactionManager<AnyConnection>>::rollback_transaction(connection) {
            Ok(()) => (Group::Usable, Err(refused)),
            Err(_) => (Group::Lost(refused.shared()), Err(refused)),
        },
    }
}

fn lost(error: Error) -> (Group, Result<()>) {
    (Group::Lost(error.shared()), Err(error))
}
