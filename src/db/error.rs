//! What can go wrong between a use case and the database.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::domain::Refusal;

/// The error of every database closure.
///
/// Use [`Error::Refused`] for what the caller can do something about; the rest are faults of ours or of the machine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules said no; the transaction is rolled back.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database said no.
    #[error("database: {0}")]
    Database(DieselError),
    /// No connection could be had, or it was lost before anything was committed.
    #[error("no database connection: {0}")]
    Connection(String),
    /// There is no room where the data are kept; nothing was stored.
    #[error("no room left: {0}")]
    Full(String),
    /// The connection was lost in the middle of a commit: whether it took place is not known.
    #[error("the connection was lost while committing: {0}")]
    Uncertain(String),
    /// Something stored cannot be read back.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
    /// The group's commit failed or the writer is gone: nothing of the closure was stored.
    #[error("not committed: {0}")]
    NotCommitted(String),
    /// A closure panicked; its work was rolled back.
    #[error("a database closure panicked: {0}")]
    Panicked(String),
}

/// The result of a database closure.
pub type Result<T> = std::result::Result<T, Error>;

/// What else than a statement of ours is at fault, by the words of the databases.
const LOST: [&str; 6] = [
    "terminating connection",
    "server closed the connection",
    "no connection to the server",
    "the database system is",
    "disk I/O error",
    "unable to open database file",
];
/// PostgreSQL says what the system says, in the language of its messages.
const FULL: [&str; 3] = ["database or disk is full", "No space left on device", "设备上没有空间"];

/// What a fault of the database is, where it is none of the statement.
fn machine(error: &DieselError) -> Option<Error> {
    match error {
        DieselError::DatabaseError(kind, info) => {
            let message = info.message();
            let closed = matches!(kind, DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand);
            // Where it is one of its own files that cannot grow, PostgreSQL says so beside the message.
            let said = |words: &&str| message.contains(*words) || info.details().is_some_and(|details| details.contains(*words));
            if FULL.iter().any(said) {
                Some(Error::Full(message.to_owned()))
            } else {
                (closed || LOST.iter().any(|words| message.contains(words))).then(|| Error::Connection(message.to_owned()))
            }
        }
        DieselError::BrokenTransactionManager => Some(Error::Connection("the transaction was lost with its connection".to_owned())),
        DieselError::RollbackErrorOnCommit { commit_error, .. } => machine(commit_error),
        _ => None,
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        machine(&error).unwrap_or(Self::Database(error))
    }
}

impl Error {
    /// Why there is no connection to the database at `place`.
    pub(super) fn of_connection(place: impl std::fmt::Display, why: impl std::fmt::Display) -> Self {
        let text = format!("{place}: {why}");
        if FULL.iter().any(|words| text.contains(words)) { Self::Full(text) } else { Self::Connection(text) }
    }

    /// What a file could not be written for.
    pub fn of_file(what: &str, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let text = format!("{what}: {error}");
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Self::Full(text),
            _ => Self::Damaged(text),
        }
    }

    /// What a file or folder that an operator has named could not be written or read for.
    pub fn of_named_file(what: &str, error: &std::io::Error) -> Self {
        match Self::of_file(what, error) {
            full @ Self::Full(_) => full,
            _ => Refusal::conflict("file_failed", format!("{what}: {error}")).into(),
        }
    }

    /// The same error for another caller whose work was lost with it.
    pub(super) fn shared(&self) -> Self {
        match self {
            Self::Full(reason) => Self::Full(reason.clone()),
            Self::NotCommitted(reason) => Self::NotCommitted(reason.clone()),
            Self::Uncertain(reason) => Self::Uncertain(reason.clone()),
            other => Self::NotCommitted(other.to_string()),
        }
    }

    /// Whether the same work may succeed when it is simply run again: a serialization failure, a deadlock or a lost connection before
    /// anything was committed.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Database(DieselError::DatabaseError(kind, info)) => match kind {
                DatabaseErrorKind::SerializationFailure => true,
                _ => info.message().contains("deadlock detected"),
            },
            Self::Database(_)
            | Self::Refused(_)
            | Self::Connection(_)
            | Self::Full(_)
            | Self::Uncertain(_)
            | Self::Damaged(_)
            | Self::NotCommitted(_)
            | Self::Panicked(_) => false,
        }
    }

    /// Turns a violated unique constraint of this name into a refusal; everything else stays what it is.
    ///
    /// `columns` is how SQLite names it (`table.column` or `table.a, table.b`), as it does not know the constraint's name.
    #[must_use]
    pub fn or_unique(self, constraint: &str, columns: &str, refusal: impl FnOnce() -> Refusal) -> Self {
        match &self {
            Self::Database(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info))
                if info.constraint_name() == Some(constraint) || info.message().ends_with(columns) =>
            {
                Self::Refused(refusal())
            }
            _ => self,
        }
    }
}
