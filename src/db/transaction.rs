//! Beginning and ending transactions, and running a closure in one.

use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::connection::{AnsiTransactionManager, TransactionManager, TransactionManagerStatus};

use super::Work;
use super::connection::AnyConnection;
use super::error::{Error, Result};

/// Begins a transaction that only reads: it sees one state of the database.
pub(super) fn begin_reading(connection: &mut AnyConnection) -> diesel::QueryResult<()> {
    begin(connection, "BEGIN DEFERRED", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
}

/// Begins a transaction that writes.
pub(super) fn begin_writing(connection: &mut AnyConnection) -> diesel::QueryResult<()> {
    begin(connection, "BEGIN IMMEDIATE", "BEGIN ISOLATION LEVEL SERIALIZABLE")
}

/// Begins a transaction with the database's own words for it.
fn begin(connection: &mut AnyConnection, sqlite: &str, postgres: &str) -> diesel::QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(connection) => AnsiTransactionManager::begin_transaction_sql(connection, sqlite),
        AnyConnection::Postgres(connection) => AnsiTransactionManager::begin_transaction_sql(connection, postgres),
    }
}

/// Begins a savepoint in the open transaction.
pub(super) fn savepoint(connection: &mut AnyConnection) -> diesel::QueryResult<()> {
    <AnyConnection as TransactionManager<AnyConnection>>::begin_transaction(connection)
}

/// Commits the transaction or releases the innermost savepoint.
pub(super) fn commit(connection: &mut AnyConnection) -> diesel::QueryResult<()> {
    <AnyConnection as TransactionManager<AnyConnection>>::commit_transaction(connection)
}

/// Rolls back the transaction or to the innermost savepoint.
pub(super) fn undo(connection: &mut AnyConnection) -> diesel::QueryResult<()> {
    <AnyConnection as TransactionManager<AnyConnection>>::rollback_transaction(connection)
}

/// Rolls back the whole transaction with its savepoints, as far as the connection still can; one that cannot is given up by who holds it.
pub(super) fn rollback(connection: &mut AnyConnection) {
    while let Ok(Some(_)) = status(connection).transaction_depth() {
        if let Err(error) = undo(connection) {
            tracing::debug!(%error, "a transaction could not be rolled back");
            break;
        }
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
    matches!(status(connection), TransactionManagerStatus::InError)
}

fn status(connection: &mut AnyConnection) -> &mut TransactionManagerStatus {
    match connection {
        AnyConnection::Sqlite(sqlite) => AnsiTransactionManager::transaction_manager_status_mut(sqlite),
        AnyConnection::Postgres(postgres) => AnsiTransactionManager::transaction_manager_status_mut(postgres),
    }
}
