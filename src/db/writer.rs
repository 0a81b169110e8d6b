//! The one writer of a process: a thread that runs queued closures, each in a savepoint of one shared transaction, commits once, and only then
//! answers them all (group commit). SQLite has but one writer anyway; on PostgreSQL the closures of one process do not collide with each other.
//!
//! Where a group collides with another process on PostgreSQL, each of its closures runs again in a transaction of its own until it goes through.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use tokio::sync::{mpsc, oneshot};

use super::Work;
use super::connection::{AnyConnection, Opener};
use super::error::{Error, Result};
use super::transaction::{begin_writing, caught, commit, rollback, savepoint, undo};

/// No more closures share one commit than this …
const GROUP: usize = 256;
/// … and no more are taken into it after this time, or after the time that the commit before took where that was longer: so that committing takes
/// at most half of the writer's time …
const GROUP_TIME: Duration = Duration::from_millis(10);
/// … but not after this one: somebody waits for an answer.
const GROUP_TIME_MAX: Duration = Duration::from_millis(40);

/// How often a closure is run again after a collision before it is given up.
const ATTEMPTS: u32 = 24;

/// A queued closure, and who waits for its fate.
struct Job {
    work: Work,
    answer: oneshot::Sender<Result<()>>,
}

impl Job {
    /// Nobody may be listening any more; what is committed stays so.
    fn answer(self, result: Result<()>) {
        drop(self.answer.send(result));
    }
}

/// The way to the writer thread. Dropping the last one ends the thread after what is queued.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Job>,
}

impl Writer {
    /// Opens the connection and starts the thread. `waiting` closures may queue; further ones wait for a place.
    pub(super) fn start(opener: Opener, waiting: usize) -> Result<Self> {
        let connection = open(&opener)?;
        let (queue, mut jobs) = mpsc::channel::<Job>(waiting);
        let mut thread = Thread { opener, connection: Some(connection), last_commit: Duration::ZERO };
        std::thread::Builder::new()
            .name("assay-writer".into())
            .spawn(move || {
                while let Some(first) = jobs.blocking_recv() {
                    thread.group(first, &mut jobs);
                }
            })
            .map_err(|e| Error::Connection(format!("the writer thread cannot be started: {e}")))?;
        Ok(Self { queue })
    }

    /// Queues a closure and waits until it is committed or refused.
    pub(super) async fn run(&self, work: Work) -> Result<()> {
        let (answer, receiver) = oneshot::channel();
        let stopped = || Error::NotCommitted("the writer has stopped".into());
        self.queue.send(Job { work, answer }).await.map_err(|_| stopped())?;
        receiver.await.map_err(|_| stopped())?
    }
}

fn open(opener: &Opener) -> Result<AnyConnection> {
    opener.open().map_err(|e| Error::of_connection(opener.address.display(), e))
}

/// How a group's transaction ended.
enum End {
    /// It is committed, but for the closures that were refused.
    Committed,
    /// It collided with another process: nothing is stored, and the same may go through when it is run again.
    Collided,
    /// Nothing is stored, or nobody knows.
    Lost(Error),
}

/// What the writer thread holds.
struct Thread {
    opener: Opener,
    /// None after a failure that leaves the old one in doubt.
    connection: Option<AnyConnection>,
    last_commit: Duration,
}

impl Thread {
    /// Runs one group and answers all of it.
    fn group(&mut self, first: Job, jobs: &mut mpsc::Receiver<Job>) {
        let mut connection = match self.begun() {
            Ok(connection) => connection,
            Err(error) => return first.answer(Err(error)),
        };
        let mut done = Vec::new();
        let end = self.run(&mut connection, first, jobs, &mut done);
        if !matches!(end, End::Committed) {
            rollback(&mut connection);
        }
        match end {
            End::Committed => {
                self.connection = Some(connection);
                done.into_iter().for_each(|(job, result)| job.answer(result));
            }
            End::Collided => {
                self.connection = Some(connection);
                for (job, result) in done {
                    match result {
                        Err(Error::Refused(_)) => job.answer(result),
                        _ => self.alone(job),
                    }
                }
            }
            // The connection is not used again: it may not know its own state.
            End::Lost(reason) => {
                for (job, result) in done {
                    match result {
                        Err(Error::Refused(_)) => job.answer(result),
                        _ => job.answer(Err(reason.shared())),
                    }
                }
            }
        }
    }

    /// A connection in a new transaction; another one where the old one has been cut off meanwhile.
    fn begun(&mut self) -> Result<AnyConnection> {
        if let Some(mut connection) = self.connection.take() {
            match begin_writing(&mut connection).map_err(Error::from) {
                Ok(()) => return Ok(connection),
                Err(Error::Connection(_)) => {}
                Err(error) => {
                    self.connection = Some(connection);
                    return Err(error);
                }
            }
        }
        let mut connection = open(&self.opener).inspect_err(|error| tracing::error!(%error, "no connection for writing"))?;
        begin_writing(&mut connection)?;
        Ok(connection)
    }

    fn run(
        &mut self,
        connection: &mut AnyConnection,
        first: Job,
        jobs: &mut mpsc::Receiver<Job>,
        done: &mut Vec<(Job, Result<()>)>,
    ) -> End {
        let begun = Instant::now();
        let time = self.last_commit.clamp(GROUP_TIME, GROUP_TIME_MAX);
        let mut next = Some(first);
        while let Some(mut job) = next.take() {
            let (group, result) = in_savepoint(connection, &mut job.work);
            done.push((job, result));
            match group {
                Some(end) => return end,
                None if done.len() < GROUP && begun.elapsed() < time => next = jobs.try_recv().ok(),
                None => {}
            }
        }
        let committing = Instant::now();
        let end = match committed(connection) {
            Ok(()) => End::Committed,
            Err(error) if error.is_transient() => End::Collided,
            Err(error) => End::Lost(error),
        };
        self.last_commit = committing.elapsed();
        end
    }

    /// Runs a closure in transactions of its own until it does not collide any more.
    fn alone(&mut self, mut job: Job) {
        let mut attempt = 1_u32;
        let result = loop {
            match self.once(&mut job.work) {
                Err(error) if error.is_transient() && attempt >= ATTEMPTS => {
                    // Nothing is wrong with it; there is too much going on at the same rows.
                    break Err(Error::NotCommitted(format!("{error}, {attempt} times")));
                }
                Err(error) if error.is_transient() => {
                    std::thread::sleep(pause(attempt));
                    attempt = attempt.saturating_add(1);
                }
                result => break result,
            }
        };
        job.answer(result);
    }

    fn once(&mut self, work: &mut Work) -> Result<()> {
        let mut connection = self.begun()?;
        let result = caught(&mut connection, work).and_then(|()| committed(&mut connection));
        if result.is_err() {
            rollback(&mut connection);
        }
        if !matches!(result, Err(Error::Connection(_) | Error::Uncertain(_) | Error::Full(_))) {
            self.connection = Some(connection);
        }
        result
    }
}

/// Commits. Whether a commit took place in whose midst the connection was lost is not known: also where PostgreSQL ended because it had no room to
/// write ahead, which may be after this commit was written.
fn committed(connection: &mut AnyConnection) -> Result<()> {
    commit(connection).map_err(|error| match Error::from(error) {
        Error::Connection(reason) if matches!(connection, AnyConnection::Postgres(_)) => Error::Uncertain(reason),
        Error::Full(reason) if is_gone(connection) => Error::Uncertain(reason),
        error => error,
    })
}

/// Whether it is a server that does not answer any more.
fn is_gone(connection: &mut AnyConnection) -> bool {
    let AnyConnection::Postgres(postgres) = connection else { return false };
    matches!(postgres.batch_execute("SELECT 1").map_err(Error::from), Err(Error::Connection(_)))
}

/// Runs a closure in a savepoint of the open transaction: its refusal, error or panic undoes its own work only. Says how the group ended where it
/// cannot go on.
fn in_savepoint(connection: &mut AnyConnection, work: &mut Work) -> (Option<End>, Result<()>) {
    let result = savepoint(connection).map_err(Error::from).and_then(|()| caught(connection, work));
    let result = match result {
        Ok(()) => commit(connection).map_err(Error::from),
        // After a full disk or a failed file nobody knows what the transaction still holds; after a collision nothing more is to be had from it.
        Err(error) if error.is_transient() || matches!(error, Error::Full(_) | Error::Connection(_)) => Err(error),
        Err(error) => match undo(connection) {
            Ok(()) => return (None, Err(error)),
            Err(_) => return (Some(End::Lost(error.shared())), Err(error)),
        },
    };
    match result {
        Ok(()) => (None, Ok(())),
        Err(error) if error.is_transient() => (Some(End::Collided), Err(error)),
        Err(error) => (Some(End::Lost(error.shared())), Err(error)),
    }
}

/// Waits longer after each collision, and two colliding processes not equally long.
fn pause(attempt: u32) -> Duration {
    use std::hash::{BuildHasher, Hasher};
    let jitter = std::collections::hash_map::RandomState::new().build_hasher().finish() % 1000;
    let base = 1_u64 << attempt.min(7);
    Duration::from_micros(base.saturating_mul(500).saturating_add(base.saturating_mul(jitter)))
}
