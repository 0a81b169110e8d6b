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
    Database(#[from] DieselError),
    /// No connection could be had.
    #[error("no database connection: {0}")]
    Connection(String),
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

impl Error {
    /// Whether the same work may succeed when it is simply run again: a serialization failure, a deadlock or a lost connection before
    /// anything was committed.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Database(DieselError::DatabaseError(kind, info)) => match kind {
                DatabaseErrorKind::SerializationFailure => true,
                _ => info.message().contains("deadlock detected"),
            },
            Self::Database(_) | Self::Refused(_) | Self::Connection(_) | Self::Damaged(_) | Self::NotCommitted(_) | Self::Panicked(_) => {
                false
            }
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
